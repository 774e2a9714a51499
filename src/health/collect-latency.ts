/** How long API calls take: one number while all is well, endpoint by endpoint when it is over the line. */
import type { Metric } from '../core/service.ts'
import type { Read } from '../core/read.ts'
import { askEach } from './asker.ts'
import type { OverTimeFacts } from './collect-over-time.ts'
import { mapFact, meterFact } from './fact.ts'
import type { LatencyObservations } from './observations.ts'
import { REQUEST_BUDGET, askMeter, type Round } from './round.ts'

const METER = 'http.server.requests'

/**
 * Not API calls of the business: probing (the whole health may take two minutes) and the two
 * settlement requests, which take up to a minute when all is well.
 */
const LEFT_OUT = new Set(['/api/settlements/manual', '/api/settlements/{id}/reprocess'])

export function countsAsApi(uri: string): boolean {
  return uri !== '/actuator' && !uri.startsWith('/actuator/') && !LEFT_OUT.has(uri)
}

/** `earlier` is what was asked before: once it is answered, the meter exists at the latest. */
export async function observeLatency(
  round: Round,
  earlier: Promise<unknown>,
  overTime?: OverTimeFacts,
): Promise<LatencyObservations> {
  const seen = await observeMaxima(round, earlier)
  return overTime === undefined ? seen : { ...seen, p95: await overTime.p95Ms }
}

async function observeMaxima(
  round: Round,
  earlier: Promise<unknown>,
): Promise<LatencyObservations> {
  let all = await askAll(round)
  if (all.kind === 'absent') {
    await earlier
    if (round.asker.sent() < REQUEST_BUDGET) all = await askAll(round)
  }
  const max = meterFact(all, 'MAX')
  const lineMs = round.ports.settings.thresholds.apiTimeMs
  if (all.kind !== 'ok' || max.kind === 'unknown' || max.value * 1000 <= lineMs) {
    return { all, endpoints: [] }
  }
  const uris = (all.value.tags['uri'] ?? []).filter(countsAsApi)
  const endpoints = await askEach(uris, round.concurrency, async (uri) => ({
    uri,
    maxMs: mapFact(await askMeter(round, METER, 'MAX', { uri }), (seconds) => seconds * 1000),
  }))
  return { all, endpoints }
}

function askAll(round: Round): Promise<Read<Metric>> {
  return round.asker.ask(`/actuator/metrics/${METER}`, round.remainingMs(), (options) =>
    round.ports.reader.metric(METER, undefined, options),
  )
}
