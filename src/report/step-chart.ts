/** How the time of a run went: one bar for each step that took any. */
import { isoSeoul } from '../core/dates.ts'
import { text } from '../core/text.ts'
import { everyStep } from '../core/every-step.ts'
import type { RunState, StepState } from '../playbook/run-state.ts'
import type { SpanChart } from './chart.ts'
import type { Tone } from './report.ts'

/** More rows than this are no picture any more. */
const MAX_ROWS = 16

export function stepChart(state: RunState): SpanChart | undefined {
  const rows = everyStep(state.document).flatMap((step) => {
    const own = state.steps[step.id]
    if (own?.startedAtMs === undefined) return []
    const toMs = own.endedAtMs ?? state.updatedAtMs
    return [{ step, own, fromMs: own.startedAtMs, toMs }]
  })
  if (rows.length < 2) return undefined
  // The longest are kept where there are too many, in their own order.
  const kept = new Set(
    [...rows]
      .sort((left, right) => right.toMs - right.fromMs - (left.toMs - left.fromMs))
      .slice(0, MAX_ROWS),
  )
  return {
    kind: 'spans',
    id: 'steps',
    title: text('단계별 소요 시간', 'Time by step'),
    rows: rows
      .filter((row) => kept.has(row))
      .map(({ step, own, fromMs, toMs }) => ({
        label: step.title,
        from: isoSeoul(fromMs),
        to: isoSeoul(toMs),
        tone: toneOf(own),
      })),
  }
}

function toneOf(own: StepState): Tone {
  if (own.status === 'failed') return 'critical'
  if (own.status === 'succeeded') return own.verdict === 'warning' ? 'warning' : 'ok'
  return own.status === 'inconclusive' || own.status === 'unknown' ? 'warning' : 'info'
}
