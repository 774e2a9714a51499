/**
 * `mts playbook test`: every case of a playbook, the ways its branches never took, and with
 * `--mutate` the probes whose outcome no case would notice.
 */
import { text, type Text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import type { Document, Expressions, ProbeStep, Step } from './document.ts'
import type { PlaybookCase, PlaybookCases } from './load-cases.ts'
import { rehearse, type Mutation, type Rehearsal } from './rehearse.ts'

interface CaseResult {
  readonly id: string
  readonly line: number
  readonly passed: boolean
  readonly problems: readonly Text[]
}

export interface PlaybookTestItem {
  readonly playbook: string
  readonly file: string
  readonly passed: boolean
  readonly cases: readonly CaseResult[]
  /** `branch>target` that no case takes. */
  readonly untaken: readonly string[]
  /** With `--mutate`: probes whose outcome could be another without a case failing. */
  readonly unnoticed?: readonly Mutation[]
}

export interface PlaybookTest {
  readonly kind: 'PlaybookTest'
  readonly passed: boolean
  readonly items: readonly PlaybookTestItem[]
}

export interface RehearsalPorts {
  readonly catalog: Catalog
  readonly expressions: Expressions
}

export async function testPlaybook(
  document: Document,
  cases: PlaybookCases,
  file: string,
  options: { readonly mutate: boolean },
  ports: RehearsalPorts,
): Promise<PlaybookTestItem> {
  const results: CaseResult[] = []
  const taken = new Set<string>()
  const reached = new Map<string, PlaybookCase[]>()
  for (const own of cases.cases) {
    const walked = await rehearse(document, own, cases, ports)
    for (const way of walked.ways) taken.add(way)
    for (const id of Object.keys(walked.statuses)) {
      reached.set(id, [...(reached.get(id) ?? []), own])
    }
    const problems = differences(own, walked)
    results.push({ id: own.id, line: own.line, passed: problems.length === 0, problems })
  }
  const untaken = waysOf(document).filter((way) => !taken.has(way))
  const sound = results.every(({ passed }) => passed)
  const unnoticed =
    options.mutate && sound ? await unnoticedIn(document, cases, reached, ports) : undefined
  return {
    playbook: document.id,
    file,
    passed: sound && untaken.length === 0 && (unnoticed?.length ?? 0) === 0,
    cases: results,
    untaken,
    ...(unnoticed === undefined ? {} : { unnoticed }),
  }
}

/** What the case expects and the walk did not do; empty: it passed. */
function differences(own: PlaybookCase, walked: Rehearsal): readonly Text[] {
  if (walked.problem !== undefined) return [walked.problem]
  const problems: Text[] = []
  if (walked.finding !== own.finding) {
    const found = walked.finding ?? '-'
    problems.push(
      text(`finding ${own.finding} 예상, 실제 ${found}`, `finding ${own.finding}, was ${found}`),
    )
  }
  if (walked.path.join(' ') !== own.path.join(' ')) {
    const way = walked.path.join(', ')
    problems.push(text(`실제 경로: ${way}`, `the way was ${way}`))
  }
  for (const [id, status] of Object.entries(own.status)) {
    const was = walked.statuses[id]
    if (was === undefined || was === status) continue
    problems.push(
      text(`${id}: ${status} 예상, 실제 ${was}`, `${id}: ${status} expected, was ${was}`),
    )
  }
  return problems
}

function waysOf(document: Document): readonly string[] {
  return document.steps.flatMap((step) =>
    step.type === 'branch'
      ? [...new Set([...step.branches.map(({ goto }) => goto), step.otherwise])].map(
          (target) => `${step.id}>${target}`,
        )
      : [],
  )
}

/**
 * Each probe that judges is made to judge the other way; each one that something later rests on is
 * made to see nothing. A mutation that every case survives is one that no case would notice.
 */
async function unnoticedIn(
  document: Document,
  cases: PlaybookCases,
  reached: ReadonlyMap<string, readonly PlaybookCase[]>,
  ports: RehearsalPorts,
): Promise<readonly Mutation[]> {
  const unnoticed: Mutation[] = []
  for (const step of document.steps) {
    if (step.type !== 'probe') continue
    for (const kind of mutationsOf(step, document)) {
      const mutation: Mutation = { step: step.id, kind }
      if (!(await isNoticed(mutation, document, cases, reached.get(step.id) ?? [], ports))) {
        unnoticed.push(mutation)
      }
    }
  }
  return unnoticed
}

async function isNoticed(
  mutation: Mutation,
  document: Document,
  cases: PlaybookCases,
  concerned: readonly PlaybookCase[],
  ports: RehearsalPorts,
): Promise<boolean> {
  for (const own of concerned) {
    const walked = await rehearse(document, own, cases, ports, mutation)
    if (differences(own, walked).length > 0) return true
  }
  return false
}

function mutationsOf(step: ProbeStep, document: Document): readonly Mutation['kind'][] {
  const judges =
    step.successCondition !== undefined ||
    step.failureCondition !== undefined ||
    step.warningCondition !== undefined
  const flips = step.successCondition !== undefined || step.failureCondition !== undefined
  const used = document.steps.some((other) => mentions(other, step.id))
  return [
    ...(flips ? (['flipped'] as const) : []),
    ...(judges || used ? (['blinded'] as const) : []),
  ]
}

function mentions(step: Step, id: string): boolean {
  return new RegExp(`steps\\.${id}(?![\\w-])`).test(JSON.stringify(step))
}
