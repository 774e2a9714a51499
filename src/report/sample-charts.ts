/** The meters around an incident, as `mts watch` left them in the journal. */
import { isoSeoul } from '../core/dates.ts'
import type { Sample } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { LineChart } from './chart.ts'

interface Meter {
  readonly metric: string
  readonly title: Text
  readonly unit: string
  /** From what was measured to what is drawn. */
  readonly scale: number
  /** A counter is drawn as what it grew by in a minute. */
  readonly counter: boolean
}

/** What `mts watch` measures and a reader knows how to read. */
export const METERS: readonly Meter[] = [
  {
    metric: 'system.cpu.usage',
    title: text('CPU 사용률', 'CPU'),
    unit: '%',
    scale: 100,
    counter: false,
  },
  {
    metric: 'sales.created.total',
    title: text('분당 매출 등록', 'Sales a minute'),
    unit: '건',
    scale: 1,
    counter: true,
  },
]

/** A curve of more points than this says no more. */
const MAX_POINTS = 240

export function sampleCharts(samples: readonly Sample[]): readonly LineChart[] {
  return METERS.flatMap((meter) => {
    const own = samples
      .filter((sample) => sample.metric === meter.metric)
      .toSorted((left, right) => left.atMs - right.atMs)
    const measured = meter.counter ? growth(own) : own
    if (measured.length < 2) return []
    const every = Math.ceil(measured.length / MAX_POINTS)
    const points = measured
      .filter((_, index) => index % every === 0 || index === measured.length - 1)
      .map(({ atMs, value }) => ({
        at: isoSeoul(atMs),
        value: Math.round(value * meter.scale * 100) / 100,
      }))
    return [
      {
        kind: 'lines' as const,
        id: `meter-${meter.metric.replaceAll('.', '-')}`,
        title: meter.title,
        unit: meter.unit,
        series: [{ name: meter.title, points }],
      },
    ]
  })
}

/** A minute's growth between two measurements of one process; a restart begins anew and is no fall. */
function growth(
  samples: readonly Sample[],
): readonly { readonly atMs: number; readonly value: number }[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1]
    if (before === undefined || before.processStartMs !== sample.processStartMs) return []
    const minutes = (sample.atMs - before.atMs) / 60_000
    const grown = sample.value - before.value
    return minutes > 0 && grown >= 0 ? [{ atMs: sample.atMs, value: grown / minutes }] : []
  })
}
