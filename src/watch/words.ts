/** The words of a watch: first what, then since when and why. */
import { durationText } from '../core/duration.ts'
import { seoulTimeOf, shortDate, seoulDateOf } from '../core/dates.ts'
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { SettledDay } from './round.ts'
import type { Incident, Trouble } from './state.ts'

const SEVERITY: Readonly<Record<Trouble, Text>> = {
  critical: text('위험', 'CRITICAL'),
  warning: text('경고', 'WARNING'),
}

/** `[위험] redis`: what everything about an incident begins with. */
function head(mark: Text, incident: Incident): Text {
  return text(`[${mark.ko}] ${incident.check}`, `[${mark.en}] ${incident.check}`)
}

function join(left: Text, right: Text): Text {
  return text(`${left.ko} ${right.ko}`, `${left.en} ${right.en}`)
}

export function openedTitle(incident: Incident): Text {
  const words = incident.flapping
    ? text('상태 불안정 · 정상과 이상을 반복', 'flapping between good and bad')
    : incident.reason
  return join(head(SEVERITY[incident.severity], incident), words)
}

export function changedTitle(incident: Incident, before: Trouble): Text {
  const from = SEVERITY[before]
  const to = SEVERITY[incident.severity]
  return join(
    head(to, incident),
    text(`${from.ko} → ${to.ko} · ${incident.reason.ko}`, `was ${from.en}: ${incident.reason.en}`),
  )
}

export function steadiedTitle(incident: Incident): Text {
  const words = text(`변동 멈춤 · ${incident.reason.ko}`, `steady now: ${incident.reason.en}`)
  return join(head(SEVERITY[incident.severity], incident), words)
}

export function flappingTitle(incident: Incident): Text {
  return join(
    head(text('불안정', 'FLAPPING'), incident),
    text(
      '정상과 이상을 반복 · 안정될 때까지 변동을 보내지 않습니다',
      'good and bad in turn; changes are not sent until it is steady',
    ),
  )
}

export function remindedTitle(incident: Incident, atMs: number): Text {
  const lasting = durationText(Math.max(0, atMs - incident.sinceMs))
  return join(
    head(text('지속', 'STILL'), incident),
    text(`${lasting.ko}째 · ${incident.reason.ko}`, `for ${lasting.en} now: ${incident.reason.en}`),
  )
}

export function acknowledgedTitle(incident: Incident, by: string): Text {
  return join(head(text('확인', 'ACK'), incident), text(`${by} 대응 중`, `${by} is on it`))
}

export function recoveredTitle(incident: Incident, atMs: number, now: Text): Text {
  const lasted = durationText(Math.max(0, atMs - incident.sinceMs))
  const mark =
    incident.kind === 'trouble' ? text('복구', 'RECOVERED') : text('확인 재개', 'EVIDENCE AGAIN')
  return join(
    head(mark, incident),
    text(`${now.ko} · ${lasted.ko} 만에`, `${now.en} after ${lasted.en}`),
  )
}

export function noEvidenceReason(sinceMs: number, atMs: number, reason: Text | null): Text {
  const blind = durationText(Math.max(0, atMs - sinceMs))
  const why = reason === null ? text('', '') : text(` · ${reason.ko}`, `: ${reason.en}`)
  return text(`${blind.ko}째 확인 불가${why.ko}`, `no evidence for ${blind.en}${why.en}`)
}

export function heldTitle(check: string, by: string): Text {
  return text(`${check} 이상은 ${by} 장애의 영향으로 보류`, `${check} is put down to ${by}`)
}

export function gapTitle(fromMs: number, toMs: number): Text {
  const lasting = durationText(toMs - fromMs)
  const from = whenWords(fromMs, toMs)
  return text(
    `[감시 공백] ${lasting.ko}(${from}–${seoulTimeOf(toMs)})`,
    `[GAP] nothing was watched for ${lasting.en} (${from}–${seoulTimeOf(toMs)})`,
  )
}

export const GAP_EVIDENCE: readonly string[] = [
  '그동안의 장애는 확인하지 못했습니다. 지금부터 다시 감시합니다',
]

export function settledTitle({ date, count, amount }: SettledDay): Text {
  const counted = groupedWon(String(count))
  return text(
    `정산 완료 ${shortDate(date)} · ${counted}건 · ${groupedWon(amount)}원 · 매출과 대사 일치`,
    `settled ${date} · ${counted} sales · ${groupedWon(amount)} won · agrees with the sales`,
  )
}

export function maintenanceTitle(by: string, untilMs: number, atMs: number, reason: string): Text {
  const until = whenWords(untilMs, atMs)
  return untilMs <= atMs
    ? text(`점검 종료(${by})`, `maintenance ended by ${by}`)
    : text(`점검 중 ~${until}(${by}): ${reason}`, `maintenance until ${until} by ${by}: ${reason}`)
}

export function unmatchedTitle(check: string): Text {
  return text(`${check}: 확인할 장애 없음`, `${check}: nothing to acknowledge`)
}

/** `02:55`, or with the date where it is not today's. */
export function whenWords(ms: number, nowMs: number): string {
  const date = seoulDateOf(ms)
  const time = seoulTimeOf(ms)
  return date === seoulDateOf(nowMs) ? time : `${shortDate(date)} ${time}`
}

const RUN_WORDS: Readonly<Record<string, Text>> = {
  running: text('시작', 'started'),
  waiting: text('대기(사람의 확인 필요)', 'waits for a person'),
  succeeded: text('완료', 'succeeded'),
  failed: text('실패로 종료', 'ended as a failure'),
  aborted: text('중단', 'aborted'),
  interrupted: text('중단됨(이어하기 가능)', 'interrupted, can be resumed'),
}

export function runTitle(subject: string, run: string, status: string): Text {
  const words = RUN_WORDS[status] ?? text(status, status)
  return text(
    `[플레이북] ${subject} ${words.ko} · ${run}`,
    `[PLAYBOOK] ${subject} ${words.en} · ${run}`,
  )
}
