/** Every setting as it stands now: its value as a file would have it, and where it came from. Secrets stay hidden. */
import type { OpeningHours, Settings, TimeSpan } from '../core/settings.ts'
import type { Configuration } from './configuration.ts'
import { KEYS } from './keys.ts'
import type { Key, KeyName, Values } from './keys.ts'
import type { Origin } from './sources.ts'

export interface ShownSetting {
  readonly key: string
  /** null: not set and without a default. */
  readonly value: unknown
  readonly origin: Origin
  readonly variable?: string
}

const HIDDEN = '***'

export function describeSettings(
  configuration: Configuration,
  settings: Settings,
): readonly ShownSetting[] {
  return (Object.keys(KEYS) as KeyName[]).map((name) => {
    const key: Key = KEYS[name]
    const { variable } = key
    return {
      key: key.path,
      value: shownValue(name, key, configuration.values, settings),
      origin: configuration.origins.get(name) ?? { kind: 'default' },
      ...(variable === undefined ? {} : { variable }),
    }
  })
}

function shownValue(name: KeyName, key: Key, values: Values, settings: Settings): unknown {
  const given: unknown = values[name]
  if (name === 'headers') return shownHeaders(values.headers)
  if (key.secret === true) return given === undefined ? null : HIDDEN
  const value = given === undefined ? defaultValue(name, settings) : given
  if (name === 'url') return settings.url
  if (value === undefined) return null
  if (name === 'quietHours') return writtenSpan(value as TimeSpan)
  if (name === 'openingHours') return writtenHours(value as OpeningHours)
  if (name.endsWith('Ms')) return writtenDuration(value as number)
  return value
}

/** What holds where nobody set the key. */
function defaultValue(name: KeyName, settings: Settings): unknown {
  const { batch, thresholds, verifyAfterMs, holidays, externals, commands, stores } = settings
  const { instances, playbookDirs, journal, lang } = settings
  const flat: Readonly<Record<string, unknown>> = {
    ...thresholds,
    batchAt: batch.at,
    batchGraceMs: batch.graceMs,
    verifyAfterMs,
    holidays,
    externals,
    commands,
    stores,
    instances,
    playbookDirs,
    journal,
    lang,
    ...watchDefaults(settings),
  }
  return flat[name]
}

function watchDefaults({ watch, notify }: Settings): Readonly<Record<string, unknown>> {
  return {
    watchLevel1Ms: watch?.everyMs[1],
    watchLevel2Ms: watch?.everyMs[2],
    watchLevel3Ms: watch?.everyMs[3],
    watchFailures: watch?.failures,
    watchRecoveries: watch?.recoveries,
    watchRemindAfterMs: watch?.remindAfterMs,
    watchNoEvidenceAfterMs: watch?.noEvidenceAfterMs,
    watchMaintenance: watch?.maintenance,
    watchPrepareRuns: watch?.prepareRuns,
    notifyRoutes: notify?.routes,
    notifyRuns: notify?.runs,
    notifyTimeoutMs: notify?.timeoutMs,
  }
}

/** Names help to find a mistake; values never leave. */
function shownHeaders(headers: Values['headers']): unknown {
  if (headers === undefined) return null
  return Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]))
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

function writtenSpan({ from, until }: TimeSpan): string {
  return `${from}-${until}`
}

function writtenHours(hours: OpeningHours): unknown {
  return Object.fromEntries(
    WEEKDAYS.map((day, index) => {
      const spans = hours.byWeekday[index]
      return [
        day,
        spans === null || spans === undefined
          ? 'closed'
          : spans.map((span) => `${span.from}-${span.until}`).join(','),
      ]
    }),
  )
}

/** `1h30m`: as it may be written in the file. */
function writtenDuration(ms: number): string {
  const parts: string[] = []
  let rest = ms
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(`${amount}${unit}`)
    rest -= amount * size
  }
  return parts.length === 0 ? '0s' : parts.join('')
}
