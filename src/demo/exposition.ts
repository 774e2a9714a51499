/**
 * `/actuator/prometheus`: the same meters as a scrape sees them. Of meters that share a name with
 * other tag keys only the first is there, for ever 0.
 */
import { spellDouble } from './java-json.ts'
import { collectMeters } from './meters.ts'
import type { Meter } from './meter.ts'
import type { World } from './world.ts'

export type ExpositionFormat = 'text' | 'openmetrics'

// Micrometer's own bucket bounds between 1 ms and 30 s.
const BUCKETS = [
  0.001, 0.001048576, 0.001398101, 0.001747626, 0.002097151, 0.002446676, 0.002796201, 0.003145726,
  0.003495251, 0.003844776, 0.004194304, 0.005592405, 0.006990506, 0.008388607, 0.009786708,
  0.011184809, 0.01258291, 0.013981011, 0.015379112, 0.016777216, 0.022369621, 0.027962026,
  0.033554431, 0.039146836, 0.044739241, 0.050331646, 0.055924051, 0.061516456, 0.067108864,
  0.089478485, 0.111848106, 0.134217727, 0.156587348, 0.178956969, 0.20132659, 0.223696211,
  0.246065832, 0.268435456, 0.357913941, 0.447392426, 0.536870911, 0.626349396, 0.715827881,
  0.805306366, 0.894784851, 0.984263336, 1.073741824, 1.431655765, 1.789569706, 2.147483647,
  2.505397588, 2.863311529, 3.22122547, 3.579139411, 3.937053352, 4.294967296, 5.726623061,
  7.158278826, 8.589934591, 10.021590356, 11.453246121, 12.884901886, 14.316557651, 15.748213416,
  17.179869184, 22.906492245, 28.633115306, 30,
]
const QUANTILES = [0.5, 0.9, 0.95, 0.99]

export function writeExposition(world: World, format: ExpositionFormat): string {
  const families = new Map<string, Meter[]>()
  for (const meter of collectMeters(world)) {
    if (meter.blind === true) continue
    const family = families.get(meter.name)
    if (family === undefined) families.set(meter.name, [meter])
    else family.push(meter)
  }
  const lines = [...families.values()].flatMap((meters) => writeFamily(meters, format))
  if (format === 'openmetrics') lines.push('# EOF')
  return `${lines.join('\n')}\n`
}

function writeFamily(meters: readonly Meter[], format: ExpositionFormat): string[] {
  const [first] = meters
  if (first === undefined) return []
  const base = prometheusName(first)
  const write = sampleWriter(format)
  if (first.kind !== 'timer') {
    const sample = first.kind === 'counter' ? `${base}_total` : base
    const family = format === 'openmetrics' ? base : sample
    const statistic = first.kind === 'counter' ? 'COUNT' : 'VALUE'
    return [
      ...header(family, first.kind, first, format),
      ...meters.map((meter) => write(sample, meter.tags, {}, meter.measurements[statistic] ?? 0)),
    ]
  }
  const type = first.histogram === true ? 'histogram' : 'summary'
  return [
    ...header(base, type, first, format),
    ...meters.flatMap((meter) => writeTimer(base, meter, write)),
    ...header(`${base}_max`, 'gauge', first, format),
    ...meters.map((meter) => write(`${base}_max`, meter.tags, {}, meter.measurements.MAX ?? 0)),
  ]
}

type WriteSample = (
  name: string,
  tags: Meter['tags'],
  extra: Readonly<Record<string, string>>,
  value: number,
) => string

function writeTimer(base: string, meter: Meter, write: WriteSample): string[] {
  const count = meter.measurements.COUNT ?? 0
  const total = meter.measurements.TOTAL_TIME ?? 0
  const mean = count === 0 ? 0 : total / count
  const totals = [
    write(`${base}_count`, meter.tags, {}, count),
    write(`${base}_sum`, meter.tags, {}, total),
  ]
  if (meter.histogram !== true) return totals
  return [
    ...QUANTILES.map((quantile) => write(base, meter.tags, { quantile: String(quantile) }, mean)),
    ...BUCKETS.map((bound) =>
      write(`${base}_bucket`, meter.tags, { le: spellDouble(bound) }, below(bound, count, mean)),
    ),
    write(`${base}_bucket`, meter.tags, { le: '+Inf' }, count),
    ...totals,
  ]
}

/** How many of `count` requests took at most `bound` seconds, had they been spread exponentially. */
function below(bound: number, count: number, mean: number): number {
  return mean === 0 ? count : Math.round(count * (1 - Math.exp(-bound / mean)))
}

function header(
  family: string,
  type: string,
  meter: Meter,
  format: ExpositionFormat,
): readonly string[] {
  const help = `# HELP ${family} ${meter.description ?? ' '}`
  const typed = `# TYPE ${family} ${type}`
  return format === 'openmetrics' ? [typed, help] : [help, typed]
}

function sampleWriter(format: ExpositionFormat): WriteSample {
  // The older format ends its labels with a comma.
  const end = format === 'openmetrics' ? '' : ','
  return (name, tags, extra, value) => {
    const labels = Object.entries({ ...sorted(tags), ...extra })
      .map(([key, label]) => `${key}="${label}"`)
      .join(',')
    return `${name}${labels === '' ? '' : `{${labels}${end}}`} ${spellDouble(value)}`
  }
}

function sorted(tags: Meter['tags']): Meter['tags'] {
  return Object.fromEntries(Object.entries(tags).sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** Dots become underscores; the base unit is appended unless the name ends with it; `_total` is left to the caller. */
function prometheusName(meter: Meter): string {
  const name = meter.name.replaceAll('.', '_')
  const unit = meter.baseUnit
  const full = unit === null || name.endsWith(unit) ? name : `${name}_${unit}`
  return meter.kind === 'counter' ? full.replace(/_total$/, '') : full
}
