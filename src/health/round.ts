/** What the parts of one round of asking share. */
import type { Clock } from '../core/clock.ts'
import type { Sample } from '../core/journal.ts'
import type { WithOverTime } from '../core/over-time.ts'
import type { ServiceReader } from '../core/service.ts'
import type { Asker, PathsOut } from './asker.ts'
import { meterFact, type Fact } from './fact.ts'
import type { HealthSettings } from './observations.ts'

/** What `mts watch` has left in the journal; empty when there is none. */
export type SampleSource = (
  metric: string,
  fromMs: number,
  toMs: number,
) => Promise<readonly Sample[]>

export interface HealthPorts {
  readonly reader: ServiceReader
  readonly clock: Clock
  readonly settings: HealthSettings
  readonly samples?: SampleSource
  /** Absent: no Prometheus is configured. */
  readonly withOverTime?: WithOverTime
  readonly signal?: AbortSignal
  /** Given while watching: no path is asked again while an earlier request on it is out. */
  readonly pathsOut?: PathsOut
}

/** Requests that a healthy service is asked at most. */
export const REQUEST_BUDGET = 15

/** What the parts of one round share. */
export interface Round {
  readonly ports: HealthPorts
  readonly asker: Asker
  /** What is left until everything still out is cut, ms. */
  remainingMs(): number
  /** How many questions of one kind may be out at a time. */
  readonly concurrency: number
  /** The service's clock if it is known, else ours. */
  nowMs(): number
}

/** One statistic of a meter. */
export async function askMeter(
  round: Round,
  name: string,
  statistic: string,
  tags?: Readonly<Record<string, string>>,
): Promise<Fact<number>> {
  const read = await round.asker.ask(`/actuator/metrics/${name}`, round.remainingMs(), (options) =>
    round.ports.reader.metric(name, tags, options),
  )
  return meterFact(read, statistic)
}
