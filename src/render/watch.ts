/** How a watch looks: one line for each change, a small picture of now, and JSON lines for programs. */
import { koreanDate, isoSeoul, seoulClockOf, seoulDateOf, shortDate } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import type { Channel } from '../core/notice.ts'
import { stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { Delivery, DeliveryOutcome } from '../core/watch-records.ts'
import type { MuteKind } from '../watch/mute.ts'
import type { Change, WatchedCheck } from '../watch/round.ts'
import type { Incident } from '../watch/state.ts'
import { cellsOf, labelled, padCells, wrapCells } from './columns.ts'
import { spread } from './lines.ts'
import { STATUS_WORDS, say, type View } from './view.ts'

/** What `mts watch -o json` prints, one a line. */
export interface WatchEvent {
  readonly kind: 'WatchEvent'
  readonly event: string
  /** ISO 8601, Seoul. */
  readonly at: string
  readonly severity: 'critical' | 'warning' | 'info'
  readonly message: Text
  readonly check?: string
  readonly incident?: string
  readonly channels?: readonly Channel[]
  readonly muted?: MuteKind
}

const MUTED: Readonly<Record<MuteKind, Text>> = {
  maintenance: text('점검 중', 'maintenance'),
  holiday: text('휴무일', 'holiday'),
  quiet_hours: text('야간 보류', 'quiet hours'),
}

const CHANNEL_WORDS: Readonly<Record<Channel, Text>> = {
  slack: text('Slack', 'Slack'),
  pagerduty: text('PagerDuty', 'PagerDuty'),
  finance: text('재무팀', 'finance'),
}

export function channelWords(channels: readonly Channel[]): Text {
  return text(
    channels.map((channel) => CHANNEL_WORDS[channel].ko).join(', '),
    channels.map((channel) => CHANNEL_WORDS[channel].en).join(', '),
  )
}

export function eventOfChange(change: Change): WatchEvent {
  const { event, atMs, severity, title, check, incident, channels, muted } = change
  return {
    kind: 'WatchEvent',
    event,
    at: isoSeoul(atMs),
    severity,
    message: title,
    ...(check === undefined ? {} : { check }),
    ...(incident === undefined ? {} : { incident }),
    channels,
    ...(muted === undefined ? {} : { muted }),
  }
}

export function eventOfMissed(marks: readonly number[], atMs: number): WatchEvent {
  const clocks = marks.slice(0, 3).map((mark) => seoulClockOf(mark))
  const more = marks.length > clocks.length ? ' …' : ''
  return {
    kind: 'WatchEvent',
    event: 'missed',
    at: isoSeoul(atMs),
    severity: 'warning',
    message: text(
      `회차 ${marks.length}번을 놓쳤습니다: ${clocks.join(', ')}${more}`,
      `${marks.length} rounds were missed: ${clocks.join(', ')}${more}`,
    ),
  }
}

/** Only what somebody may have to look after: a delay the first time, a failure, an end to a delay. */
export function eventOfOutcome(
  delivery: Delivery,
  outcome: DeliveryOutcome,
  atMs: number,
): WatchEvent | undefined {
  const where = channelWords([delivery.channel])
  const base = { kind: 'WatchEvent', at: isoSeoul(atMs), channels: [delivery.channel] } as const
  const { title } = delivery.notice
  if (outcome.kind === 'failed') {
    return {
      ...base,
      event: 'undelivered',
      severity: 'critical',
      message: text(
        `${where.ko} 알림 실패(${outcome.problem}): ${title}`,
        `${where.en} refused a message (${outcome.problem}): ${title}`,
      ),
    }
  }
  if (outcome.kind === 'again') {
    if (delivery.attempts > 1) return undefined
    return {
      ...base,
      event: 'delayed',
      severity: 'warning',
      message: text(
        `${where.ko} 알림 지연(${outcome.problem}), 다시 보냅니다`,
        `a message to ${where.en} is delayed (${outcome.problem}); it is tried again`,
      ),
    }
  }
  if (delivery.attempts === 1) return undefined
  return {
    ...base,
    event: 'delivered',
    severity: 'info',
    message: text(
      `${where.ko} 알림 전송 완료(${delivery.attempts}번째 시도)`,
      `${where.en} has the message, at attempt ${delivery.attempts}`,
    ),
  }
}

const CLOCK_CELLS = 10

export function renderWatchEvent(event: WatchEvent, view: View): string {
  const width = Math.min(80, view.width)
  const clock = event.at.slice(11, 19)
  const message = stripControls(say(view, event.message))
  const lines = labelled(clock, message + tail(event, view), CLOCK_CELLS, width)
  if (event.severity === 'info') return lines
  return lines.replace(/\[[^\]]+\]/, (mark) =>
    event.severity === 'critical' ? view.paint.critical(mark) : view.paint.warning(mark),
  )
}

function tail({ channels = [], muted, event }: WatchEvent, view: View): string {
  if (muted !== undefined) return ` · ${say(view, MUTED[muted])}`
  if (channels.length === 0 || ['delayed', 'delivered', 'undelivered'].includes(event)) return ''
  return ` → ${say(view, channelWords(channels))}`
}

/** What is known right now. */
export interface WatchPicture {
  readonly url: string
  readonly atMs: number
  readonly checks: readonly WatchedCheck[]
  readonly incidents: readonly Incident[]
  readonly nextAtMs: number
  /** Notices that have not left. */
  readonly pending: number
  readonly muted?: Text
}

const SHOWN: readonly Status[] = ['critical', 'unknown', 'warning', 'ok']
const LABEL_CELLS = 10

export function renderWatchPicture(picture: WatchPicture, view: View): string {
  const width = Math.min(80, view.width)
  const date = seoulDateOf(picture.atMs)
  const day = view.lang === 'ko' ? koreanDate(date) : date
  const watching = say(view, text('감시 중', 'watching'))
  const lines = [
    spread(
      `${watching}  ${stripControls(picture.url)}`,
      `${day} ${seoulClockOf(picture.atMs)}`,
      width,
    ),
    ...SHOWN.flatMap((status) => statusLines(picture, status, view, width)),
    view.paint.dim(footer(picture, view)),
  ]
  return lines.join('\n')
}

function statusLines(picture: WatchPicture, status: Status, view: View, width: number): string[] {
  const checks = picture.checks.filter((check) => check.status === status)
  if (checks.length === 0) return []
  const word = say(view, STATUS_WORDS[status])
  const label = view.paint[status](word) + ' '.repeat(Math.max(1, LABEL_CELLS - cellsOf(word)))
  if (status === 'ok') {
    const names = checks.map(({ id }) => id).join(' · ')
    return paintedLines(label, names, width)
  }
  return checks.flatMap((check) => {
    const incident = picture.incidents.find(({ check: id }) => id === check.id)
    const words = stripControls(say(view, check.reason ?? check.summary))
    return paintedLines(
      label,
      `${padCells(check.id, 12)}${words}${since(incident, picture, view)}`,
      width,
    )
  })
}

function paintedLines(label: string, words: string, width: number): string[] {
  return wrapCells(words, width - LABEL_CELLS).map((line, index) =>
    index === 0 ? label + line : ' '.repeat(LABEL_CELLS) + line,
  )
}

function since(incident: Incident | undefined, { atMs }: WatchPicture, view: View): string {
  if (incident === undefined) return ''
  const lastingMs = Math.max(0, atMs - incident.sinceMs)
  const lasting = durationText(lastingMs)
  const words =
    lastingMs < 1000 ? text('방금', 'just now') : text(`${lasting.ko}째`, `for ${lasting.en}`)
  const by = incident.acknowledged?.by
  const who = by === undefined ? '' : ` · ${say(view, text(`${by} 대응 중`, `${by} is on it`))}`
  return ` · ${say(view, words)} · ${incident.id}${who}`
}

function footer(picture: WatchPicture, view: View): string {
  const next = seoulClockOf(picture.nextAtMs)
  const muted = picture.muted === undefined ? '' : `${say(view, picture.muted)} · `
  return (
    muted +
    say(
      view,
      text(
        `다음 ${next} · 알림 대기 ${picture.pending}건 · Ctrl-C 종료`,
        `next ${next} · ${picture.pending} messages waiting · Ctrl-C ends`,
      ),
    )
  )
}

/** What `mts watch ack` and `maintenance` answer. */
export interface WatchRequestValue {
  readonly kind: 'WatchRequest'
  readonly request: 'ack' | 'maintenance'
  readonly url: string
  readonly by: string
  readonly reason: string
  /** When it was asked, and until when it holds; ISO 8601, Seoul. */
  readonly at: string
  readonly until: string
  readonly check?: string
  readonly incidents?: readonly string[]
}

export function renderWatchRequest(value: WatchRequestValue, view: View): string {
  const words = requestWords(value).map((line) => stripControls(say(view, line)))
  const next = text('감시가 다음 회차에 반영합니다', 'the watch takes it up at its next round')
  return [...words, say(view, next)].join('\n')
}

function requestWords(value: WatchRequestValue): readonly Text[] {
  const { at, until, check, incidents } = value
  const day = until.slice(0, 10) === at.slice(0, 10) ? '' : `${shortDate(until.slice(0, 10))} `
  const when = `${day}${until.slice(11, 16)}`
  if (value.request === 'ack') {
    const which = incidents?.join(', ')
    return [
      text(`${check} 확인 접수(${which})`, `${check} is acknowledged (${which})`),
      text(
        `복구되거나 ${when}까지 다시 알리지 않습니다`,
        `no reminders until it recovers, or ${when}`,
      ),
    ]
  }
  return until <= at
    ? [text('점검 종료 접수: 알림을 다시 보냅니다', 'maintenance ends: messages are sent again')]
    : [
        text(
          `점검 접수: ${when}까지 측정만 하고 보내지 않습니다`,
          `maintenance until ${when}: measured, not told`,
        ),
      ]
}
