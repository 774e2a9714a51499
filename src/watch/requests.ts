/** What people ask of a running watch: "I am on it", "we are at work on the service". */
import type { WatchRequest } from '../core/watch-records.ts'
import type { Draft } from './incidents.ts'
import { acknowledge } from './tell.ts'
import { maintenanceTitle, unmatchedTitle } from './words.ts'

export function takeRequests(draft: Draft): void {
  for (const request of draft.round.requests ?? []) takeRequest(draft, request)
  for (const { run, by } of draft.round.resumed ?? []) {
    for (const incident of draft.incidents.values()) {
      if (incident.run !== run || incident.acknowledged !== undefined) continue
      // Whoever works on it needs no reminder until it is over.
      const untilMs = Number.MAX_SAFE_INTEGER
      acknowledge(draft, incident, { by, reason: `mts run resume ${run}`, untilMs })
    }
  }
}

function takeRequest(draft: Draft, request: WatchRequest): void {
  const { atMs } = draft.round
  const { by, reason, untilMs } = request
  if (request.kind === 'maintenance') {
    // A later word replaces an earlier one, so that works can be ended before their time.
    draft.maintenance = untilMs <= atMs ? [] : [{ fromMs: request.atMs, untilMs, by, reason }]
    draft.changes.push({
      event: 'maintenance',
      atMs,
      severity: 'info',
      title: maintenanceTitle(by, untilMs, atMs, reason),
      channels: [],
    })
    return
  }
  const open = [...draft.incidents.values()].filter(({ check }) => check === request.check)
  if (open.length === 0) {
    draft.changes.push({
      event: 'unmatched',
      atMs,
      severity: 'info',
      title: unmatchedTitle(request.check),
      check: request.check,
      channels: [],
    })
  }
  for (const incident of open) acknowledge(draft, incident, { by, reason, untilMs })
}
