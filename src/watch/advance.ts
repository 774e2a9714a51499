/**
 * One round of watching: what was believed, and what is seen now, give what is believed next and
 * whom to tell. Pure, so that a day of outages is a table of values.
 */
import { text, type Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import { causeOf } from './causes.ts'
import { closeIncident, openIncident, type Draft } from './incidents.ts'
import { muteOfAll } from './mute.ts'
import type { WatchPolicy } from './policy.ts'
import type { Advance, WatchedCheck, WatchRound } from './round.ts'
import type { Incident, Track, Trouble, WatchState } from './state.ts'
import { tellIncidents, tellRuns, tellSettled } from './tell.ts'
import { takeRequests } from './requests.ts'
import { tellUnsigned } from './unsigned.ts'
import { follow, newTrack } from './track.ts'
import { GAP_EVIDENCE, gapTitle, heldTitle, noEvidenceReason } from './words.ts'

const FINE: Text = text('정상', 'fine')

export function advanceWatch(before: WatchState, round: WatchRound, policy: WatchPolicy): Advance {
  const draft: Draft = {
    round,
    policy,
    tracks: { ...before.tracks },
    incidents: new Map(before.incidents.map((incident) => [incident.id, incident])),
    numbering: before.numbering,
    maintenance: before.maintenance.filter(({ untilMs }) => untilMs > round.atMs),
    changes: [],
    notices: [],
  }
  sayGap(draft, before)
  takeRequests(draft)
  for (const check of round.checks) followCheck(draft, check)
  tellIncidents(draft)
  const settledDate = tellSettled(draft) ?? before.settledDate
  const unsignedDate = tellUnsigned(draft, before.unsignedDate) ?? before.unsignedDate
  const runs = tellRuns(draft, before.runs) ?? before.runs
  return {
    state: {
      version: 1,
      lastRoundMs: round.atMs,
      tracks: draft.tracks,
      incidents: [...draft.incidents.values()],
      numbering: draft.numbering,
      maintenance: draft.maintenance,
      lastRequest: round.requests?.at(-1)?.id ?? before.lastRequest,
      ...(settledDate === undefined ? {} : { settledDate }),
      ...(unsignedDate === undefined ? {} : { unsignedDate }),
      ...(runs === undefined ? {} : { runs }),
    },
    changes: draft.changes,
    notices: draft.notices,
  }
}

/** Nothing was seen while nobody watched: that is said, not passed over. */
function sayGap(draft: Draft, { lastRoundMs }: WatchState): void {
  const { round, policy } = draft
  if (lastRoundMs === undefined || round.atMs - lastRoundMs < policy.noEvidenceAfterMs) return
  const title = gapTitle(lastRoundMs, round.atMs)
  // Neither night nor holiday holds it back: it is not told later, as an incident would be.
  const mute = muteOfAll(round.atMs, policy, draft.maintenance)
  const told = mute === undefined && policy.channels.includes('slack')
  draft.changes.push({
    event: 'gap',
    atMs: round.atMs,
    severity: 'warning',
    title,
    channels: told ? ['slack'] : [],
    ...(mute === undefined ? {} : { muted: mute.kind }),
  })
  if (!told) return
  draft.notices.push({
    channel: 'slack',
    notice: {
      event: 'gap',
      severity: 'warning',
      title: title.ko,
      evidence: GAP_EVIDENCE,
      commands: [round.commandLine(['mts', 'health'])],
      service: round.service,
      atMs: round.atMs,
      sinceMs: lastRoundMs,
    },
  })
}

function followCheck(draft: Draft, check: WatchedCheck): void {
  const { round, policy } = draft
  const before = draft.tracks[check.id] ?? newTrack(check.level)
  const statusOf = (id: string): Status | undefined =>
    round.checks.find((other) => other.id === id)?.status ?? draft.tracks[id]?.raw
  const heldBy = causeOf(check.id, check.status, statusOf)
  const { level, status } = check
  const after = follow(before, { level, status, atMs: round.atMs, heldBy }, policy)
  draft.tracks[check.id] = after
  if (heldBy !== undefined) {
    if (before.heldBy !== heldBy) sayHeld(draft, check, heldBy)
    return
  }
  followTrouble(draft, check, before, after)
  followEvidence(draft, check, after)
}

function sayHeld(draft: Draft, check: WatchedCheck, by: string): void {
  draft.changes.push({
    event: 'held',
    atMs: draft.round.atMs,
    severity: 'info',
    title: heldTitle(check.id, by),
    check: check.id,
    channels: [],
  })
}

function followTrouble(draft: Draft, check: WatchedCheck, before: Track, after: Track): void {
  const open = incidentOf(draft, check.id, 'trouble')
  const { atMs } = draft.round
  const troubled = after.flapping || after.status !== 'ok'
  if (!troubled) {
    if (open !== undefined) closeIncident(draft, open, FINE)
    return
  }
  // What is unknown now says nothing new about it.
  if (check.status === 'unknown') return
  const severity = severityOf(after, check.status, open)
  const reason = check.status === 'ok' && open !== undefined ? open.reason : reasonOf(check)
  if (open === undefined) {
    openIncident(draft, {
      check: check.id,
      kind: 'trouble',
      severity,
      sinceMs: after.badSinceMs ?? atMs,
      reason,
      commands: check.next ?? [],
      flapping: after.flapping,
    })
    return
  }
  draft.incidents.set(open.id, {
    ...open,
    severity,
    reason,
    commands: check.next ?? open.commands,
    flapping: after.flapping,
  })
  if (before.flapping !== after.flapping) draft.turned = [...(draft.turned ?? []), open.id]
}

function severityOf(track: Track, raw: Status, open: Incident | undefined): Trouble {
  if (!track.flapping && track.status !== 'ok') return track.status
  return raw === 'critical' || open?.severity === 'critical' ? 'critical' : 'warning'
}

function reasonOf(check: WatchedCheck): Text {
  return check.reason ?? check.summary
}

/** A check that nothing is known of for long is an alarm; `service` is: then nothing is seen at all. */
function followEvidence(draft: Draft, check: WatchedCheck, track: Track): void {
  const open = incidentOf(draft, check.id, 'no_evidence')
  const { atMs } = draft.round
  if (track.unknownSinceMs === undefined) {
    if (open !== undefined) {
      const now = check.status === 'ok' ? FINE : reasonOf(check)
      closeIncident(draft, open, now)
    }
    return
  }
  if (check.status !== 'unknown') return
  if (atMs - track.unknownSinceMs < draft.policy.noEvidenceAfterMs) return
  const reason = noEvidenceReason(track.unknownSinceMs, atMs, check.reason)
  if (open !== undefined) {
    draft.incidents.set(open.id, { ...open, reason })
    return
  }
  openIncident(draft, {
    check: check.id,
    kind: 'no_evidence',
    severity: check.id === 'service' ? 'critical' : 'warning',
    sinceMs: track.unknownSinceMs,
    reason,
    commands: check.next ?? [],
    flapping: false,
  })
}

function incidentOf(draft: Draft, check: string, kind: Incident['kind']): Incident | undefined {
  for (const incident of draft.incidents.values()) {
    if (incident.check === check && incident.kind === kind) return incident
  }
  return undefined
}
