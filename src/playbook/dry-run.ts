/**
 * What a playbook would do if it were walked now: everything that can be read is really read, by the
 * real engine over a journal that is forgotten; nothing is sent and nothing is kept. Past the first
 * place where a person decides, the flow is only foreseen, and what cannot be foreseen is said.
 */
import { isoSeoul, seoulDateOf } from '../core/dates.ts'
import type { WireRequest, ServiceRequest } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { ActionStep, Document, ProbeStep, Scope, Step } from './document.ts'
import { createEngine, type EnginePorts } from './engine.ts'
import { successors } from './flow.ts'
import { isFinished, stepAt, stepState } from './fold.ts'
import { chooseBranch, judgePreconditions, judgeWhen } from './judge-step.ts'
import { createMemoryJournal } from './memory-journal.ts'
import type { Reason } from './operation.ts'
import { runValue, type Run, type RunStep } from './run.ts'
import type { RunState } from './run-state.ts'
import { createStepReferences } from './step-references.ts'

export interface DryRunPorts extends Omit<EnginePorts, 'journal' | 'dialog' | 'patienceMs'> {
  /** What one client would send; absent where there is no service. */
  spell?(request: ServiceRequest): WireRequest
  notify: EnginePorts['dialog']['notify']
}

export interface UpcomingStep {
  /** As the document counts, from 1. */
  readonly number: number
  readonly id: string
  readonly title: Text
  readonly type: Step['type']
  /** `next`: it comes for certain if the steps before it are done; `possible`: on one of several ways. */
  readonly certainty: 'next' | 'possible'
  /** Where a branch may lead that cannot be decided yet. */
  readonly ways?: readonly { readonly title: Text; readonly goto: string }[]
  /** The run would end here, with this. */
  readonly finding?: { readonly code: string; readonly message: Text }
}

export type PlannedStatus =
  /** It would be asked for an approval, then sent. */
  | 'would_ask'
  /** A rule forbids it as things stand. */
  | 'refused'
  /** A person does it by hand: it is not set up here. */
  | 'by_hand'
  /** What it would be about is not known yet. */
  | 'not_known'

export interface PlannedAction {
  readonly step: string
  readonly title: Text
  readonly action: string
  readonly certainty: UpcomingStep['certainty']
  readonly status: PlannedStatus
  readonly reasons: readonly Reason[]
  /** Exactly what would go out; secrets are variables. */
  readonly request?: WireRequest
  /** The operator's own command, secrets masked. */
  readonly argv?: readonly string[]
  /** `no`: it cannot be taken back; `unknown`: nobody has said that it can. */
  readonly reversible: 'no' | 'unknown'
  readonly irreversible?: Text
  /** What was seen for it just now. */
  readonly evidence?: Text
}

export interface DryRun extends Pick<Run, 'playbook' | 'title' | 'priority' | 'url' | 'inputs'> {
  readonly kind: 'DryRun'
  readonly observedAt: string
  /** `ends`: nobody has to be asked to reach the finding; `person`: it would wait for one. */
  readonly outcome: 'ends' | 'person'
  readonly finding?: { readonly code: string; readonly message: Text }
  /** Steps that were done, with what was really seen. */
  readonly steps: readonly (RunStep & { readonly number: number })[]
  /** The first place where it would wait, and for what. */
  readonly waitsAt?: {
    readonly step: string
    readonly question: string
    readonly prompt: Text
    readonly reasons: readonly Reason[]
  }
  readonly upcoming: readonly UpcomingStep[]
  readonly actions: readonly PlannedAction[]
  readonly unforeseen: readonly { readonly code: string; readonly message: Text }[]
  /** The command that does it in earnest. */
  readonly next: readonly string[]
}

interface DryRunOptions {
  readonly document: Document
  readonly inputs: Readonly<Record<string, unknown>>
  readonly operator: string
  readonly fromStep?: string
  readonly next: readonly string[]
}

export async function dryRun(options: DryRunOptions, ports: DryRunPorts): Promise<DryRun> {
  const { document, inputs, operator, fromStep } = options
  const engine = createEngine({
    ...ports,
    journal: createMemoryJournal(ports.clock),
    // A wait is not sat out: it is where the foreseeing begins.
    patienceMs: 0,
    dialog: { notify: ports.notify },
  })
  const state = await engine.start({
    document: { ...document, steps: document.steps.map(lookedAtOnce) },
    inputs,
    operator,
    ...(fromStep === undefined ? {} : { fromStep }),
  })
  const foresight = foresee(state, ports, inputs)
  const actions = await planActions(foresight, state, ports, inputs)
  return { ...valueOf(state, foresight, actions, ports), next: options.next }
}

/** Polling is for what changes while one waits: here one look is what there is. */
function lookedAtOnce(step: Step): Step {
  if (step.type !== 'probe') return step
  const {
    intervalMs: _interval,
    timeoutMs: _timeout,
    consecutiveSuccessLimit: _inARow,
    ...once
  } = step
  return once satisfies ProbeStep
}

interface Foresight {
  readonly upcoming: readonly UpcomingStep[]
  readonly steps: readonly Step[]
}

/** From where the walk stands, over every way that is still open. */
function foresee(
  state: RunState,
  ports: DryRunPorts,
  inputs: Readonly<Record<string, unknown>>,
): Foresight {
  const { document, position } = state
  const at = stepAt(state)
  if (at === undefined || position.phase !== 'steps') return { upcoming: [], steps: [] }
  const { steps } = document
  const references = createStepReferences()
  const scope = scopeOf(state, ports, inputs)
  const seen = new Set(Object.keys(scope.steps))
  const isKnown = (step: Step): boolean =>
    [...references.of(step)].every((id) => seen.has(id) || stepIndex(document, id) < position.index)
  const upcoming: UpcomingStep[] = []
  const found: Step[] = []
  const reached = new Set([position.index])
  let mayHaveEnded = false
  for (const [index, step] of steps.entries()) {
    if (!reached.has(index)) continue
    // Which of several ways is taken is not known; a place all of them come to is certain again.
    const isOneOfSeveral = mayHaveEnded || [...reached].some((other) => other > index)
    const certainty = isOneOfSeveral ? 'possible' : 'next'
    const known = isKnown(step)
    if (known && step !== at && judgeWhen(step, ports.expressions, scope).kind === 'no') {
      reached.add(index + 1)
      continue
    }
    const decided =
      step.type === 'branch' && known ? chooseBranch(step, ports.expressions, scope) : undefined
    const next =
      decided === undefined
        ? successors(step, index, (id) => stepIndex(document, id))
        : [stepIndex(document, decided.goto)]
    for (const target of next) reached.add(target)
    if (next.length === 0) mayHaveEnded = true
    found.push(step)
    upcoming.push({ number: index + 1, ...upcomingStep(step, certainty, decided !== undefined) })
  }
  return { upcoming, steps: found }
}

function stepIndex(document: Document, id: string): number {
  const index = document.steps.findIndex((step) => step.id === id)
  return index === -1 ? document.steps.length : index
}

function upcomingStep(
  step: Step,
  certainty: UpcomingStep['certainty'],
  isDecided: boolean,
): Omit<UpcomingStep, 'number'> {
  const ends = step.end === true && step.finding !== undefined
  return {
    id: step.id,
    title: step.title,
    type: step.type,
    certainty,
    ...(step.type === 'branch' && !isDecided
      ? {
          ways: [
            ...step.branches.map(({ title, goto }) => ({ title, goto })),
            {
              title: text('그 밖이거나 판단 불가', 'otherwise, or not known'),
              goto: step.otherwise,
            },
          ],
        }
      : {}),
    ...(ends ? { finding: { code: step.finding.code, message: step.finding.message } } : {}),
  }
}

function scopeOf(
  state: RunState,
  ports: DryRunPorts,
  inputs: Readonly<Record<string, unknown>>,
): Scope {
  const nowMs = ports.clock.now()
  const steps = Object.entries(state.steps).flatMap(([id, step]) =>
    isFinished(step)
      ? [
          [
            id,
            {
              status: step.status,
              ...(step.value === undefined ? {} : { value: step.value }),
              ...(step.answers === undefined ? {} : { answers: step.answers }),
            },
          ] as const,
        ]
      : [],
  )
  return {
    inputs,
    steps: Object.fromEntries(steps),
    now: isoSeoul(nowMs),
    today: seoulDateOf(nowMs),
    dueDate: ports.dueDate(nowMs),
  }
}

async function planActions(
  { upcoming, steps }: Foresight,
  state: RunState,
  ports: DryRunPorts,
  inputs: Readonly<Record<string, unknown>>,
): Promise<readonly PlannedAction[]> {
  const scope = scopeOf(state, ports, inputs)
  const planned: PlannedAction[] = []
  // Where a rule forbids it with nobody to ask, the walk has gone past it already.
  const passed = state.document.steps.filter(({ id }) => stepState(state, id).outcome === 'refused')
  for (const step of [...passed, ...steps]) {
    if (step.type !== 'action') continue
    const certainty = upcoming.find(({ id }) => id === step.id)?.certainty ?? 'next'
    planned.push(await planAction(step, certainty, scope, ports))
  }
  return planned
}

/** The facts are read as before a question; nothing is asked and nothing kept. */
async function planAction(
  step: ActionStep,
  certainty: PlannedAction['certainty'],
  scope: Scope,
  ports: DryRunPorts,
): Promise<PlannedAction> {
  const action = ports.catalog.action(step.action)
  const base = {
    step: step.id,
    title: step.title,
    action: step.action,
    certainty,
    reversible: action?.irreversible === undefined ? ('unknown' as const) : ('no' as const),
    ...(action?.irreversible === undefined ? {} : { irreversible: action.irreversible }),
  }
  if (action === undefined) return { ...base, status: 'not_known', reasons: [] }
  if (action.unavailable !== undefined) {
    const reasons = [{ code: 'COMMAND_NOT_SET', message: action.unavailable }]
    return { ...base, status: 'by_hand', reasons }
  }
  const resolved = ports.expressions.template(step.with, scope)
  const input = resolved.kind === 'value' ? action.inputs.safeParse(resolved.value) : undefined
  if (input?.success !== true) {
    const message =
      resolved.kind === 'unknown'
        ? resolved.reason
        : text('대상이 아직 정해지지 않음', 'what it is about is not known yet')
    return { ...base, status: 'not_known', reasons: [{ code: 'INPUT_UNKNOWN', message }] }
  }
  const plan = action.plan?.(input.data)
  const request = plan?.kind === 'service' ? ports.spell?.(plan.request) : undefined
  const look = await action.look(input.data, { clock: ports.clock, signal: ports.signal })
  const blocked = judgePreconditions(step, ports.expressions, scope)
  const reasons = [...look.refusals, ...blocked]
  return {
    ...base,
    status: look.refusals.length > 0 ? 'refused' : 'would_ask',
    reasons,
    ...(request === undefined ? {} : { request }),
    ...(plan?.kind === 'command' ? { argv: plan.argv } : {}),
    ...(look.summary === undefined ? {} : { evidence: look.summary }),
  }
}

function valueOf(
  state: RunState,
  { upcoming, steps }: Foresight,
  actions: readonly PlannedAction[],
  ports: DryRunPorts,
): Omit<DryRun, 'next'> {
  const run = runValue(state, state.status, (words) => words.join(' '))
  const { waiting } = state
  const at = stepAt(state)
  return {
    kind: 'DryRun',
    playbook: run.playbook,
    title: run.title,
    ...(run.priority === undefined ? {} : { priority: run.priority }),
    url: run.url,
    inputs: run.inputs,
    observedAt: isoSeoul(ports.clock.now()),
    outcome: state.endedAtMs === undefined ? 'person' : 'ends',
    ...(run.finding === undefined ? {} : { finding: run.finding }),
    steps: run.steps
      .map((step, index) => ({ ...step, number: index + 1 }))
      .filter(({ id }) => isFinished(stepState(state, id))),
    ...(waiting === undefined || at === undefined
      ? {}
      : {
          waitsAt: {
            step: at.id,
            question: waiting.kind,
            prompt: waiting.prompt,
            reasons: waiting.reasons,
          },
        }),
    upcoming,
    actions,
    unforeseen: unforeseenOf(state, steps),
  }
}

function unforeseenOf(state: RunState, upcoming: readonly Step[]): DryRun['unforeseen'] {
  const reached = state.document.steps.filter(({ id }) => isFinished(stepState(state, id)))
  const unseen = reached.filter(({ id }) =>
    ['unknown', 'inconclusive'].includes(stepState(state, id).status),
  )
  const asked = upcoming.filter(({ type }) => type === 'manual' || type === 'approval')
  const acting = upcoming.filter(({ type }) => type === 'action')
  const looking = upcoming.filter(({ type }) => type === 'probe')
  const waits = upcoming.filter(({ type }) => type === 'wait')
  const ids = (steps: readonly Step[]): string => steps.map(({ id }) => id).join(', ')
  const said = (
    steps: readonly Step[],
    code: string,
    ko: string,
    en: string,
  ): DryRun['unforeseen'] =>
    steps.length === 0
      ? []
      : [{ code, message: text(`${ko}: ${ids(steps)}`, `${en}: ${ids(steps)}`) }]
  return [
    ...said(unseen, 'NOT_SEEN', '지금 확인하지 못한 것', 'not seen now'),
    ...said(asked, 'ANSWERS', '사람의 답', 'what people answer'),
    ...said(acting, 'AFTER_ACTION', '조치의 결과와 그 뒤의 상태', 'what comes of these actions'),
    ...said(waits, 'LATER', '기다린 뒤의 상태', 'how it stands after waiting'),
    ...said(looking, 'LATER_LOOKS', '그때 가서 확인할 것', 'what is looked at only then'),
  ]
}
