/** One check's answers become what is believed of it: N failures, M recoveries, flapping, no evidence. */
import type { Status } from '../core/verdict.ts'
import type { WatchPolicy } from './policy.ts'
import type { Known, Streaks, Track } from './state.ts'

export interface Answer {
  readonly level: number
  readonly status: Status
  readonly atMs: number
  /** The check that explains it. */
  readonly heldBy: string | undefined
}

const NO_STREAKS: Streaks = { bad: 0, critical: 0, ok: 0, notCritical: 0 }

export function newTrack(level: number): Track {
  return {
    level,
    status: 'ok',
    raw: 'ok',
    streaks: NO_STREAKS,
    evidence: 0,
    recent: '',
    flapping: false,
  }
}

export function follow(track: Track, answer: Answer, policy: WatchPolicy): Track {
  if (answer.heldBy !== undefined) return held(track, answer, answer.heldBy)
  const { heldBy: _over, ...free } = track
  return answer.status === 'unknown'
    ? { ...free, raw: 'unknown', evidence: 0, unknownSinceMs: track.unknownSinceMs ?? answer.atMs }
    : known(free, answer.status, answer, policy)
}

/** Explained by something else: it counts neither way, and begins anew when that is over. */
function held(track: Track, answer: Answer, heldBy: string): Track {
  const { unknownSinceMs: _unknown, badSinceMs, ...rest } = track
  const since = track.status === 'ok' ? {} : badSinceMs === undefined ? {} : { badSinceMs }
  return { ...rest, ...since, raw: answer.status, streaks: NO_STREAKS, evidence: 0, heldBy }
}

function known(track: Track, raw: Known, { atMs }: Answer, policy: WatchPolicy): Track {
  const { unknownSinceMs, badSinceMs, ...rest } = track
  const bad = raw !== 'ok'
  const streaks: Streaks = {
    bad: bad ? track.streaks.bad + 1 : 0,
    critical: raw === 'critical' ? track.streaks.critical + 1 : 0,
    ok: bad ? 0 : track.streaks.ok + 1,
    notCritical: raw === 'critical' ? 0 : track.streaks.notCritical + 1,
  }
  const recent = (track.recent + (bad ? '1' : '0')).slice(-policy.flapping.within)
  const flapping = isFlapping(track.flapping, recent, bad, policy)
  const evidence = track.evidence + 1
  const stillBlind = unknownSinceMs !== undefined && evidence < policy.recoveries
  const status = flapping ? track.status : believed(track, streaks, raw, policy)
  const since = bad ? (badSinceMs ?? atMs) : status === 'ok' ? undefined : badSinceMs
  return {
    ...rest,
    status,
    raw,
    streaks,
    // What made it flap is forgotten once it is steady, or the next turn would bring it all back.
    recent: track.flapping && !flapping ? recent.slice(-1) : recent,
    flapping,
    evidence,
    ...(since === undefined ? {} : { badSinceMs: since }),
    ...(stillBlind ? { unknownSinceMs } : {}),
  }
}

function believed(track: Track, streaks: Streaks, raw: Known, policy: WatchPolicy): Known {
  // After flapping, what has been seen steadily is believed without more ado.
  if (track.flapping) return raw
  const critical = track.level === 1 ? 1 : policy.failures
  if (streaks.critical >= critical) return 'critical'
  if (track.status === 'critical') {
    if (streaks.ok >= policy.recoveries) return 'ok'
    return streaks.notCritical >= policy.recoveries && raw === 'warning' ? 'warning' : 'critical'
  }
  if (track.status === 'warning') return streaks.ok >= policy.recoveries ? 'ok' : 'warning'
  return streaks.bad >= policy.failures ? 'warning' : 'ok'
}

function isFlapping(before: boolean, recent: string, bad: boolean, policy: WatchPolicy): boolean {
  const { turns, steadyAfter } = policy.flapping
  if (before) {
    const last = recent.slice(-steadyAfter)
    return last.length < steadyAfter || turnsIn(last) > 0
  }
  return bad && turnsIn(recent) >= turns
}

function turnsIn(recent: string): number {
  let turns = 0
  for (let at = 1; at < recent.length; at++) if (recent[at] !== recent[at - 1]) turns++
  return turns
}
