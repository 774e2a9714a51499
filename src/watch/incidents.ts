/** Incidents of one round: opened under a number of their own, closed where they were told. */
import { seoulDateOf } from '../core/dates.ts'
import type { AddressedNotice, Channel, Notice, NoticeEvent, Severity } from '../core/notice.ts'
import type { Text } from '../core/text.ts'
import type { MuteKind } from './mute.ts'
import type { WatchPolicy } from './policy.ts'
import type { Change, WatchRound } from './round.ts'
import type { Incident, Maintenance, Track, WatchState } from './state.ts'
import { recoveredTitle, whenWords } from './words.ts'

/** A round in the making; nothing of it leaves before the round is whole. */
export interface Draft {
  readonly round: WatchRound
  readonly policy: WatchPolicy
  readonly tracks: Record<string, Track>
  readonly incidents: Map<string, Incident>
  numbering: WatchState['numbering']
  maintenance: readonly Maintenance[]
  readonly changes: Change[]
  readonly notices: AddressedNotice[]
  /** Incidents that began to flap, or have stopped, in this round. */
  turned?: readonly string[]
}

const MAX_DEDUP_KEY = 255
const MAX_SYMPTOMS = 5

export function openIncident(
  draft: Draft,
  given: Pick<
    Incident,
    'check' | 'kind' | 'severity' | 'sinceMs' | 'reason' | 'commands' | 'flapping'
  >,
): void {
  const date = seoulDateOf(draft.round.atMs)
  const last = draft.numbering.date === date ? draft.numbering.last + 1 : 1
  draft.numbering = { date, last }
  const id = `W${date.replaceAll('-', '')}-${String(last).padStart(2, '0')}`
  const incident: Incident = {
    ...given,
    id,
    dedupKey: dedupKeyOf(draft.round.service, given, id),
    symptoms: [],
    told: {},
  }
  draft.incidents.set(id, incident)
}

/** From service, playbook and incident, so that trigger, acknowledge and resolve always agree. */
function dedupKeyOf(
  service: string,
  { check, commands }: Pick<Incident, 'check' | 'commands'>,
  id: string,
): string {
  const playbook = /^mts playbook ([\w-]+)/.exec(commands[0] ?? '')?.[1] ?? check
  const key = `mts/${service.replace(/^\w+:\/\//, '')}/${playbook}/${id}`
  return key.length <= MAX_DEDUP_KEY ? key : key.slice(-MAX_DEDUP_KEY)
}

/** The end is told wherever the beginning was, whatever is muted now: a page must not stay open. */
export function closeIncident(draft: Draft, incident: Incident, now: Text): void {
  draft.incidents.delete(incident.id)
  const title = recoveredTitle(incident, draft.round.atMs, now)
  announce(draft, incident, { event: 'recovered', severity: 'info', title }, toldChannels(incident))
}

export function toldChannels(incident: Incident): Channel[] {
  return Object.keys(incident.told) as Channel[]
}

export interface Said {
  readonly event: NoticeEvent
  /** The line's own event where it differs. */
  readonly as?: Change['event']
  readonly severity: Severity
  readonly title: Text
}

/** One line, and one notice for each channel. */
export function announce(
  draft: Draft,
  incident: Incident,
  said: Said,
  channels: readonly Channel[],
  muted?: MuteKind,
): void {
  sayLine(draft, incident, said, channels, muted)
  addNotices(draft, incident, said, channels)
}

export function sayLine(
  draft: Draft,
  incident: Incident,
  said: Said,
  channels: readonly Channel[],
  muted?: MuteKind,
): void {
  draft.changes.push({
    event: said.as ?? said.event,
    atMs: draft.round.atMs,
    severity: said.severity,
    title: said.title,
    check: incident.check,
    incident: incident.id,
    channels,
    ...(muted === undefined ? {} : { muted }),
  })
}

export function addNotices(
  draft: Draft,
  incident: Incident,
  said: Said,
  channels: readonly Channel[],
): void {
  const { round } = draft
  const ended = said.event === 'recovered'
  const notice: Notice = {
    event: said.event,
    severity: said.severity,
    title: said.title.ko,
    evidence: evidenceOf(incident, round.atMs),
    commands: ended ? [] : commandsOf(incident, round),
    service: round.service,
    atMs: round.atMs,
    sinceMs: incident.sinceMs,
    check: incident.check,
    incident: incident.id,
    dedupKey: incident.dedupKey,
  }
  for (const channel of channels) draft.notices.push({ channel, notice })
}

function evidenceOf(incident: Incident, atMs: number): string[] {
  const { symptoms } = incident
  const more = symptoms.length > MAX_SYMPTOMS ? ` 외 ${symptoms.length - MAX_SYMPTOMS}` : ''
  return [
    incident.reason.ko,
    `시작 ${whenWords(incident.sinceMs, atMs)} · ${incident.id}`,
    ...(symptoms.length === 0
      ? []
      : [`함께 보류한 증상: ${symptoms.slice(0, MAX_SYMPTOMS).join(', ')}${more}`]),
    ...(incident.acknowledged === undefined
      ? []
      : [`대응: ${incident.acknowledged.by} · ${incident.acknowledged.reason}`]),
  ]
}

function commandsOf(incident: Incident, round: WatchRound): readonly string[] {
  const prepared =
    incident.run === undefined ? [] : [round.commandLine(['mts', 'run', 'resume', incident.run])]
  const ack = round.commandLine(['mts', 'watch', 'ack', incident.check, '--reason', '<사유>'])
  return [
    ...prepared,
    ...incident.commands.slice(0, 1),
    ...(isAcknowledged(incident, round.atMs) ? [] : [ack]),
  ]
}

export function isAcknowledged(incident: Incident, atMs: number): boolean {
  return incident.acknowledged !== undefined && incident.acknowledged.untilMs > atMs
}
