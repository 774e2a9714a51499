/** Every line that mts alerts by, held against four weeks of samples. */
import { z } from 'zod'
import type { Sample } from '../core/journal.ts'
import { SAMPLED } from '../core/sampled-meters.ts'
import type { Settings } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import type { LoadedRules } from './loaded-rules.ts'
import type { LoadedRuleReview } from './rule-review.ts'
import {
  diskPercentSamples,
  heapPercentSamples,
  increases,
  type SampleReader,
} from './sample-series.ts'
import { reviewThreshold, type ReviewedRule, type ThresholdReview } from './threshold-review.ts'

export interface ThresholdPorts {
  readonly samples: SampleReader
  readonly settings: Pick<Settings, 'thresholds' | 'instances' | 'openingHours'>
  /** What Prometheus' own rules did; absent: none is configured. */
  readonly reviewLoaded?: (toMs: number, signal: AbortSignal) => Promise<LoadedRules>
}

type Nothing = Record<string, never>
const nothing = z.object({}) as z.ZodType<Nothing>

const SPAN_MS = 28 * 86_400_000
const SOURCE = 'journal samples'

export function createThresholdProbe(ports: ThresholdPorts): ProbeDeclaration<Nothing> {
  return {
    id: 'thresholds.review',
    title: text('알림 임계값 검토', 'are the thresholds where they should be'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      rules: z.array(
        z.object({
          id: z.string(),
          line: z.number(),
          unit: z.string(),
          samples: z.number(),
          firedCount: z.number(),
          highest: z.number().optional(),
          nearestPercent: z.number().optional(),
          verdict: z.enum(['keep', 'raise', 'lower', 'cannot_fire']),
          proposed: z.number().optional(),
        }),
      ),
      /** Rules that Prometheus has loaded; null: they were not read. */
      loaded: z
        .array(
          z.object({
            name: z.string(),
            direction: z.enum(['above', 'below']).optional(),
            line: z.number().optional(),
            firedCount: z.number().optional(),
            extreme: z.number().optional(),
            nearestPercent: z.number().optional(),
            verdict: z.enum(['keep', 'raise', 'lower', 'cannot_fire', 'not_judged']),
            proposed: z.number().optional(),
          }),
        )
        .nullable(),
      /** Rules for which another line is proposed, or that fire too often. */
      proposals: z.array(z.string()),
      /** Rules whose value nobody measures. */
      cannotFire: z.array(z.string()),
      /** Loaded rules that have nothing to fire on. */
      deadRules: z.array(z.string()),
      /** Loaded rules about which too little is known, or all of them. */
      notSeen: z.array(z.string()),
    }),
    async observe(_input, context) {
      const toMs = context.clock.now()
      const loaded = await ports.reviewLoaded?.(toMs, context.signal)
      const read = (metric: string) => ports.samples(metric, toMs - SPAN_MS, toMs)
      const rules = await reviewRules(ports, read)
      const of = (...verdicts: readonly ThresholdReview['verdict'][]): string[] =>
        rules.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id)
      const cannotFire = of('cannot_fire')
      const reviewed = loaded?.kind === 'reviewed' ? loaded.rules : undefined
      if (cannotFire.length === rules.length && reviewed === undefined) {
        const reason = loaded?.kind === 'unknown' ? both(NO_SAMPLES, loaded.reason) : NO_SAMPLES
        return { kind: 'unknown', reason, source: SOURCE }
      }
      const named = (...verdicts: readonly LoadedRuleReview['verdict'][]): string[] =>
        (reviewed ?? []).filter(({ verdict }) => verdicts.includes(verdict)).map(({ name }) => name)
      return {
        kind: 'observed',
        value: {
          rules,
          loaded: reviewed ?? null,
          proposals: [...of('raise', 'lower'), ...named('raise', 'lower')],
          cannotFire,
          deadRules: named('cannot_fire'),
          notSeen: loaded?.kind === 'unknown' ? ['Prometheus'] : named('not_judged'),
        },
        summary: both(ownWords(rules), loaded === undefined ? NOT_LOADED : loadedWords(loaded)),
        source: loaded === undefined ? SOURCE : `${SOURCE}, Prometheus`,
      }
    },
  }
}

const NO_SAMPLES = text(
  '표본 없음: mts watch를 켜 두면 쌓입니다',
  'no samples: keep mts watch running',
)

async function reviewRules(
  { settings }: ThresholdPorts,
  read: (metric: string) => Promise<readonly Sample[]>,
): Promise<readonly ThresholdReview[]> {
  const { thresholds, instances, openingHours } = settings
  const percent = (id: string, line: number, forMs = 0): ReviewedRule => ({
    id,
    line,
    unit: '%',
    forMs,
    highest: 95,
  })
  const cpu = (await read(SAMPLED.cpu.metric)).map(times(100))
  const heap = await heapPercentSamples(read)
  const disk = await diskPercentSamples(read)
  // With opening hours a night without a sale is no alarm, and several instances mix their counters.
  const gaps =
    instances === 1 && openingHours === undefined
      ? minutesWithoutSale(await read(SAMPLED.sales.metric))
      : []
  return [
    reviewThreshold(percent('jvm-memory', thresholds.heapPercent), heap, SPAN_MS),
    reviewThreshold(percent('cpu', thresholds.cpuPercent, thresholds.cpuForMs), cpu, SPAN_MS),
    reviewThreshold(percent('disk', thresholds.diskPercent), disk, SPAN_MS),
    reviewThreshold(
      { id: 'sales', line: thresholds.noSalesMinutes, unit: 'min', forMs: 0, highest: 24 * 60 },
      gaps,
      SPAN_MS,
    ),
  ]
}

function times(factor: number): (sample: Sample) => Sample {
  return (sample) => ({ ...sample, value: sample.value * factor })
}

/** At each sample, for how long no sale had been seen; the very first stretch is not known. */
function minutesWithoutSale(samples: readonly Sample[]): readonly Sample[] {
  const [first] = samples
  if (first === undefined) return []
  const result: Sample[] = []
  let lastSaleMs: number | undefined
  for (const { fromMs, toMs, value } of increases(samples)) {
    if (value > 0) lastSaleMs = toMs
    // A hole in the samples is not a hole in the sales.
    if (toMs - fromMs > LONGEST_GAP_MS) lastSaleMs = undefined
    if (lastSaleMs === undefined) continue
    result.push({ ...first, atMs: toMs, value: (toMs - lastSaleMs) / 60_000 })
  }
  return result
}

const LONGEST_GAP_MS = 3_600_000

const NOT_LOADED = text('', '')

function both(first: Text, second: Text): Text {
  if (second.ko === '') return first
  return text(`${first.ko} · ${second.ko}`, `${first.en}; ${second.en}`)
}

/** Rules that need a hand by name, the others by their number. */
function loadedWords(loaded: LoadedRules): Text {
  if (loaded.kind === 'unknown') return loaded.reason
  const { rules } = loaded
  if (rules.length === 0)
    return text('Prometheus 알림 규칙 없음', 'Prometheus has no alerting rule')
  const told = rules.flatMap((rule) => loadedRuleWords(rule))
  const fitting = rules.filter(({ verdict }) => verdict === 'keep')
  const named = fitting.slice(0, MAX_NAMED).map((rule) => figuresOf(rule))
  const more = fitting.length - named.length
  const rest =
    named.length === 0
      ? []
      : [
          text(
            `적정 ${named.map(({ ko }) => ko).join(', ')}${more > 0 ? ` 외 ${more}개` : ''}`,
            `fitting: ${named.map(({ en }) => en).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
          ),
        ]
  const all = [...told, ...rest]
  return text(
    `Prometheus 규칙 ${rules.length}개: ${all.map(({ ko }) => ko).join(' · ')}`,
    `${rules.length} rules of Prometheus: ${all.map(({ en }) => en).join('; ')}`,
  )
}

const MAX_NAMED = 6

function figuresOf({ name, firedCount = 0, nearestPercent }: LoadedRuleReview): Text {
  const near = nearestPercent === undefined ? text('', '') : nearWords(nearestPercent)
  return text(`${name} ${firedCount}회${near.ko}`, `${name} fired ${firedCount}${near.en}`)
}

function nearWords(percent: number): Text {
  return text(`(기준의 ${percent}%)`, ` (came to ${percent} % of its line)`)
}

function loadedRuleWords(rule: LoadedRuleReview): readonly Text[] {
  const { name, verdict, firedCount = 0, line, extreme, proposed } = rule
  const from = line === undefined || proposed === undefined ? '' : ` ${line} → ${proposed}`
  switch (verdict) {
    case 'keep':
      return []
    case 'cannot_fire':
      return [text(`${name} 울릴 수 없음(mts doctor)`, `${name} cannot fire (mts doctor)`)]
    case 'not_judged':
      return [text(`${name} 판정 불가(표본 부족)`, `${name} not judged (too few samples)`)]
    case 'raise':
      return [
        text(`${name} ${firedCount}회 울림${from}`, `${name} fired ${firedCount} times${from}`),
      ]
    case 'lower':
      return [
        text(
          `${name} 최고 ${extreme ?? '?'}${from}`,
          `${name} came to ${extreme ?? '?'} at most${from}`,
        ),
      ]
  }
}

function ownWords(rules: readonly ThresholdReview[]): Text {
  const units: Readonly<Record<string, Text>> = {
    '%': text('%', ' %'),
    min: text('분', ' min'),
  }
  const ko: string[] = []
  const en: string[] = []
  for (const { id, line, unit, firedCount, highest, verdict, proposed } of rules) {
    const u = units[unit] ?? text(unit, unit)
    if (verdict === 'cannot_fire') {
      ko.push(`${id} 표본 없음`)
      en.push(`${id}: no samples`)
      continue
    }
    const move =
      proposed === undefined
        ? text('', '')
        : text(` → ${proposed}${u.ko} 제안`, ` → ${proposed}${u.en} proposed`)
    ko.push(`${id} ${firedCount}회, 최고 ${highest}${u.ko}/기준 ${line}${u.ko}${move.ko}`)
    en.push(`${id} fired ${firedCount}, highest ${highest}${u.en} of ${line}${u.en}${move.en}`)
  }
  return text(`4주: ${ko.join(' · ')}`, `4 weeks: ${en.join('; ')}`)
}
