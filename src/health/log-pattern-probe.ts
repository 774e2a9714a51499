/**
 * What the log's last hours say, as patterns: how many errors, which of them have a name and a
 * playbook, what is new since the last daily checklist. What is observed stays in the journal, and is
 * what the next day is compared with. Without a log, the meter's count is all there is.
 */
import { z } from 'zod'
import {
  LOG_LEVELS,
  type LogLevel,
  type LogPattern,
  type LogPatterns,
  type PatternBaseline,
} from '../core/log-patterns.ts'
import { isoSeoul } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { observeErrorMeter, type LogProbePorts } from './log-probes.ts'

/** Patterns from `fromMs` to `toMs`, WARN and worse, compared with the baseline if there is one. */
export type MinePatterns = (asked: {
  readonly fromMs: number
  readonly toMs: number
  readonly baseline?: PatternBaseline
  readonly signal: AbortSignal
}) => Promise<
  | {
      readonly kind: 'mined'
      readonly patterns: LogPatterns
      readonly file: string
      readonly partial: boolean
    }
  | { readonly kind: 'unknown'; readonly reason: Text }
>

export interface LogPatternPorts extends LogProbePorts {
  /** Absent: no log file is configured. */
  readonly minePatterns?: MinePatterns
  /** What the daily checklist of an earlier day saw; undefined where none did. */
  readonly lastDaily?: (nowMs: number) => Promise<PatternBaseline | undefined>
}

/** More kinds of trouble in one day are not told apart tomorrow. */
const MAX_KEPT = 120

const change = z.enum(['new', 'grown', 'gone', 'same'])

const patternShape = z.object({
  template: z.string(),
  count: z.number(),
  level: z.enum(LOG_LEVELS),
  logger: z.string().optional(),
  exceptions: z.array(z.string()).optional(),
  frame: z.string().optional(),
  firstSeen: z.string().nullable(),
  lastSeen: z.string().nullable(),
  known: z.string().optional(),
  playbook: z.string().optional(),
  change: change.optional(),
  noise: z.boolean().optional(),
})

type KeptPattern = z.output<typeof patternShape>

/** `none`: no finding. `new`, `grown`: some are, since the last daily. `same`: all were there then. */
const CLASSES = ['none', 'same', 'grown', 'new', 'not_compared', 'counted'] as const

const shape = z.object({
  /** `meter`: no log is configured; errors are counted since the start, and nothing else is known. */
  source: z.enum(['log', 'meter']),
  class: z.enum(CLASSES),
  /** ERROR events, the usual noise left out. */
  errors: z.number(),
  /** The same number, as `errors.recent` names it. */
  beyondNoise: z.number(),
  /** Kinds of findings: errors, and warnings that a playbook treats. null: not compared. */
  newCount: z.number().nullable(),
  grownCount: z.number().nullable(),
  goneCount: z.number().nullable(),
  /** Ids of the named patterns among the findings, and the playbooks they point at. */
  known: z.array(z.string()),
  playbooks: z.array(z.string()),
  /** What it was compared with. */
  baseline: z.string().nullable(),
  partial: z.boolean(),
  span: z.object({ from: z.string().nullable(), to: z.string().nullable() }),
  /** From here on down to the next: what tomorrow is compared with. */
  leastLevel: z.enum(LOG_LEVELS),
  ordinaryEvents: z.number(),
  patterns: z.array(patternShape),
})

type Value = z.output<typeof shape>

const input = z.object({
  hours: z.int().min(1).max(168).default(24),
  compare: z.boolean().default(true),
})
type Input = z.output<typeof input>

export function createLogPatternProbe(ports: LogPatternPorts): ProbeDeclaration<Input> {
  return {
    id: 'log.patterns',
    title: text('로그 오류 패턴', 'error patterns of the log'),
    impact: 'read_only',
    idempotent: true,
    inputs: input,
    outputs: shape,
    observe: (asked, context) =>
      ports.minePatterns === undefined
        ? observeCount(ports, context)
        : observePatterns(ports, ports.minePatterns, asked, context),
  }
}

async function observeCount(ports: LogProbePorts, context: OperationContext): Promise<Observation> {
  const counted = await observeErrorMeter(ports, context)
  if (counted.kind === 'unknown') return counted
  const { beyondNoise } = counted.value as { readonly beyondNoise: number }
  const value: Value = {
    source: 'meter',
    class: beyondNoise > 0 ? 'counted' : 'none',
    errors: beyondNoise,
    beyondNoise,
    newCount: null,
    grownCount: null,
    goneCount: null,
    known: [],
    playbooks: [],
    baseline: null,
    partial: true,
    span: { from: null, to: null },
    leastLevel: 'FATAL',
    ordinaryEvents: 0,
    patterns: [],
  }
  return { ...counted, value }
}

async function observePatterns(
  ports: LogPatternPorts,
  minePatterns: MinePatterns,
  { hours, compare }: Input,
  { clock, signal }: OperationContext,
): Promise<Observation> {
  const toMs = clock.now()
  const baseline = compare ? await ports.lastDaily?.(toMs) : undefined
  const fromMs = toMs - hours * 3_600_000
  const mined = await minePatterns({
    fromMs,
    toMs,
    signal,
    ...(baseline === undefined ? {} : { baseline }),
  })
  if (mined.kind === 'unknown') return { kind: 'unknown', reason: mined.reason, source: 'log' }
  const { patterns, partial } = mined
  const findings = patterns.patterns.filter(isFinding)
  return {
    kind: 'observed',
    value: valueOf(patterns, findings, { fromMs, toMs, partial }),
    summary: summaryOf(patterns, findings, hours, partial),
    source: mined.file,
  }
}

/** An error, or a warning that a playbook treats. What is gone counts by what it was. */
function isFinding({ level, known }: LogPattern): boolean {
  return isError(level) || (level === 'WARN' && known?.playbook !== undefined)
}

function isError(level: LogLevel): boolean {
  return level === 'ERROR' || level === 'FATAL'
}

function valueOf(
  patterns: LogPatterns,
  findings: readonly LogPattern[],
  { fromMs, toMs, partial }: { fromMs: number; toMs: number; partial: boolean },
): Value {
  const { comparison, covers, levels } = patterns
  const present = findings.filter(({ count }) => count > 0)
  const errors = sum(present.filter(({ level }) => isError(level)))
  const changed = (kind: 'new' | 'grown' | 'gone'): number =>
    findings.filter((pattern) => pattern.change?.kind === kind).length
  const [newCount, grownCount] = [changed('new'), changed('grown')]
  const noise = patterns.noise?.patterns ?? []
  const kept = [
    ...patterns.patterns.map((pattern) => keptOf(pattern)),
    ...noise.map((pattern) => ({ ...keptOf(pattern), noise: true })),
  ].sort(bySeverity)
  const compared = comparison !== undefined
  return {
    source: 'log',
    class: classOf(present.length, compared, newCount, grownCount),
    errors,
    beyondNoise: errors,
    newCount: compared ? newCount : null,
    grownCount: compared ? grownCount : null,
    goneCount: compared ? changed('gone') : null,
    known: unique(present.map(({ known }) => known?.id)),
    playbooks: unique(present.map(({ known }) => known?.playbook)),
    baseline: comparison?.baseline ?? null,
    partial,
    // All of it was watched, also the part in which nothing was written.
    span: { from: partial ? covers.from : isoSeoul(fromMs), to: isoSeoul(toMs) },
    leastLevel: leastKept(kept),
    ordinaryEvents: (levels.INFO ?? 0) + (levels.DEBUG ?? 0) + (levels.TRACE ?? 0),
    patterns: kept.slice(0, MAX_KEPT),
  }
}

function classOf(
  present: number,
  compared: boolean,
  newCount: number,
  grownCount: number,
): Value['class'] {
  if (present === 0) return 'none'
  if (!compared) return 'not_compared'
  if (newCount > 0) return 'new'
  return grownCount > 0 ? 'grown' : 'same'
}

/** What is gone last, as it is no part of tomorrow's baseline. */
function bySeverity(left: KeptPattern, right: KeptPattern): number {
  const rank = ({ count, level }: KeptPattern): number =>
    (count === 0 ? LOG_LEVELS.length : 0) + LOG_LEVELS.indexOf(level)
  return rank(left) - rank(right) || right.count - left.count
}

/** Where not all could be kept, what is less severe than what was cannot be told to be new tomorrow. */
function leastKept(kept: readonly KeptPattern[]): LogLevel {
  const left = kept[MAX_KEPT]
  if (left === undefined || left.count === 0) return 'WARN'
  return LOG_LEVELS[LOG_LEVELS.indexOf(left.level) - 1] ?? 'FATAL'
}

function keptOf(pattern: LogPattern): KeptPattern {
  const { template, count, level, firstSeen, lastSeen, logger, exceptions, frame, known } = pattern
  return {
    template,
    count,
    level,
    firstSeen,
    lastSeen,
    ...(logger === undefined ? {} : { logger }),
    ...(exceptions === undefined ? {} : { exceptions: [...exceptions] }),
    ...(frame === undefined ? {} : { frame }),
    ...(known === undefined ? {} : { known: known.id }),
    ...(known?.playbook === undefined ? {} : { playbook: known.playbook }),
    ...(pattern.change === undefined ? {} : { change: pattern.change.kind }),
  }
}

/** Findings named in one line; the rest is in `mts logs patterns`. */
const NAMED = 2
const NAME_LENGTH = 48

function summaryOf(
  patterns: LogPatterns,
  findings: readonly LogPattern[],
  hours: number,
  partial: boolean,
): Text {
  const present = findings.filter(({ count }) => count > 0)
  const events = sum(present)
  const tail = partial
    ? text(' · 로그가 그보다 짧음', '; the log is shorter than that')
    : text('', '')
  if (present.length === 0) {
    const noise = patterns.noise?.events ?? 0
    return text(
      `최근 ${hours}시간 오류 패턴 없음(평소 잡음 ${noise}건 제외)${tail.ko}`,
      `no error pattern in ${hours} h (${noise} lines of the usual noise left out)${tail.en}`,
    )
  }
  const changed = changeWords(patterns, findings)
  const named = present.slice(0, NAMED).map(nameOf)
  const more = present.length - named.length
  const rest = more > 0 ? text(` 외 ${more}종`, ` and ${more} more`) : text('', '')
  return text(
    `최근 ${hours}시간 ${present.length}종 ${events}건${changed.ko}: ${named.map(({ ko }) => ko).join(', ')}${rest.ko}${tail.ko}`,
    `${present.length} patterns, ${events} events in ${hours} h${changed.en}: ${named.map(({ en }) => en).join(', ')}${rest.en}${tail.en}`,
  )
}

function changeWords({ comparison }: LogPatterns, findings: readonly LogPattern[]): Text {
  if (comparison === undefined) return text(' · 비교 기준 없음', ', nothing to compare with')
  const count = (kind: string): number =>
    findings.filter((pattern) => pattern.change?.kind === kind).length
  const parts = [
    { count: count('new'), ko: '신규', en: 'new' },
    { count: count('grown'), ko: '증가', en: 'grown' },
    { count: count('gone'), ko: '소멸', en: 'gone' },
  ].filter((part) => part.count > 0)
  if (parts.length === 0) return text(' · 신규 없음', ', none of them new')
  return text(
    ` · ${parts.map((part) => `${part.ko} ${part.count}종`).join(' ')}`,
    `, ${parts.map((part) => `${part.count} ${part.en}`).join(', ')}`,
  )
}

function nameOf({ known, exceptions, template, count, firstSeen, lastSeen }: LogPattern): Text {
  const plain = exceptions?.at(-1) ?? shortened(template)
  const title = known?.title ?? text(plain, plain)
  const span = timesOf(firstSeen, lastSeen)
  return text(`${title.ko} ${count}건${span}`, `${title.en} ${count}${span}`)
}

function timesOf(firstSeen: string | null, lastSeen: string | null): string {
  if (firstSeen === null || lastSeen === null) return ''
  const [from, to] = [firstSeen.slice(11, 16), lastSeen.slice(11, 16)]
  return from === to ? `(${from})` : `(${from}–${to})`
}

function shortened(template: string): string {
  return template.length <= NAME_LENGTH ? template : `${template.slice(0, NAME_LENGTH - 1)}…`
}

function sum(patterns: readonly LogPattern[]): number {
  return patterns.reduce((total, { count }) => total + count, 0)
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))]
}
