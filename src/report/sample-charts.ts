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
}

/** Meters a reader knows how to read; others are in the journal, not in the report. */
export const METERS: readonly Meter[] = [
  { metric: 'system.cpu.usage', title: text('CPU 사용률', 'CPU'), unit: '%', scale: 100 },
  { metric: 'jvm.memory.percent', title: text('힙 사용률', 'Heap'), unit: '%', scale: 1 },
  { metric: 'disk.percent', title: text('디스크 사용률', 'Disk'), unit: '%', scale: 1 },
  {
    metric: 'hikaricp.connections.active',
    title: text('DB 연결 사용', 'Database connections'),
    unit: '',
    scale: 1,
  },
  {
    metric: 'hikaricp.connections.pending',
    title: text('DB 연결 대기', 'Waiting for a connection'),
    unit: '',
    scale: 1,
  },
]

/** A curve of more points than this says no more. */
const MAX_POINTS = 240

export function sampleCharts(samples: readonly Sample[]): readonly LineChart[] {
  return METERS.flatMap((meter) => {
    const own = samples.filter((sample) => sample.metric === meter.metric)
    if (own.length < 2) return []
    const every = Math.ceil(own.length / MAX_POINTS)
    const points = own
      .filter((_, index) => index % every === 0 || index === own.length - 1)
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
