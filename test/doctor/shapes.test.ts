/** Shapes of rules that look right and are not, each with its mended form beside it. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeRules } from '../../src/doctor/judge-rules.ts'
import type { RuleText } from '../../src/doctor/judge-rules.ts'
import { seriesValuesOf } from '../../src/doctor/series-faults.ts'
import { parseExposition } from '../../src/telemetry/exposition.ts'

const recorded = parseExposition(
  readFileSync(new URL('../recordings/exposition.txt', import.meta.url)),
  'text',
)
if (recorded.kind === 'broken') throw new Error(recorded.reason)
const values = seriesValuesOf(recorded.exposition)

function alert(query: string, words = ''): RuleText {
  return { kind: 'alerting', name: 'Rule', query, words }
}

function faultsOf(rule: RuleText, ...records: readonly RuleText[]): readonly string[] {
  const judged = judgeRules([...records, rule], values, 15_000)
  return judged.at(-1)?.faults.map(({ id }) => id) ?? ['not judged']
}

const RATE = 'rate(http_server_requests_seconds_count[5m])'
const FAILED = 'rate(http_server_requests_seconds_count{status="500"}[5m])'
const BUCKETS = 'rate(http_server_requests_seconds_bucket[5m])'
const HEAP_USED = 'jvm_memory_used_bytes{area="heap"}'
const HEAP_MAX = 'jvm_memory_max_bytes{area="heap"}'

/** What is wrong, its fault, and what it should be. */
const SHAPES: readonly (readonly [fault: string, wrong: string, right: string])[] = [
  ['labels_lost', `sum(${FAILED}) / ${RATE} > 0.1`, `sum(${FAILED}) / sum(${RATE}) > 0.1`],
  [
    'labels_lost',
    `sum by (uri) (${FAILED}) / sum(${RATE}) > 0.1`,
    `sum by (uri) (${FAILED}) / on () group_left () sum(${RATE}) > 0.1`,
  ],
  [
    'labels_lost',
    'sum by (instance) (hikaricp_connections_active) > on (job) sum by (job) (hikaricp_connections_max)',
    'sum by (job) (hikaricp_connections_active) > on (job) sum by (job) (hikaricp_connections_max)',
  ],
  ['labels_lost', 'sum(up) > 0 and up == 1', 'sum(up) > 0 and on () up == 1'],
  ['labels_lost', 'up == 0 unless sum(up) > 1', 'up == 0 unless on () sum(up) > 1'],
  [
    'quantile_without_le',
    `histogram_quantile(0.95, sum(${BUCKETS})) > 3`,
    `histogram_quantile(0.95, sum by (le) (${BUCKETS})) > 3`,
  ],
  [
    'quantile_without_le',
    `histogram_quantile(0.95, sum without (le) (${BUCKETS})) > 3`,
    `histogram_quantile(0.95, sum without (uri) (${BUCKETS})) > 3`,
  ],
  [
    'unreachable_threshold',
    `sum(${FAILED}) / sum(${RATE}) > 5`,
    `sum(${FAILED}) / sum(${RATE}) * 100 > 5`,
  ],
  [
    'unreachable_threshold',
    `sum(${HEAP_USED}) / sum(${HEAP_MAX} >= 0) > 80`,
    `sum(${HEAP_USED}) / sum(${HEAP_MAX} >= 0) > 0.8`,
  ],
  [
    'unreachable_threshold',
    'hikaricp_connections_active / hikaricp_connections_max > 1',
    'hikaricp_connections_active / hikaricp_connections_max >= 1',
  ],
  [
    'wrong_unit',
    `sum(${FAILED}) / sum(${RATE}) * 100 > 0.05`,
    `sum(${FAILED}) / sum(${RATE}) * 100 > 5`,
  ],
  [
    'wrong_unit',
    'http_server_requests_seconds_max > 3000',
    'max(http_server_requests_seconds_max) > 3',
  ],
  [
    'wrong_unit',
    `rate(http_server_requests_seconds_sum[5m]) / ${RATE} > 3000`,
    `rate(http_server_requests_seconds_sum[5m]) / ${RATE} > 3`,
  ],
  ['wrong_unit', 'disk_free_bytes < 10', 'disk_free_bytes < 1e9'],
  ['always_fires', 'up', 'up == 0'],
  ['always_fires', 'up == bool 0', '(up == bool 0) == 1'],
  ['always_fires', `sum(${FAILED}) or vector(0) > 0.05`, `(sum(${FAILED}) or vector(0)) > 0.05`],
  ['zero_beside_labels', `(${FAILED} or vector(0)) == 0`, `(sum(${FAILED}) or vector(0)) == 0`],
  [
    'range_too_short',
    'rate(http_server_requests_seconds_count[15s]) > 5',
    'rate(http_server_requests_seconds_count[1m]) > 5',
  ],
]

describe('a rule', () => {
  it.each(SHAPES)('of the shape %s is found: %s', (fault, wrong, right) => {
    expect(faultsOf(alert(wrong))).toEqual([fault])
    expect(faultsOf(alert(right))).toEqual([])
  })

  it('that sums maxima, some of them -1, is left alone: a sum hides one byte', () => {
    expect(faultsOf(alert(`sum(${HEAP_USED}) / sum(${HEAP_MAX}) > 0.8`))).toEqual([])
    expect(faultsOf(alert(`sum by (id) (${HEAP_USED}) / sum by (id) (${HEAP_MAX}) > 0.8`))).toEqual(
      ['negative_divisor'],
    )
  })

  it('with uptime or a point in time in seconds may have a large threshold', () => {
    expect(faultsOf(alert('process_uptime_seconds > 86400'))).toEqual([])
    expect(faultsOf(alert('time() - process_start_time_seconds > 3600'))).toEqual([])
  })

  it('that is a heartbeat, fires on purpose', () => {
    expect(faultsOf(alert('vector(1)'))).toEqual([])
  })
})

describe('a rule on what another records', () => {
  const record = (name: string, query: string): RuleText => ({
    kind: 'recording',
    name,
    query,
    words: name,
  })

  it('is judged with that written out', () => {
    const failures = record('job:failures:rate5m', FAILED)
    const rule = alert('job:failures:rate5m > 0.05', '실패율 5% 초과')
    expect(faultsOf(rule)).toEqual([])
    expect(faultsOf(rule, failures)).toEqual(['rate_called_ratio'])
    const share = record('job:failed:share', `sum(${FAILED}) / sum(${RATE})`)
    expect(faultsOf(alert('job:failed:share > 5'), share)).toEqual(['unreachable_threshold'])
  })

  it('does not repeat what is wrong with the record itself', () => {
    const p95 = record('job:p95', `histogram_quantile(0.95, ${BUCKETS})`)
    expect(faultsOf(p95)).toEqual(['quantile_per_series'])
    expect(faultsOf(alert('job:p95 > 3'), p95)).toEqual([])
  })

  it('that rests on itself is not followed for ever', () => {
    expect(faultsOf(alert('a:b > 1'), record('a:b', 'a:c + 1'), record('a:c', 'a:b'))).toEqual([])
  })
})
