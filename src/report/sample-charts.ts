/** The meters around an incident as charts: out of Prometheus where it kept them, else as a watch sampled them. */
import { isoSeoul } from '../core/dates.ts'
import type { Sample } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { LineChart } from './chart.ts'
import { METERS, type Measured, type Meter } from './meters.ts'

/** What Prometheus has kept of one meter; points that are no numbers are left out. */
export interface KeptMeter {
  readonly meter: string
  readonly stepMs: number
  readonly points: readonly Measured[]
}

/** A curve of more points than this says no more. */
export const MAX_POINTS = 240
/** Between measurements further apart than this, in ordinary distances, nobody knows what was. */
const GAP_FACTOR = 3

export function meterCharts(
  samples: readonly Sample[],
  kept: readonly KeptMeter[] = [],
  marks: LineChart['marks'] = [],
): readonly LineChart[] {
  const inOrder = samples.toSorted((left, right) => left.atMs - right.atMs)
  return METERS.flatMap((meter) => {
    const own = kept.find((candidate) => candidate.meter === meter.id)
    const [source, points, stepMs] =
      own === undefined || own.points.length < 2
        ? ([FROM_WATCH, drawn(meter, inOrder), undefined] as const)
        : (['Prometheus', own.points, own.stepMs] as const)
    return points.length < 2 ? [] : [chartOf(meter, source, points, stepMs, marks)]
  })
}

const FROM_WATCH = 'mts watch'

function drawn({ sampled }: Meter, samples: readonly Sample[]): readonly Measured[] {
  if (sampled === undefined) return []
  return sampled.draw(({ metric }) => samples.filter((sample) => sample.metric === metric))
}

function chartOf(
  meter: Meter,
  source: string,
  points: readonly Measured[],
  stepMs: number | undefined,
  marks: LineChart['marks'],
): LineChart {
  const every = Math.ceil(points.length / MAX_POINTS)
  const shown = points.filter((_, index) => index % every === 0 || index === points.length - 1)
  const title: Text = text(`${meter.title.ko} · ${source}`, `${meter.title.en} · ${source}`)
  return {
    kind: 'lines',
    id: `meter-${meter.id}`,
    title,
    unit: meter.unit,
    gapMs: GAP_FACTOR * (stepMs ?? ordinaryStep(shown)),
    ...(marks === undefined || marks.length === 0 ? {} : { marks }),
    series: [
      {
        name: title,
        points: shown.map(({ atMs, value }) => ({
          at: isoSeoul(atMs),
          value: Math.round(value * 100) / 100,
        })),
      },
    ],
  }
}

/** The middle of the distances: a long silence does not make the others look joined. */
function ordinaryStep(points: readonly Measured[]): number {
  const steps = points
    .slice(1)
    .map(({ atMs }, index) => atMs - (points[index]?.atMs ?? atMs))
    .sort((left, right) => left - right)
  return steps[Math.floor(steps.length / 2)] ?? 60_000
}
