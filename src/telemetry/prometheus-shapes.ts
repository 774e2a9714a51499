/** The shapes of Prometheus' answers, versions 2 and 3, checked once; inside there are only typed values. */
import * as z from 'zod/mini'
import { parseDuration } from '../core/duration.ts'
import type { Labels } from '../core/label-matcher.ts'
import type {
  AlertState,
  LoadedRule,
  MetricMetadata,
  Point,
  QueryAnswer,
  RangeAnswer,
  Remarks,
  RuleAlert,
  RuleGroup,
  SampleValue,
  ScrapeTarget,
} from '../core/monitoring.ts'
import { cleanText } from '../core/sanitize.ts'
import { instant, labels } from './shapes.ts'

/** Older and newer versions leave lists out, or send null. */
const list = <T extends z.core.$ZodType>(item: T) =>
  z.pipe(
    z.optional(z.nullable(z.array(item))),
    z.transform((items) => items ?? []),
  )

const optionalLabels = z.pipe(
  z.optional(z.nullable(labels)),
  z.transform((given): Labels => given ?? {}),
)
const sample = z.tuple([z.number(), z.string()])

/** What stands in every answer of the API, whether it went well or not. */
export const envelopeSchema = z.object({
  status: z.enum(['success', 'error']),
  data: z.optional(z.unknown()),
  errorType: z.optional(z.string()),
  error: z.optional(z.string()),
  warnings: list(z.string()),
  infos: list(z.string()),
})

export type Envelope = z.infer<typeof envelopeSchema>

export function parseEnvelope(value: unknown): Envelope | undefined {
  const parsed = envelopeSchema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

export function remarksOf({ warnings, infos }: Envelope): Remarks {
  return {
    warnings: warnings.map((words) => cleanText(words, 300)),
    infos: infos.map((words) => cleanText(words, 300)),
  }
}

/** Undefined for what is no number of Prometheus at all. */
function parseSampleValue(spelling: string): SampleValue | undefined {
  switch (spelling) {
    case 'NaN':
      return { kind: 'special', spelling: 'NaN' }
    case '+Inf':
    case 'Inf':
      return { kind: 'special', spelling: '+Inf' }
    case '-Inf':
      return { kind: 'special', spelling: '-Inf' }
    default: {
      if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(spelling)) return undefined
      const value = Number(spelling)
      // Beyond what a double holds, Prometheus itself would have said Inf.
      return Number.isFinite(value) ? { kind: 'number', value } : undefined
    }
  }
}

function pointOf([seconds, spelling]: readonly [number, string]): Point | undefined {
  const value = parseSampleValue(spelling)
  return value === undefined ? undefined : { atMs: Math.round(seconds * 1000), value }
}

const vectorSchema = z.object({
  resultType: z.literal('vector'),
  result: z.array(
    z.object({ metric: labels, value: z.optional(sample), histogram: z.optional(z.unknown()) }),
  ),
})
const scalarSchema = z.object({ resultType: z.literal('scalar'), result: sample })
const matrixSchema = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({
      metric: labels,
      values: z.optional(z.array(sample)),
      histograms: z.optional(z.array(z.unknown())),
    }),
  ),
})

/** Strings and matrices are no answer to what we ask. */
export function interpretQuery(envelope: Envelope): QueryAnswer | undefined {
  const remarks = remarksOf(envelope)
  const scalar = scalarSchema.safeParse(envelope.data)
  if (scalar.success) {
    const point = pointOf(scalar.data.result)
    if (point === undefined) return undefined
    return { ...remarks, kind: 'scalar', elements: [{ ...point, labels: {} }], histograms: 0 }
  }
  const vector = vectorSchema.safeParse(envelope.data)
  if (!vector.success) return undefined
  const elements = []
  let histograms = 0
  for (const { metric, value, histogram } of vector.data.result) {
    if (value === undefined) {
      if (histogram === undefined) return undefined
      histograms++
      continue
    }
    const point = pointOf(value)
    if (point === undefined) return undefined
    elements.push({ ...point, labels: metric })
  }
  return { ...remarks, kind: 'vector', elements, histograms }
}

export function interpretRange(envelope: Envelope): RangeAnswer | undefined {
  const matrix = matrixSchema.safeParse(envelope.data)
  if (!matrix.success) return undefined
  let histograms = 0
  const series = []
  for (const { metric, values, histograms: native } of matrix.data.result) {
    histograms += native?.length ?? 0
    const points = (values ?? []).map((value) => pointOf(value))
    if (!points.every((point) => point !== undefined)) return undefined
    if (points.length > 0) series.push({ labels: metric, points })
  }
  return { ...remarksOf(envelope), series, histograms }
}

const STATES: ReadonlySet<string> = new Set(['firing', 'pending', 'inactive'])

function stateOf(state: string | undefined): AlertState {
  return state !== undefined && STATES.has(state) ? (state as AlertState) : 'unknown'
}

const alertSchema = z.object({
  labels,
  annotations: optionalLabels,
  state: z.string(),
  activeAt: z.optional(z.nullable(instant)),
})

function alertOf({ activeAt, ...alert }: z.infer<typeof alertSchema>): RuleAlert {
  return {
    labels: alert.labels,
    annotations: alert.annotations,
    state: stateOf(alert.state),
    ...(activeAt === undefined || activeAt === null ? {} : { activeAtMs: activeAt }),
  }
}

const ruleSchema = z.object({
  type: z.string(),
  name: z.string(),
  query: z.string(),
  labels: optionalLabels,
  annotations: optionalLabels,
  health: z.optional(z.string()),
  lastError: z.optional(z.string()),
  state: z.optional(z.string()),
  duration: z.optional(z.number()),
  alerts: list(alertSchema),
})

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      file: z.optional(z.string()),
      interval: z.optional(z.number()),
      rules: list(ruleSchema),
    }),
  ),
})

function ruleOf(rule: z.infer<typeof ruleSchema>): LoadedRule | undefined {
  const common = {
    name: cleanText(rule.name, 200),
    // An expression is parsed, not shown at length: it keeps its form.
    query: rule.query,
    labels: rule.labels,
    health: rule.health ?? 'unknown',
    ...(rule.lastError === undefined ? {} : { lastError: cleanText(rule.lastError, 300) }),
  }
  if (rule.type === 'recording') return { ...common, kind: 'recording' }
  if (rule.type !== 'alerting') return undefined
  return {
    ...common,
    kind: 'alerting',
    annotations: rule.annotations,
    forMs: Math.round((rule.duration ?? 0) * 1000),
    state: stateOf(rule.state),
    alerts: rule.alerts.map((alert) => alertOf(alert)),
  }
}

export function interpretRules(envelope: Envelope): readonly RuleGroup[] | undefined {
  const parsed = rulesSchema.safeParse(envelope.data)
  if (!parsed.success) return undefined
  const groups: RuleGroup[] = []
  for (const group of parsed.data.groups) {
    const rules = group.rules.map((rule) => ruleOf(rule))
    if (!rules.every((rule) => rule !== undefined)) return undefined
    groups.push({
      name: cleanText(group.name, 200),
      file: cleanText(group.file ?? '', 300),
      intervalMs: Math.round((group.interval ?? 0) * 1000),
      rules,
    })
  }
  return groups
}

export function interpretAlerts(envelope: Envelope): readonly RuleAlert[] | undefined {
  const parsed = z.object({ alerts: z.array(alertSchema) }).safeParse(envelope.data)
  return parsed.success ? parsed.data.alerts.map((alert) => alertOf(alert)) : undefined
}

const targetSchema = z.object({
  labels: optionalLabels,
  scrapeUrl: z.string(),
  health: z.string(),
  lastError: z.optional(z.string()),
  lastScrape: z.optional(instant),
  lastScrapeDuration: z.optional(z.number()),
  scrapeInterval: z.optional(z.string()),
  scrapeTimeout: z.optional(z.string()),
})

export function interpretTargets(envelope: Envelope): readonly ScrapeTarget[] | undefined {
  const parsed = z
    .object({ activeTargets: z.nullable(z.array(targetSchema)) })
    .safeParse(envelope.data)
  return parsed.success ? (parsed.data.activeTargets ?? []).map(targetOf) : undefined
}

function targetOf(target: z.infer<typeof targetSchema>): ScrapeTarget {
  const intervalMs = parseDuration(target.scrapeInterval ?? '')
  const timeoutMs = parseDuration(target.scrapeTimeout ?? '')
  const { lastScrape } = target
  return {
    job: target.labels['job'] ?? '',
    instance: target.labels['instance'] ?? '',
    labels: target.labels,
    scrapeUrl: cleanText(target.scrapeUrl.replace(/\/\/[^/@]*@/, '//'), 300),
    health: target.health === 'up' || target.health === 'down' ? target.health : 'unknown',
    lastError: cleanText(target.lastError ?? '', 300),
    ...(lastScrape !== undefined && lastScrape > 0 ? { lastScrapeMs: lastScrape } : {}),
    scrapeDurationMs: (target.lastScrapeDuration ?? 0) * 1000,
    ...(intervalMs === undefined ? {} : { scrapeIntervalMs: intervalMs }),
    ...(timeoutMs === undefined ? {} : { scrapeTimeoutMs: timeoutMs }),
  }
}

export function interpretMetadata(
  envelope: Envelope,
): ReadonlyMap<string, MetricMetadata> | undefined {
  const entry = z.object({ type: z.string(), unit: z.optional(z.string()) })
  const parsed = z.record(z.string(), z.array(entry)).safeParse(envelope.data)
  if (!parsed.success) return undefined
  return new Map(
    Object.entries(parsed.data).flatMap(([name, [first]]) =>
      first === undefined ? [] : [[name, { type: first.type, unit: first.unit ?? '' }]],
    ),
  )
}

export function interpretSeries(envelope: Envelope): readonly Labels[] | undefined {
  const parsed = z.array(labels).safeParse(envelope.data)
  return parsed.success ? parsed.data : undefined
}

export function interpretNames(envelope: Envelope): readonly string[] | undefined {
  const parsed = z.array(z.string()).safeParse(envelope.data)
  return parsed.success ? parsed.data.map((name) => cleanText(name, 200)) : undefined
}

export function interpretVersion(envelope: Envelope): string | undefined {
  const parsed = z.object({ version: z.string() }).safeParse(envelope.data)
  return parsed.success ? cleanText(parsed.data.version, 40) : undefined
}

export function interpretRetention(envelope: Envelope): string | undefined {
  const parsed = z.object({ storageRetention: z.string() }).safeParse(envelope.data)
  return parsed.success ? cleanText(parsed.data.storageRetention, 40) : undefined
}

export function interpretAlertmanagers(envelope: Envelope): readonly string[] | undefined {
  const parsed = z
    .object({ activeAlertmanagers: list(z.object({ url: z.string() })) })
    .safeParse(envelope.data)
  return parsed.success
    ? parsed.data.activeAlertmanagers.map(({ url }) =>
        cleanText(url.replace(/\/\/[^/@]*@/, '//'), 300),
      )
    : undefined
}
