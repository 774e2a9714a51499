/** A curve out of Prometheus on a grid of its own: what is no number is a gap, and the end may be stale. */
import type { PrometheusReader, RangeAnswer } from '../core/monitoring.ts'
import type { Grid, GridPoint, NumberAnswer, RangeRead } from '../core/over-time.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { partialOf, readFreshness } from './read-number.ts'
import type { NumberQuestion } from './read-number.ts'

export async function readRange(
  prometheus: Pick<PrometheusReader, 'query' | 'queryRange'>,
  { expression, freshness }: NumberQuestion,
  grid: Grid,
  options?: RequestOptions,
): Promise<RangeRead> {
  const [read, fresh] = await Promise.all([
    prometheus.queryRange(expression, grid, options),
    readFreshness(prometheus, freshness, options),
  ])
  const refused = refusalOf(read)
  if (refused !== undefined) return { kind: 'unknown', reason: refused, expression }
  const points = onGrid(read.kind === 'ok' ? read.value : undefined, grid)
  const last = points.at(-1)
  let latest: NumberAnswer
  if (fresh.kind === 'unknown') latest = fresh
  else if (last === undefined || last.value === null) latest = NO_VALUE
  else latest = { kind: 'known', value: last.value, atMs: fresh.atMs }
  return { kind: 'known', points, latest, expression }
}

const NO_VALUE = {
  kind: 'unknown',
  why: 'empty',
  reason: text('지금은 값 없음', 'no value right now'),
} as const

function refusalOf(read: Read<RangeAnswer>): Text | undefined {
  if (read.kind === 'unknown') return read.failure.message
  if (read.kind === 'absent') return text('해당 지표 없음', 'no such series')
  const { series, histograms, warnings } = read.value
  const partial = partialOf(warnings)
  if (partial !== undefined) return partial.reason
  if (series.length > 1 || histograms > 0) return text('값이 하나가 아님', 'more than one series')
  return series.length === 0 ? text('해당 지표 없음', 'no such series') : undefined
}

/** Prometheus leaves out the steps at which a series was not there. */
function onGrid(answer: RangeAnswer | undefined, { fromMs, toMs, stepMs }: Grid): GridPoint[] {
  const values = new Map<number, number>()
  for (const { atMs, value } of answer?.series[0]?.points ?? []) {
    if (value.kind === 'number') values.set(Math.round((atMs - fromMs) / stepMs), value.value)
  }
  const steps = Math.floor((toMs - fromMs) / stepMs)
  return Array.from({ length: steps + 1 }, (_, step) => ({
    atMs: fromMs + step * stepMs,
    value: values.get(step) ?? null,
  }))
}
