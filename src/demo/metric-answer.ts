/** `/actuator/metrics/{name}?tag=k:v`: meters of one name, filtered and summed as Actuator does. */
import { javaDouble } from './java-json.ts'
import type { JavaValue } from './java-json.ts'
import { collectMeters } from './meters.ts'
import type { Meter, Statistic } from './meter.ts'
import type { World } from './world.ts'

export type MetricAnswer =
  | { readonly kind: 'metric'; readonly body: JavaValue }
  | { readonly kind: 'none' }
  /** A tag without a colon: 500 here, where Actuator alone would say 400. */
  | { readonly kind: 'malformed' }

const STATISTICS: readonly Statistic[] = ['VALUE', 'COUNT', 'TOTAL_TIME', 'MAX']

// Actuator's order is that of a hash map; this is how it came out in the recordings.
const TAG_ORDER = [
  'result',
  'payment_type',
  'application',
  'error_type',
  'channel',
  'transaction_count',
  'exception',
  'cause',
  'area',
  'method',
  'uri',
  'outcome',
  'status',
  'action',
  'id',
]

export function answerMetric(
  world: World,
  name: string,
  tagParameters: readonly string[],
): MetricAnswer {
  const wanted = new Map<string, string>()
  // A comma separates tags as well: Spring splits the parameter.
  for (const parameter of tagParameters.flatMap((value) => value.split(','))) {
    const colon = parameter.indexOf(':')
    if (colon < 1 || colon === parameter.length - 1) return { kind: 'malformed' }
    wanted.set(parameter.slice(0, colon), parameter.slice(colon + 1))
  }
  const meters = collectMeters(world).filter(
    (meter) =>
      meter.name === name && [...wanted].every(([key, value]) => meter.tags[key] === value),
  )
  const [first] = meters
  if (first === undefined) return { kind: 'none' }
  return {
    kind: 'metric',
    body: {
      name,
      // The meters registered second have no description, and one of them is asked first.
      description: meters.some((meter) => meter.blind === true) ? null : first.description,
      baseUnit: first.baseUnit,
      measurements: STATISTICS.filter(
        (statistic) => first.measurements[statistic] !== undefined,
      ).map((statistic) => ({ statistic, value: javaDouble(merge(meters, statistic)) })),
      availableTags: availableTags(meters, wanted),
    },
  }
}

function merge(meters: readonly Meter[], statistic: Statistic): number {
  const values = meters.map((meter) => meter.measurements[statistic] ?? 0)
  if (statistic === 'MAX') return Math.max(...values)
  return values.reduce((sum, value) => sum + value, 0)
}

function availableTags(
  meters: readonly Meter[],
  wanted: ReadonlyMap<string, string>,
): readonly JavaValue[] {
  const values = new Map<string, Set<string>>()
  for (const meter of meters) {
    for (const [key, value] of Object.entries(meter.tags)) {
      if (wanted.has(key)) continue
      const known = values.get(key)
      if (known === undefined) values.set(key, new Set([value]))
      else known.add(value)
    }
  }
  const rank = (key: string): number => {
    const index = TAG_ORDER.indexOf(key)
    return index === -1 ? TAG_ORDER.length : index
  }
  return [...values]
    .sort(([left], [right]) => rank(left) - rank(right))
    .map(([tag, known]) => ({ tag, values: [...known] }))
}
