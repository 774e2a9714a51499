/** Who is told what after a round: each channel what it has not heard yet, unless something mutes it. */
import type { RunStatus } from '../core/journal.ts'
import type { Channel } from '../core/notice.ts'
import type { Status } from '../core/verdict.ts'
import { causeOf } from './causes.ts'
import {
  addNotices,
  announce,
  isAcknowledged,
  sayLine,
  toldChannels,
  type Draft,
  type Said,
} from './incidents.ts'
import { muteOfAll, muteOfWarnings, type Mute } from './mute.ts'
import { routeOf } from './policy.ts'
import type { Incident, Trouble } from './state.ts'
import type { SeoulDate } from '../core/dates.ts'
import {
  acknowledgedTitle,
  changedTitle,
  flappingTitle,
  openedTitle,
  remindedTitle,
  runTitle,
  settledTitle,
  steadiedTitle,
} from './words.ts'

export function tellIncidents(draft: Draft): void {
  const { round, policy } = draft
  const muteAll = muteOfAll(round.atMs, policy, draft.maintenance)
  const muteWarnings = muteOfWarnings(round.atMs, policy)
  for (const incident of draft.incidents.values()) {
    const current = withSymptoms(draft, incident)
    const mute = muteAll ?? (current.severity === 'warning' ? muteWarnings : undefined)
    draft.incidents.set(current.id, tellIncident(draft, current, mute))
  }
}

function tellIncident(draft: Draft, incident: Incident, mute: Mute | undefined): Incident {
  const wanted = mute === undefined ? routeOf(incident.check, incident.severity, draft.policy) : []
  const heard = mute === undefined ? toldChannels(incident) : []
  const unheard = wanted.filter((channel) => incident.told[channel] === undefined)
  const opened: Said = {
    event: 'opened',
    severity: incident.severity,
    title: openedTitle(incident),
  }
  if (incident.shown === undefined) {
    announce(draft, incident, opened, unheard, mute?.kind)
    return heardOf(draft, incident, unheard)
  }
  const news = newsOf(draft, incident, incident.shown)
  if (news !== undefined) {
    sayLine(draft, incident, news, [...heard, ...unheard], mute?.kind)
    addNotices(draft, incident, news, heard)
    addNotices(draft, incident, opened, unheard)
    return heardOf(draft, incident, [...heard, ...unheard])
  }
  if (unheard.length > 0) {
    // What held it back is over.
    announce(draft, incident, { ...opened, as: 'told' }, unheard)
    return heardOf(draft, incident, unheard)
  }
  return remind(draft, incident, heard)
}

function heardOf(draft: Draft, incident: Incident, channels: readonly Channel[]): Incident {
  const told = { ...incident.told }
  for (const channel of channels) told[channel] = incident.severity
  return { ...incident, told, shown: incident.severity, lastToldMs: draft.round.atMs }
}

/** Worse, better, flapping or steady again. */
function newsOf(draft: Draft, incident: Incident, shown: Trouble): Said | undefined {
  const { severity } = incident
  if (draft.turned?.includes(incident.id) === true) {
    return incident.flapping
      ? { event: 'flapping', severity, title: flappingTitle(incident) }
      : { event: 'changed', as: 'steadied', severity, title: steadiedTitle(incident) }
  }
  if (severity === shown || incident.flapping) return undefined
  return { event: 'changed', severity, title: changedTitle(incident, shown) }
}

/** Only where people read: PagerDuty calls again by itself. */
function remind(draft: Draft, incident: Incident, heard: readonly Channel[]): Incident {
  const { round, policy } = draft
  const readers = heard.filter((channel) => channel !== 'pagerduty')
  const dueMs = (incident.lastToldMs ?? round.atMs) + policy.remindAfterMs
  const quiet =
    readers.length === 0 ||
    round.atMs < dueMs ||
    incident.flapping ||
    isAcknowledged(incident, round.atMs) ||
    draft.tracks[incident.check]?.heldBy !== undefined
  if (quiet) return incident
  const title = remindedTitle(incident, round.atMs)
  announce(draft, incident, { event: 'reminded', severity: incident.severity, title }, readers)
  return { ...incident, lastToldMs: round.atMs }
}

/** Checks that this one explains by now: named in its messages. */
function withSymptoms(draft: Draft, incident: Incident): Incident {
  const rawOf = (id: string): Status | undefined => draft.tracks[id]?.raw
  const symptoms = Object.entries(draft.tracks)
    .filter(([id, track]) => causeOf(id, track.raw, rawOf) === incident.check)
    .filter(([, track]) => track.raw !== 'unknown')
    .map(([id]) => id)
  const fresh = symptoms.filter((id) => !incident.symptoms.includes(id))
  return fresh.length === 0 ? incident : { ...incident, symptoms: [...incident.symptoms, ...fresh] }
}

/** Somebody is on it: PagerDuty hears it as an acknowledgement, Slack as a line. */
export function acknowledge(
  draft: Draft,
  incident: Incident,
  given: { readonly by: string; readonly reason: string; readonly untilMs: number },
): void {
  const acknowledged: Incident = { ...incident, acknowledged: given }
  draft.incidents.set(incident.id, acknowledged)
  announce(
    draft,
    acknowledged,
    { event: 'acknowledged', severity: 'info', title: acknowledgedTitle(incident, given.by) },
    toldChannels(incident),
  )
}

/** The good line, once for each date; its date. */
export function tellSettled(draft: Draft): SeoulDate | undefined {
  const { settled, atMs, service } = draft.round
  if (settled === undefined) return undefined
  const title = settledTitle(settled)
  const channels: readonly Channel[] = draft.policy.channels.includes('finance') ? ['finance'] : []
  draft.changes.push({ event: 'settled', atMs, severity: 'info', title, channels })
  const notice = {
    event: 'settled',
    severity: 'info',
    title: title.ko,
    evidence: [],
    commands: [],
    service,
    atMs,
  } as const
  for (const channel of channels) draft.notices.push({ channel, notice })
  return settled.date
}

/** Runs that began, wait or ended since they were looked at last. */
export function tellRuns(
  draft: Draft,
  before: Readonly<Record<string, RunStatus>> | undefined,
): Readonly<Record<string, RunStatus>> | undefined {
  const { runs, atMs, service, commandLine } = draft.round
  if (runs === undefined || !draft.policy.tellRuns) return undefined
  const prepared = new Set([...draft.incidents.values()].map(({ run }) => run))
  const channels = draft.policy.channels.filter((channel) => channel === 'slack')
  const muted = muteOfAll(atMs, draft.policy, draft.maintenance)
  for (const header of runs.toReversed()) {
    const { run, subject, status } = header
    const untouched = prepared.has(run) && before?.[run] === undefined
    // What was there before anybody looked is no news.
    if (before === undefined || before[run] === status || untouched) continue
    const title = runTitle(subject, run, status)
    draft.changes.push({
      event: 'run',
      atMs,
      severity: 'info',
      title,
      channels: muted === undefined ? channels : [],
      ...(muted === undefined ? {} : { muted: muted.kind }),
    })
    if (muted !== undefined) continue
    const notice = {
      event: 'run',
      severity: 'info',
      title: title.ko,
      evidence: [`담당 ${header.operator}`],
      commands: status === 'waiting' ? [commandLine(['mts', 'run', 'resume', run])] : [],
      service,
      atMs,
    } as const
    for (const channel of channels) draft.notices.push({ channel, notice })
  }
  return Object.fromEntries(runs.map(({ run, status }) => [run, status]))
}
