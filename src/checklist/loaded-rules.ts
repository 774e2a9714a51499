/** Reads what four weeks say about every alerting rule that Prometheus has loaded. */
import type { AlertingRule, PrometheusReader } from '../core/monitoring.ts'
import type { RequestOptions } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import {
  reviewLoadedRule,
  stretches,
  type LoadedRuleFacts,
  type LoadedRuleReview,
} from './rule-review.ts'

export interface LoadedRulesPorts {
  withPrometheus<T>(work: (client: PrometheusReader) => Promise<T>): Promise<T>
  /** What a rule compares with which number; undefined: nothing that is fixed. */
  comparisonOf(query: string):
    | {
        readonly expression: string
        readonly direction: 'above' | 'below'
        readonly line: number
      }
    | undefined
}

export type LoadedRules =
  | { readonly kind: 'reviewed'; readonly rules: readonly LoadedRuleReview[] }
  | { readonly kind: 'unknown'; readonly reason: Text }

const SPAN_MS = 28 * 86_400_000
/** Prometheus gives at most 11,000 points a series. */
const STEP_MS = 600_000
/** More rules than a service like this has; each is a query over four weeks. */
const MAX_RULES = 60

export async function reviewLoadedRules(
  ports: LoadedRulesPorts,
  toMs: number,
  options: RequestOptions,
): Promise<LoadedRules> {
  return ports.withPrometheus(async (client) => {
    const read = await client.rules(options)
    if (read.kind !== 'ok') {
      const why =
        read.kind === 'absent' ? text('없음(404)', 'not there (404)') : read.failure.message
      return {
        kind: 'unknown',
        reason: text(
          `Prometheus 규칙 조회 실패: ${why.ko}`,
          `rules of Prometheus not read: ${why.en}`,
        ),
      }
    }
    const rules = read.value
      .flatMap((group) => group.rules)
      .filter((rule): rule is AlertingRule => rule.kind === 'alerting')
    const range = { fromMs: toMs - SPAN_MS, toMs, stepMs: STEP_MS }
    const fired = await firedCounts(client, range, options)
    const reviews: LoadedRuleReview[] = []
    // One after the other: four weeks at a time are work enough for it.
    for (const rule of rules.slice(0, MAX_RULES)) {
      reviews.push(reviewLoadedRule(await factsOf(rule, client, range, ports, fired, options)))
    }
    return { kind: 'reviewed', rules: reviews }
  })
}

type Range = Parameters<PrometheusReader['queryRange']>[1]

/** Undefined where Prometheus did not say; a rule that is in no answer never fired. */
async function firedCounts(
  client: PrometheusReader,
  range: Range,
  options: RequestOptions,
): Promise<ReadonlyMap<string, number> | undefined> {
  const minutes = STEP_MS / 60_000
  const read = await client.queryRange(
    `max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[${minutes}m]))`,
    range,
    options,
  )
  if (read.kind !== 'ok' || read.value.warnings.length > 0) return undefined
  return new Map(
    read.value.series.map(({ labels, points }) => [
      labels['alertname'] ?? '',
      stretches(
        points.map(({ atMs }) => atMs),
        STEP_MS,
      ),
    ]),
  )
}

async function factsOf(
  rule: AlertingRule,
  client: PrometheusReader,
  range: Range,
  { comparisonOf }: LoadedRulesPorts,
  fired: ReadonlyMap<string, number> | undefined,
  options: RequestOptions,
): Promise<LoadedRuleFacts> {
  const { name, query, health, lastError = '' } = rule
  const firedCount = fired === undefined ? {} : { firedCount: fired.get(name) ?? 0 }
  if (health === 'err') return { name, ...firedCount, broken: lastError }
  const comparison = comparisonOf(query)
  if (comparison === undefined) return { name, ...firedCount }
  const { expression, direction, line } = comparison
  const worst = direction === 'above' ? 'max' : 'min'
  const read = await client.queryRange(`${worst}(${expression})`, range, options)
  // Half an answer must not make a rule look far from firing.
  const whole = read.kind === 'ok' && read.value.warnings.length === 0
  return {
    name,
    ...firedCount,
    comparison: { direction, line },
    ...(whole
      ? {
          values: read.value.series.flatMap(({ points }) =>
            points.map(({ value }) => (value.kind === 'number' ? value.value : Number.NaN)),
          ),
        }
      : {}),
  }
}
