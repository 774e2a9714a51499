/** How a drill went: was each fault named, did each end as it should, was anything lost. Pure. */
import type { Won } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import { ACTS, HARMLESS, type Scenario } from './scenarios.ts'

/** A walked playbook as the drill's journal has it. */
export interface DrillRun {
  readonly run: string
  readonly playbook: string
  /** Absent: it was left before its end. */
  readonly finding?: string
}

export interface DoneAct {
  readonly id: string
  readonly atMs: number
  /** It ended a fault. */
  readonly helped: boolean
}

/** Completed sales: how many, and their sum. */
export interface SalesCount {
  readonly count: number
  readonly amount: Won
}

export interface DrillFacts {
  readonly scenarios: readonly Scenario[]
  readonly runs: readonly DrillRun[]
  /** Playbooks that the operator named without walking them. */
  readonly named: readonly string[]
  readonly acts: readonly DoneAct[]
  /** Sales that were there and are not any more. */
  readonly lost: SalesCount
  readonly elapsedMs: number
}

export interface FaultScore {
  readonly fault: string
  readonly playbooks: readonly string[]
  readonly named: boolean
  readonly ended: boolean
  /** The finding that was reached with a fitting playbook, right or not. */
  readonly finding?: string
  readonly findings: readonly string[]
}

export interface DrillScore {
  readonly faults: readonly FaultScore[]
  readonly lost: { readonly count: number; readonly amount: Won }
  /** Changes that ended nothing and could do harm. */
  readonly needless: readonly { readonly id: string; readonly title: Text }[]
  readonly runs: readonly DrillRun[]
  readonly elapsedMs: number
  readonly passed: boolean
}

export function scoreDrill(facts: DrillFacts): DrillScore {
  const faults = facts.scenarios.map((scenario) => faultScore(scenario, facts))
  const needless = facts.acts
    .filter(({ helped, id }) => !helped && isHarmful(id))
    .map(({ id }) => ({ id, title: ACTS.find((act) => act.id === id)?.title ?? text(id, id) }))
  return {
    faults,
    lost: facts.lost,
    needless,
    runs: facts.runs,
    elapsedMs: facts.elapsedMs,
    passed: facts.lost.count === 0 && faults.every(({ named, ended }) => named && ended),
  }
}

function isHarmful(id: string): boolean {
  const act = ACTS.find((candidate) => candidate.id === id)
  return act !== undefined && act.kind === 'changes' && !HARMLESS.has(id)
}

function faultScore({ fault, treatedBy }: Scenario, { runs, named }: DrillFacts): FaultScore {
  const playbooks = Object.keys(treatedBy)
  const fitting = runs.filter(({ playbook }) => playbooks.includes(playbook))
  const right = fitting.find(
    ({ playbook, finding }) =>
      finding !== undefined && treatedBy[playbook]?.includes(finding) === true,
  )
  const finding = right?.finding ?? fitting.findLast((run) => run.finding !== undefined)?.finding
  return {
    fault,
    playbooks,
    named: fitting.length > 0 || named.some((id) => playbooks.includes(id)),
    ended: right !== undefined,
    ...(finding === undefined ? {} : { finding }),
    findings: Object.values(treatedBy).flat(),
  }
}
