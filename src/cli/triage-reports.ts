/** What others report for triage: alerts that fire, and named patterns of the log. */
import { addDays, isoSeoul, seoulDateOf, seoulInstant, seoulTimeOf } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { MtsError } from '../core/errors.ts'
import type { Labels } from '../core/label-matcher.ts'
import type { LogPattern } from '../core/log-patterns.ts'
import { maskSensitive } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { FiringAlert, LoggedPattern, Unseen } from '../triage/triage.ts'
import type { CommandContext } from './command.ts'
import { withinLimit } from './deadline.ts'

export interface AlertReports {
  readonly firing: readonly FiringAlert[]
  readonly unseen: readonly Unseen[]
}

export interface LogReports {
  readonly logged: readonly LoggedPattern[]
  readonly unseen: readonly Unseen[]
}

/** As with everything that is no health check. */
export const REPORT_LIMIT_MS = 3000

/** What the log says of the last minutes holds for now. */
const RECENT_MS = 15 * 60_000
const HOUR_MS = 3_600_000
/** A batch that begins early by a clock that is off is still looked at. */
const BEFORE_BATCH_MS = 10 * 60_000

export function tooLate(limitMs: number): Text {
  const waited = durationText(limitMs)
  return text(`응답 없음(${waited.ko})`, `no answer (${waited.en})`)
}

/** Silenced and inhibited ones too: that nobody was told does not make them untrue. */
export async function firingAlerts(context: CommandContext): Promise<AlertReports> {
  const { alertmanagerUrl, prometheusUrl } = await context.settings()
  if (alertmanagerUrl === undefined && prometheusUrl === undefined) {
    return { firing: [], unseen: [notSet('alerts', 'alertmanager.url')] }
  }
  const { withTelemetry } = await import('./telemetry-clients.ts')
  return withTelemetry(context, async ({ alertmanager, prometheus }) => {
    const name = alertmanager === undefined ? 'Prometheus' : 'Alertmanager'
    const options = { signal: context.signal, timeoutMs: REPORT_LIMIT_MS }
    const read = await (alertmanager === undefined
      ? prometheus?.alerts(options)
      : alertmanager.alerts(options))
    if (read?.kind === 'ok') {
      return { firing: read.value.flatMap((alert) => alertOf(alert) ?? []), unseen: [] }
    }
    const message =
      read?.kind === 'unknown'
        ? read.failure.message
        : text(`${name}에 경보 목록이 없음`, `${name} has no list of alerts`)
    return { firing: [], unseen: [{ id: 'alerts', message }] }
  })
}

function notSet(id: string, key: string): Unseen {
  const message = text(`설정되지 않음(${key})`, `not configured (${key})`)
  return { id, message, notConfigured: true }
}

/** As Alertmanager or Prometheus gives it; undefined for one that only waits. */
function alertOf({
  labels,
  annotations,
  state,
  ...times
}: {
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAtMs?: number
  readonly activeAtMs?: number
  readonly state: string
}): FiringAlert | undefined {
  if (state === 'pending' || state === 'inactive') return undefined
  const sinceMs = times.startsAtMs ?? times.activeAtMs
  const since = sinceMs === undefined ? '?' : isoSeoul(sinceMs).slice(11, 16)
  const words = maskSensitive(annotations['summary'] ?? '')
  const name = labels['alertname'] ?? '?'
  const hidden = state === 'suppressed' ? text(' · 알림 꺼짐', '; nobody is told') : text('', '')
  const told = words === '' ? '' : ` · ${words}`
  return {
    name,
    labels,
    annotations,
    message: text(
      `경보 ${name}(${since}부터)${told}${hidden.ko}`,
      `alert ${name} since ${since}${told}${hidden.en}`,
    ),
  }
}

/** Patterns that lead to a playbook, since before the last nightly batch; `given` instead of the setting. */
export async function loggedPatterns(
  context: CommandContext,
  given: string | undefined,
): Promise<LogReports> {
  const settings = await context.settings()
  const path = given ?? settings.log
  if (path === undefined) return { logged: [], unseen: [notSet('log', 'log')] }
  const nowMs = context.ports.clock.now()
  const unread = (message: Text): LogReports => ({ logged: [], unseen: [{ id: 'log', message }] })
  const [{ mineRecent }, { loadKnownLogPatterns }] = await Promise.all([
    import('../logs/recent-patterns.ts'),
    import('./known-log-patterns.ts'),
  ])
  try {
    const known = await loadKnownLogPatterns(context)
    const mined = await withinLimit(context, REPORT_LIMIT_MS, (signal) =>
      mineRecent({
        path,
        known,
        fromMs: sinceBatch(settings.batch.at, nowMs),
        // A log may be written by a clock that is a little ahead.
        toMs: nowMs + 60_000,
        signal,
        monotonicMs: () => context.ports.clock.monotonicMs(),
      }),
    )
    if (mined.kind === 'late') return unread(TOO_LONG)
    if (mined.kind === 'unknown') return unread(mined.reason)
    return { logged: leadingPatterns(mined.patterns.patterns, nowMs), unseen: [] }
  } catch (error) {
    // Faults in the operator's own file of patterns: triage goes on without the log, and says so.
    if (!(error instanceof MtsError)) throw error
    return unread(firstLine(error.text))
  }
}

const TOO_LONG = text(
  '로그가 길어 3초 안에 읽지 못함: mts logs patterns --since 1h',
  'too long to be read within 3 s: mts logs patterns --since 1h',
)

function firstLine({ ko, en }: Text): Text {
  return text(ko.split('\n', 1)[0] ?? '', en.split('\n', 1)[0] ?? '')
}

/** From shortly before the last batch, and an hour at least. */
function sinceBatch(at: string, nowMs: number): number {
  const today = seoulDateOf(nowMs)
  const batchMs = [today, addDays(today, -1)]
    .map((date) => seoulInstant(date, at) - BEFORE_BATCH_MS)
    .find((ms) => ms <= nowMs)
  return Math.min(batchMs ?? nowMs, nowMs - HOUR_MS)
}

/** One of each name: what fits one name may have several templates. */
function leadingPatterns(patterns: readonly LogPattern[], nowMs: number): readonly LoggedPattern[] {
  const byName = new Map<string, readonly LogPattern[]>()
  for (const pattern of patterns) {
    const id = pattern.known?.playbook === undefined ? undefined : pattern.known.id
    if (id !== undefined) byName.set(id, [...(byName.get(id) ?? []), pattern])
  }
  return [...byName.values()].flatMap((same) => loggedOf(same, nowMs) ?? [])
}

function loggedOf(same: readonly LogPattern[], nowMs: number): LoggedPattern | undefined {
  const [first] = same
  const playbook = first?.known?.playbook
  if (first?.known === undefined || playbook === undefined) return undefined
  const { id, title } = first.known
  const count = same.reduce((sum, pattern) => sum + pattern.count, 0)
  const times = same
    .flatMap(({ firstSeen, lastSeen }) => [firstSeen, lastSeen])
    .flatMap((time) => (time === null ? [] : [Date.parse(time)]))
  const lastMs = Math.max(...times)
  const span = spanOf(Math.min(...times), lastMs)
  const severe = same.some(({ level }) => level === 'FATAL' || level === 'ERROR')
  return {
    id,
    playbook,
    status: severe ? 'critical' : 'warning',
    recent: nowMs - lastMs <= RECENT_MS,
    message: text(
      `로그 ${title.ko} ${count}건(${span})`,
      `log: ${title.en}, ${count === 1 ? 'once' : `${count} times`} (${span})`,
    ),
  }
}

function spanOf(firstMs: number, lastMs: number): string {
  const [from, to] = [seoulTimeOf(firstMs), seoulTimeOf(lastMs)]
  return from === to ? from : `${from}–${to}`
}
