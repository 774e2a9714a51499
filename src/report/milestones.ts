/**
 * When it began, was noticed, taken up, mitigated and resolved: each time with what it was taken
 * from. What the journal does not say stays open; no time is made up.
 */
import { isoSeoul, parseServiceTime } from '../core/dates.ts'
import type { RunHeader, StoredEvent } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation } from '../playbook/operation.ts'
import type { AnswerGivenData } from '../playbook/run-state.ts'
import type { Document } from '../playbook/document.ts'
import type { Milestone } from './report.ts'
import { actionValueOf, stepTitle } from './run-entries.ts'
import type { WatchedIncident } from './watched-incident.ts'

interface Found {
  readonly atMs?: number
  readonly basis: Text
}

const TITLES: Readonly<Record<Milestone['id'], Text>> = {
  onset: text('발생', 'Began'),
  noticed: text('인지', 'Noticed'),
  acknowledged: text('대응 시작', 'Acknowledged'),
  mitigated: text('완화', 'Mitigated'),
  resolved: text('해결', 'Resolved'),
}

export function milestonesOf(
  header: RunHeader,
  events: readonly StoredEvent[],
  document: Document | undefined,
  watched?: WatchedIncident,
): readonly Milestone[] {
  const noticed = noticedOf(header, watched)
  const onset = onsetOf(events, noticed.atMs ?? header.startedAtMs)
  const found: readonly (readonly [Milestone['id'], Found])[] = [
    ['onset', onset],
    ['noticed', noticed],
    ['acknowledged', earlier(acknowledgedOf(events, document), watchedAck(watched))],
    ['mitigated', mitigatedOf(events, document)],
    ['resolved', resolvedOf(header, events, watched)],
  ]
  const zero = onset.atMs ?? header.startedAtMs
  return found.map(([id, { atMs, basis }]) => ({
    id,
    title: TITLES[id],
    ...(atMs === undefined ? {} : { at: isoSeoul(atMs) }),
    ...(atMs === undefined || id === 'onset' || (id === 'noticed' && onset.atMs === undefined)
      ? {}
      : { afterMs: Math.max(0, atMs - zero) }),
    basis,
  }))
}

function noticedOf({ startedAtMs }: RunHeader, watched: WatchedIncident | undefined): Found {
  return watched === undefined
    ? { atMs: startedAtMs, basis: text('실행을 시작한 시각', 'the run was begun') }
    : {
        atMs: watched.openedAtMs,
        basis: text(`감시 알림 ${watched.id}`, `the watch told of ${watched.id}`),
      }
}

function watchedAck(watched: WatchedIncident | undefined): Found | undefined {
  return watched?.acknowledgedAtMs === undefined
    ? undefined
    : {
        atMs: watched.acknowledgedAtMs,
        basis: text(`감시 알림 ${watched.id} 확인`, `${watched.id} was acknowledged`),
      }
}

function earlier(found: Found, other: Found | undefined): Found {
  if (other?.atMs === undefined) return found
  return found.atMs === undefined || other.atMs < found.atMs ? other : found
}

/** The oldest failed record that was seen: the batch writes it at the moment it fails. */
function onsetOf(events: readonly StoredEvent[], startedAtMs: number): Found {
  let atMs: number | undefined
  let id = 0
  for (const event of events) {
    const record = failedRecordIn(event)
    const written = record?.completedAt ?? record?.createdAt
    const ms = typeof written === 'string' ? parseServiceTime(written) : undefined
    if (ms === undefined || ms > startedAtMs || (atMs !== undefined && ms >= atMs)) continue
    atMs = ms
    id = record?.id ?? 0
  }
  return atMs === undefined
    ? { basis: text('기록에 발생 시각이 없음', 'the journal does not say when it began') }
    : {
        atMs,
        basis: text(`정산 #${id}의 FAILED 기록 시각`, `settlement #${id} was recorded as FAILED`),
      }
}

interface SeenRecord {
  readonly id?: number
  readonly status?: string
  readonly createdAt?: unknown
  readonly completedAt?: unknown
}

function failedRecordIn(event: StoredEvent): SeenRecord | undefined {
  const before = actionValueOf(event)?.before
  if (before?.status === 'FAILED') return before
  if (event.kind !== 'probeObserved') return undefined
  const { observation } = event.data as { readonly observation?: Observation }
  if (observation?.kind !== 'observed') return undefined
  const value = observation.value as { readonly record?: SeenRecord | null } | null
  return value?.record?.status === 'FAILED' ? value.record : undefined
}

function acknowledgedOf(events: readonly StoredEvent[], document: Document | undefined): Found {
  const decided = events.find((event) =>
    ['answerGiven', 'approvalGiven', 'noteAdded', 'runHandedOver'].includes(event.kind),
  )
  if (decided === undefined) {
    return { basis: text('사람의 답이나 승인이 없음', 'nobody answered or approved anything') }
  }
  const title = stepTitle(document, decided.step)
  const words: Partial<Record<StoredEvent['kind'], Text>> = {
    answerGiven: text(`첫 답변: ${title.ko}`, `first answer: ${title.en}`),
    approvalGiven: text('첫 승인', 'first approval'),
    noteAdded: text('첫 메모', 'first note'),
    runHandedOver: text('인계', 'handed over'),
  }
  return { atMs: decided.atMs, basis: words[decided.kind] ?? title }
}

/** The first request that succeeded, or else the first thing a person did as the document asked. */
function mitigatedOf(events: readonly StoredEvent[], document: Document | undefined): Found {
  const acted = events.find(
    (event) =>
      event.kind === 'actionFinished' &&
      (event.data as { readonly outcome?: string } | null)?.outcome === 'succeeded',
  )
  const done = events.find((event) => {
    if (event.kind !== 'answerGiven') return false
    const { question, answer } = event.data as AnswerGivenData
    return question === 'manual' && answer.kind === 'complete'
  })
  const first = acted ?? done
  if (first === undefined) {
    return { basis: text('완화 조치가 기록되지 않음', 'no mitigation is on record') }
  }
  const title = stepTitle(document, first.step)
  return {
    atMs: first.atMs,
    basis:
      first === acted
        ? text(`요청 성공: ${title.ko}`, `request succeeded: ${title.en}`)
        : text(`사람이 완료함: ${title.ko}`, `done by a person: ${title.en}`),
  }
}

function resolvedOf(
  header: RunHeader,
  events: readonly StoredEvent[],
  watched: WatchedIncident | undefined,
): Found {
  const end = events.findLast((event) => event.kind === 'runFinished')
  if (header.status !== 'succeeded' && watched?.recoveredAtMs !== undefined) {
    return {
      atMs: watched.recoveredAtMs,
      basis: text(`감시가 복구를 확인(${watched.id})`, `the watch saw it recover (${watched.id})`),
    }
  }
  if (end === undefined) return { basis: text('아직 끝나지 않음', 'not over yet') }
  if (header.status === 'succeeded') {
    return { atMs: end.atMs, basis: text('성공으로 끝남', 'the run ended well') }
  }
  return {
    basis: text(
      '해결되지 않은 채 끝남(이관 또는 실패)',
      'the run ended without a solution (handed over, or failed)',
    ),
  }
}
