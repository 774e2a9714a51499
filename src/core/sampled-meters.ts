/**
 * Meters that `mts watch` samples into the journal, and how each is read. Who judges over weeks
 * (growth, thresholds, the week before) asks for them by these names.
 */
export interface SampledMeter {
  /** Name of the samples. */
  readonly metric: string
  readonly meter: string
  readonly statistic: 'VALUE' | 'COUNT' | 'TOTAL_TIME'
  readonly tags?: Readonly<Record<string, string>>
  /** Sampled in rounds of this level and above. */
  readonly level: 1 | 2 | 3
}

export const SAMPLED = {
  cpu: { metric: 'system.cpu.usage', meter: 'system.cpu.usage', statistic: 'VALUE', level: 1 },
  sales: {
    metric: 'sales.created.total',
    meter: 'sales.created.total',
    statistic: 'COUNT',
    level: 2,
  },
  salesAmount: {
    metric: 'sales.amount.total',
    meter: 'sales.amount.total',
    statistic: 'COUNT',
    level: 2,
  },
  heapUsed: {
    metric: 'jvm.memory.used:heap',
    meter: 'jvm.memory.used',
    statistic: 'VALUE',
    tags: { area: 'heap' },
    level: 3,
  },
  heapMax: {
    metric: 'jvm.memory.max:heap',
    meter: 'jvm.memory.max',
    statistic: 'VALUE',
    tags: { area: 'heap' },
    level: 3,
  },
  diskFree: { metric: 'disk.free', meter: 'disk.free', statistic: 'VALUE', level: 3 },
  diskTotal: { metric: 'disk.total', meter: 'disk.total', statistic: 'VALUE', level: 3 },
  poolActive: {
    metric: 'hikaricp.connections.active',
    meter: 'hikaricp.connections.active',
    statistic: 'VALUE',
    level: 3,
  },
  poolMax: {
    metric: 'hikaricp.connections.max',
    meter: 'hikaricp.connections.max',
    statistic: 'VALUE',
    level: 3,
  },
  requests: {
    metric: 'http.server.requests:count',
    meter: 'http.server.requests',
    statistic: 'COUNT',
    level: 3,
  },
  requestSeconds: {
    metric: 'http.server.requests:seconds',
    meter: 'http.server.requests',
    statistic: 'TOTAL_TIME',
    level: 3,
  },
} as const satisfies Readonly<Record<string, SampledMeter>>
