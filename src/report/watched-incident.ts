/** What the watch had told of the trouble that a run was begun for: when, who took it up, and its end. */
import type { RunHeader } from '../core/journal.ts'
import type { Delivery } from '../core/watch-records.ts'

export interface WatchedIncident {
  /** `W20261124-01`. */
  readonly id: string
  /** Ms since the epoch, each. */
  readonly openedAtMs: number
  readonly acknowledgedAtMs?: number
  readonly recoveredAtMs?: number
}

/**
 * The newest incident of the run's playbook that was open when the run was begun. Undefined when the
 * watch told nobody of one.
 */
export function watchedIncidentOf(
  deliveries: readonly Pick<Delivery, 'url' | 'notice'>[],
  { url, subject, startedAtMs }: Pick<RunHeader, 'url' | 'subject' | 'startedAtMs'>,
): WatchedIncident | undefined {
  const found = new Map<string, Partial<Record<string, number>>>()
  for (const { url: its, notice } of deliveries) {
    const { incident, dedupKey, event, atMs } = notice
    // `mts/host:port/playbook/incident`
    if (its !== url || incident === undefined || dedupKey?.split('/').at(-2) !== subject) continue
    const times = found.get(incident) ?? {}
    // Told on several channels, and reminded of: the first time counts.
    found.set(incident, { ...times, [event]: Math.min(times[event] ?? atMs, atMs) })
  }
  const open = [...found].flatMap(([id, times]): WatchedIncident[] => {
    const { opened, acknowledged, recovered } = times
    if (opened === undefined || opened > startedAtMs) return []
    if (recovered !== undefined && recovered < startedAtMs) return []
    return [
      {
        id,
        openedAtMs: opened,
        ...(acknowledged === undefined ? {} : { acknowledgedAtMs: acknowledged }),
        ...(recovered === undefined ? {} : { recoveredAtMs: recovered }),
      },
    ]
  })
  return open.toSorted((left, right) => right.openedAtMs - left.openedAtMs)[0]
}
