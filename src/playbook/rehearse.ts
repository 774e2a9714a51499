/**
 * Walks a playbook over written evidence, with the real engine and nothing behind it: no service, no
 * network, no disk. What comes out is held against what the case expects.
 */
import { isoSeoul, seoulDateOf, addDays } from '../core/dates.ts'
import type { Clock } from '../core/clock.ts'
import type { Journal } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { createCatalog, type AnyAction, type Catalog } from './catalog.ts'
import type { Answer, Question } from './dialog.ts'
import type { Document, Expressions, ProbeStep } from './document.ts'
import { createEngine, type EnginePorts } from './engine.ts'
import { applyEvent, foldRun, stepAt, stepState } from './fold.ts'
import type { CaseOutcome, PlaybookCase, PlaybookCases } from './load-cases.ts'
import { createMemoryJournal } from './memory-journal.ts'
import type { Look, Observation } from './operation.ts'
import type { RunState } from './run-state.ts'

/** What one probe step is made to see instead, to learn whether any case notices. */
export interface Mutation {
  readonly step: string
  readonly kind: 'flipped' | 'blinded'
}

export interface Rehearsal {
  /** Steps from the first decision on, without the branches. */
  readonly path: readonly string[]
  readonly finding: string | undefined
  readonly statuses: Readonly<Record<string, string>>
  /** `branch>target`, the ways that were taken. */
  readonly ways: readonly string[]
  /** What the case left unanswered. */
  readonly problem?: Text
}

class Unanswered extends Error {
  readonly words: Text
  constructor(words: Text) {
    super(words.en)
    this.words = words
  }
}

const URL_OF_NOTHING = 'http://localhost:8080'

export async function rehearse(
  document: Document,
  own: PlaybookCase,
  shared: Pick<PlaybookCases, 'now' | 'inputs'>,
  ports: { readonly catalog: Catalog; readonly expressions: Expressions },
  mutation?: Mutation,
): Promise<Rehearsal> {
  const walked = mutation === undefined ? document : mutated(document, mutation)
  const stage = stageCase(own, shared, ports, mutation)
  const engine = createEngine(stage.ports)
  const inputs = rehearsedInputs(document, shared, stage.ports)
  try {
    const walk = await engine.start({ document: walked, inputs, operator: 'test' })
    const problem = stage.problem()
    return { ...rehearsalOf(walk), ...(problem === undefined ? {} : { problem }) }
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    return { path: [], finding: undefined, statuses: {}, ways: [], problem: error.words }
  }
}

/** A case as the engine meets it, over a journal that can outlive the engine. */
export interface StagedCase {
  readonly ports: EnginePorts
  /** Steps whose request left, in order: none of them may ever be here twice. */
  readonly sent: readonly string[]
  /** A look the case has nothing for. */
  problem(): Text | undefined
}

export function stageCase(
  own: PlaybookCase,
  shared: Pick<PlaybookCases, 'now'>,
  { catalog, expressions }: { readonly catalog: Catalog; readonly expressions: Expressions },
  mutation?: Mutation,
): StagedCase {
  const clock = createRehearsalClock(Date.parse(shared.now))
  const journal = createMemoryJournal(clock)
  const stage = createStage(own, journal, mutation)
  return {
    sent: stage.sent,
    problem: () => stage.problem(),
    ports: {
      journal,
      expressions,
      catalog: stage.catalog(catalog),
      clock,
      dialog: {
        notify: () => undefined,
        approve: () => Promise.resolve('yes'),
        request: (question) => Promise.resolve(answerTo(question, own)),
      },
      signal: new AbortController().signal,
      url: URL_OF_NOTHING,
      dueDate: (nowMs) => addDays(seoulDateOf(nowMs), -1),
      patienceMs: Number.POSITIVE_INFINITY,
    },
  }
}

/** What a case leaves out is what the document has it be by default. */
export function rehearsedInputs(
  document: Document,
  shared: Pick<PlaybookCases, 'inputs'>,
  { expressions, clock, dueDate }: Pick<EnginePorts, 'expressions' | 'clock' | 'dueDate'>,
): Readonly<Record<string, unknown>> {
  const nowMs = clock.now()
  const defaults = Object.fromEntries(
    Object.entries(document.inputs).map(([name, { default: value }]) => {
      const scope = {
        inputs: {},
        steps: {},
        now: isoSeoul(nowMs),
        today: seoulDateOf(nowMs),
        dueDate: dueDate(nowMs),
      }
      const resolved = expressions.template(value, scope)
      return [name, resolved.kind === 'value' ? resolved.value : undefined]
    }),
  )
  return { ...defaults, ...shared.inputs }
}

function rehearsalOf(state: RunState): Rehearsal {
  const { steps } = state.document
  const first = steps.findIndex((step) => step.type === 'branch')
  const reached = steps.filter((step) => stepState(state, step.id).startedAtMs !== undefined)
  return {
    path: reached
      .filter((step) => step.type !== 'branch' && steps.indexOf(step) > first)
      .map(({ id }) => id),
    finding: state.ending?.finding?.code,
    statuses: Object.fromEntries(reached.map(({ id }) => [id, stepState(state, id).status])),
    ways: reached.flatMap((step) => {
      const { goto } = stepState(state, step.id)
      return goto === undefined ? [] : [`${step.id}>${goto}`]
    }),
  }
}

/** Sleeping takes no time but moves the clock. */
function createRehearsalClock(startMs: number): Clock {
  let passedMs = 0
  return {
    now: () => startMs + passedMs,
    monotonicMs: () => passedMs,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) throw signal.reason
      passedMs += ms
    },
  }
}

/** A flipped outcome: what passed fails, anything else passes, whatever is seen. */
function mutated(document: Document, { step: id, kind }: Mutation): Document {
  if (kind === 'blinded') return document
  const steps = document.steps.map((step) => {
    if (step.id !== id || step.type !== 'probe') return step
    const { successCondition: yes, failureCondition: no, warningCondition: _w, ...rest } = step
    return {
      ...rest,
      ...(no === undefined ? {} : { successCondition: no }),
      ...(yes !== undefined
        ? { failureCondition: yes }
        : no === undefined
          ? {}
          : { failureCondition: `!(${no})` }),
    } satisfies ProbeStep
  })
  return { ...document, steps }
}

interface Stage {
  readonly sent: readonly string[]
  catalog(declared: Catalog): Catalog
  problem(): Text | undefined
}

/**
 * Which step looks or acts is read off the journal, as is how often it has looked: whoever takes up a
 * run that was cut short sees what the first would have seen.
 */
function createStage(own: PlaybookCase, journal: Journal, mutation: Mutation | undefined): Stage {
  const sent: string[] = []
  let missing: Text | undefined
  let folded: { readonly state: RunState; readonly events: number } | undefined
  const stateNow = (): RunState => {
    const events = journal.events(journal.runs()[0]?.run ?? '')
    const state =
      folded === undefined
        ? foldRun(events)
        : events.slice(folded.events).reduce(applyEvent, folded.state)
    folded = { state, events: events.length }
    return state
  }
  const standingAt = (): string => {
    const state = stateNow()
    return state.pending?.step ?? stepAt(state)?.id ?? ''
  }
  const see = (probe: string): Observation => {
    const looking = standingAt()
    const evidence = own.evidence[looking]
    const index = looksOf(journal, looking)
    const look = evidence?.[Math.min(index, evidence.length - 1)]
    if (look === undefined) {
      missing ??= text(`evidence에 없음: ${looking}(${probe})`, `no evidence for ${looking}`)
      return { kind: 'unknown', reason: missing, source: probe }
    }
    const blind = mutation?.kind === 'blinded' && mutation.step === looking
    if (blind || look.kind === 'unseen') {
      const why = look.kind === 'unseen' ? look.why : 'blinded'
      return { kind: 'unknown', reason: text(why, why), source: probe }
    }
    return {
      kind: 'observed',
      value: look.value,
      summary: text(probe, probe),
      source: probe,
    }
  }
  const outcome = (): CaseOutcome => own.actions[standingAt()] ?? 'succeeded'
  return {
    sent,
    catalog: (declared) =>
      createCatalog({
        probes: declared.probeIds.flatMap((id) => {
          const probe = declared.probe(id)
          return probe === undefined ? [] : [{ ...probe, observe: () => Promise.resolve(see(id)) }]
        }),
        actions: [],
        otherAction: (id) => {
          const action = declared.action(id)
          return action === undefined
            ? undefined
            : stagedAction(action, outcome, () => void sent.push(standingAt()))
        },
      }),
    problem: () => missing,
  }
}

function looksOf(journal: Journal, step: string): number {
  return journal
    .events(journal.runs()[0]?.run ?? '')
    .filter((event) => event.kind === 'probeObserved' && event.step === step).length
}

/** Nothing leaves: the outcome is the case's. */
function stagedAction(
  action: AnyAction,
  outcome: () => CaseOutcome,
  onSend: () => void,
): AnyAction {
  const { unavailable: _byHand, settledBy: _person, ...declared } = action
  return {
    ...declared,
    look: (_input, { clock }): Promise<Look> =>
      Promise.resolve({
        date: '',
        evidence: action.id,
        startedMonotonicMs: clock.monotonicMs(),
        refusals:
          outcome() === 'refused' ? [{ code: 'REFUSED', message: text('거부', 'refused') }] : [],
        typedConfirmation: action.id,
        confirmationPrompt: action.title,
      }),
    send: () => {
      onSend()
      return Promise.resolve({})
    },
    reconcile: () => {
      const its = outcome()
      const reasons =
        its === 'succeeded' ? [] : [{ code: its.toUpperCase(), message: text(its, its) }]
      return Promise.resolve({ outcome: its, reasons })
    },
  }
}

function answerTo(question: Question, own: PlaybookCase): Answer {
  const invalid = question.reasons.find(({ code }) => code === 'ANSWER_INVALID')
  if (invalid !== undefined) {
    const { ko, en } = invalid.message
    throw new Unanswered(text(`${question.step}: ${ko}`, `${question.step}: ${en}`))
  }
  const given = own.answers[question.step]
  if (given === undefined) {
    // A failed step is taken as failed, a wait is sat out, an action goes to its gate.
    if (['failed', 'wait', 'action'].includes(question.kind)) {
      return { kind: 'complete', values: {} }
    }
    throw new Unanswered(
      text(
        `answers에 없음: ${question.step}(${question.kind})`,
        `no answer for ${question.step} (${question.kind})`,
      ),
    )
  }
  switch (given.kind) {
    case 'values':
      return { kind: 'complete', values: given.values }
    case 'yes':
      return { kind: 'complete', values: {} }
    case 'no':
      return { kind: 'fail', reason: 'no' }
    case 'skip':
      return { kind: 'skip', reason: 'skip' }
  }
}
