/**
 * Paths of the service that a latency or an answer rate has to tell apart, as Prometheus has them in `uri`,
 * and how they are counted and timed there.
 */

/** Settling by hand takes up to a minute when all is well. */
export const SETTLEMENT_POSTS = '/api/settlements/manual|/api/settlements/.id./reprocess'
/** Where the stores' tills register their sales. */
export const SALES_POST = '/api/v1/sales/webhook'
/** What hangs or works for a minute by design, and our own probing, would drown every other latency. */
export const NOT_LATENCY = `/actuator.*|/api/monitoring.*|${SETTLEMENT_POSTS}`

/**
 * How long API calls take at the 95th percentile, seconds, over all instances that `matchers` select:
 * rates first, then the sum by bucket, then the quantile. A sale that failed is a failure, not slow.
 */
export function p95Expression(matchers: string, window: string): string {
  const bucket = 'http_server_requests_seconds_bucket'
  const others = `${bucket}{${matchers},uri!~"${NOT_LATENCY}|${SALES_POST}"}`
  const sales = `${bucket}{${matchers},uri="${SALES_POST}",status!~"5.."}`
  return `histogram_quantile(0.95, sum by (le) (rate(${others}[${window}]) or rate(${sales}[${window}])))`
}

/**
 * A counter that is born at 1 shows no increase: the first failure would be invisible. A series that
 * was not there a window ago, on an instance that was scraped then, counts with its whole value.
 */
export function increaseWithBirths(series: string, instance: string, window: string): string {
  return `((${series} unless ${series} offset ${window}) and on (job, instance) (up${instance} offset ${window} == 1)) or increase(${series}[${window}])`
}
