/**
 * Cases of a playbook, `<id>.test.yaml` beside it: what each step sees, what people answer, and the
 * way and end that is expected of it. Evidence is checked against what the probes declare.
 */
import { z } from 'zod'
import { isSeoulDate } from '../core/dates.ts'
import { text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import { everyStep } from '../core/every-step.ts'
import type { Document, Step } from './document.ts'
import type { Fault, FaultPath, Problem } from './fault.ts'
import { parseYamlSource } from './yaml-source.ts'

/** What a probe sees: its value, or why it saw nothing. A list is one look after another. */
export type CaseEvidence =
  | { readonly kind: 'seen'; readonly value: unknown }
  | { readonly kind: 'unseen'; readonly why: string }

export type CaseAnswer =
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'yes' | 'no' | 'skip' }

export type CaseOutcome = 'succeeded' | 'failed' | 'refused' | 'violated'

export interface PlaybookCase {
  readonly id: string
  readonly evidence: Readonly<Record<string, readonly CaseEvidence[]>>
  readonly answers: Readonly<Record<string, CaseAnswer>>
  readonly actions: Readonly<Record<string, CaseOutcome>>
  /** Statuses of steps; only those that are reached count. */
  readonly status: Readonly<Record<string, string>>
  /** Steps from the first decision on, in order, without the branches themselves. */
  readonly path: readonly string[]
  readonly finding: string
  readonly line: number
}

export interface PlaybookCases {
  readonly playbook: string
  /** ISO 8601: the clock of all cases. */
  readonly now: string
  readonly inputs: Readonly<Record<string, string>>
  readonly cases: readonly PlaybookCase[]
}

/** A text stands for something that could not be seen. */
const evidenceShape = z.record(z.string(), z.unknown())
const answerShape = z.union([
  z.enum(['yes', 'no', 'skip']),
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
])
const STATUSES = ['succeeded', 'failed', 'skipped', 'inconclusive', 'unknown'] as const
const common = {
  evidence: evidenceShape.optional(),
  answers: z.record(z.string(), answerShape).optional(),
  actions: z.record(z.string(), z.enum(['succeeded', 'failed', 'refused', 'violated'])).optional(),
  status: z.record(z.string(), z.enum(STATUSES)).optional(),
}
const casesShape = z.strictObject({
  apiVersion: z.literal('mts/v1'),
  kind: z.literal('PlaybookCases'),
  playbook: z.string().min(1),
  now: z.iso.datetime({ offset: true }),
  inputs: z.record(z.string(), z.string()).optional(),
  /** Evidence by name, for `{ use: name }`: aliases are not read here. */
  looks: evidenceShape.optional(),
  /** What all cases share; a case overrides it step by step. */
  given: z.strictObject(common).optional(),
  cases: z
    .array(
      z.strictObject({
        ...common,
        id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
        path: z.array(z.string()).min(1),
        finding: z.string().min(1),
      }),
    )
    .min(1),
})

type CasesSource = z.output<typeof casesShape>
type Common = Pick<CasesSource['cases'][number], 'evidence' | 'answers' | 'actions' | 'status'>

export type ParsedCases =
  | { readonly kind: 'cases'; readonly cases: PlaybookCases }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

export function parseCases(
  source: string,
  file: string,
  document: Document,
  catalog: Catalog,
): ParsedCases {
  const yaml = parseYamlSource(source, file)
  if (yaml.kind === 'broken') return { kind: 'invalid', problems: yaml.problems }
  const shaped = casesShape.safeParse(yaml.source.value)
  const faults: Fault[] = shaped.success
    ? casesFaults(shaped.data, document, catalog)
    : shaped.error.issues.map((issue) => ({
        path: issue.path as FaultPath,
        message: text(issue.message, issue.message),
      }))
  if (!shaped.success || faults.length > 0) {
    return { kind: 'invalid', problems: faults.map((fault) => yaml.source.problemOf(fault)) }
  }
  const { playbook, now, inputs = {}, given = {}, looks = {}, cases } = shaped.data
  return {
    kind: 'cases',
    cases: {
      playbook,
      now,
      inputs,
      cases: cases.map((own, index) => ({
        id: own.id,
        path: own.path,
        finding: own.finding,
        line: yaml.source.lineOf(['cases', index]),
        evidence: mapValues({ ...given.evidence, ...own.evidence }, (value) =>
          evidenceOf(value, looks),
        ),
        answers: mapValues({ ...given.answers, ...own.answers }, answerOf),
        actions: { ...given.actions, ...own.actions },
        status: { ...given.status, ...own.status },
      })),
    },
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

type Looks = Readonly<Record<string, unknown>>

function evidenceOf(value: unknown, looks: Looks): readonly CaseEvidence[] {
  const each = Array.isArray(value) ? (value as unknown[]) : [value]
  return each.map((one) => {
    const name = nameUsed(one)
    const look = name === undefined ? one : looks[name]
    return typeof look === 'string' ? { kind: 'unseen', why: look } : { kind: 'seen', value: look }
  })
}

/** `{ use: name }`. */
function nameUsed(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) {
    return undefined
  }
  const { use } = value as { readonly use?: unknown }
  return typeof use === 'string' ? use : undefined
}

function answerOf(answer: z.output<typeof answerShape>): CaseAnswer {
  if (typeof answer === 'string') return { kind: answer }
  return { kind: 'values', values: mapValues(answer, String) }
}

/** Names that lead nowhere, and evidence that no probe could give. */
function casesFaults(source: CasesSource, document: Document, catalog: Catalog): Fault[] {
  const faults: Fault[] = []
  const steps = new Map(everyStep(document).map((step) => [step.id, step]))
  const fault = (path: FaultPath, ko: string, en: string): void => {
    faults.push({ path, message: text(ko, en) })
  }
  if (source.playbook !== document.id) {
    fault(['playbook'], `${document.id} 필요`, `expected ${document.id}`)
  }
  const check = (part: Common, path: FaultPath): void => {
    const named: [keyof Common, Step['type'] | undefined][] = [
      ['evidence', 'probe'],
      ['answers', undefined],
      ['actions', 'action'],
      ['status', undefined],
    ]
    for (const [key, type] of named) {
      for (const id of Object.keys(part[key] ?? {})) {
        const step = steps.get(id)
        if (step === undefined || (type !== undefined && step.type !== type)) {
          fault([...path, key, id], `없는 단계: ${id}`, `no such step: ${id}`)
        }
      }
    }
    for (const [id, value] of Object.entries(part.evidence ?? {})) {
      const step = steps.get(id)
      const probe = step?.type === 'probe' ? catalog.probe(step.probe) : undefined
      if (probe === undefined) continue
      for (const look of evidenceOf(value, source.looks ?? {})) {
        if (look.kind === 'unseen') continue
        const [issue] = probe.outputs.safeParse(look.value).error?.issues ?? []
        if (issue === undefined) continue
        const where = issue.path.join('.')
        fault(
          [...path, 'evidence', id],
          `${probe.id}의 값이 아닙니다: ${where} ${issue.message}`,
          `no value of ${probe.id}: ${where} ${issue.message}`,
        )
      }
    }
  }
  check(source.given ?? {}, ['given'])
  const ids = new Set<string>()
  for (const [index, own] of source.cases.entries()) {
    const path = ['cases', index] as const
    check(own, path)
    if (ids.has(own.id)) fault([...path, 'id'], `겹칩니다: ${own.id}`, `used twice: ${own.id}`)
    ids.add(own.id)
    for (const [at, id] of own.path.entries()) {
      if (!steps.has(id)) fault([...path, 'path', at], `없는 단계: ${id}`, `no such step: ${id}`)
    }
  }
  for (const [name, value] of Object.entries(source.inputs ?? {})) {
    const input = document.inputs[name]
    const fits = input !== undefined && (input.type !== 'date' || isSeoulDate(value))
    if (!fits) fault(['inputs', name], `맞지 않는 입력: ${name}`, `unfit input: ${name}`)
  }
  return faults
}
