/** The settings of a watch as what it decides by. */
import type { NotifySettings, Settings, WatchSettings } from '../core/settings.ts'
import type { Sender } from '../notify/senders.ts'
import { DEFAULT_FLAPPING, type WatchPolicy } from '../watch/policy.ts'
import { DEFAULT_EVERY_MS, stepOf, type Rhythm } from '../watch/rhythm.ts'

const NOBODY: NotifySettings = { routes: {}, runs: false }

const DEFAULTS: WatchSettings = {
  everyMs: DEFAULT_EVERY_MS,
  failures: 2,
  recoveries: 2,
  remindAfterMs: 30 * 60_000,
  noEvidenceAfterMs: 15 * 60_000,
  maintenance: [],
  prepareRuns: false,
}

const LONGEST_JITTER_MS = 2000

export function notifySettings(settings: Settings): NotifySettings {
  return settings.notify ?? NOBODY
}

export function watchSettings(settings: Settings): WatchSettings {
  return settings.watch ?? DEFAULTS
}

export function policyOf(settings: Settings, senders: readonly Sender[]): WatchPolicy {
  const notify = notifySettings(settings)
  const { failures, recoveries, remindAfterMs, noEvidenceAfterMs, maintenance } =
    watchSettings(settings)
  return {
    failures,
    recoveries,
    remindAfterMs,
    noEvidenceAfterMs,
    flapping: DEFAULT_FLAPPING,
    channels: senders.map(({ channel }) => channel),
    routes: notify.routes,
    ...(notify.quietHours === undefined ? {} : { quietHours: notify.quietHours }),
    holidays: settings.holidays,
    maintenance,
    tellRuns: notify.runs,
  }
}

export function rhythmOf(settings: Settings): Rhythm {
  const { everyMs } = watchSettings(settings)
  const step = stepOf({ everyMs, jitterMs: 0 })
  return { everyMs, jitterMs: Math.min(LONGEST_JITTER_MS, step / 20) }
}
