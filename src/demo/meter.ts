/** One meter of the demo, and short ways to make one. */

export interface Meter {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'timer'
  readonly description: string | null
  readonly baseUnit: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly measurements: Readonly<Partial<Record<Statistic, number>>>
  /** Registered under a name whose tag keys were taken: counted here, never seen in a scrape. */
  readonly blind?: true
  /** The timer is scraped with its buckets. */
  readonly histogram?: true
}

export type Statistic = 'COUNT' | 'TOTAL_TIME' | 'MAX' | 'VALUE'

export function counter(
  name: string,
  value: number,
  tags: Meter['tags'] = {},
  words: { description?: string; baseUnit?: string; blind?: true } = {},
): Meter {
  return {
    name,
    kind: 'counter',
    description: words.description ?? null,
    baseUnit: words.baseUnit ?? null,
    tags,
    measurements: { COUNT: value },
    ...(words.blind === true ? { blind: true } : {}),
  }
}

export function gauge(
  name: string,
  value: number,
  tags: Meter['tags'] = {},
  description: string | null = null,
  baseUnit: string | null = null,
): Meter {
  return { name, kind: 'gauge', description, baseUnit, tags, measurements: { VALUE: value } }
}

export function timer(
  name: string,
  value: { count: number; total: number; max: number },
  tags: Meter['tags'],
  description: string,
  histogram = false,
): Meter {
  return {
    name,
    kind: 'timer',
    description,
    baseUnit: 'seconds',
    tags,
    measurements: { COUNT: value.count, TOTAL_TIME: value.total, MAX: value.max },
    ...(histogram ? { histogram: true } : {}),
  }
}
