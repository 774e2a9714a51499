/**
 * Random valid playbooks, walked over random evidence by people who answer anything, in several lives:
 * whatever comes, nothing leaves without a yes to exactly what was seen, every walk ends, and what is
 * not known never becomes a success.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/core/clock.ts'
import { addDays, seoulDateOf } from '../../../src/core/dates.ts'
import { digestOf } from '../../../src/core/digest.ts'
import { everyStep } from '../../../src/core/every-step.ts'
import { createCatalog, type AnyAction } from '../../../src/playbook/catalog.ts'
import { createExpressions } from '../../../src/playbook/conditions.ts'
import type { Answer, GivenAnswer } from '../../../src/playbook/dialog.ts'
import type { Document } from '../../../src/playbook/document.ts'
import { createEngine, type EnginePorts } from '../../../src/playbook/engine.ts'
import { foldRun } from '../../../src/playbook/fold.ts'
import { createMemoryJournal } from '../../../src/playbook/memory-journal.ts'
import type { ActionOutcome, Observation } from '../../../src/playbook/operation.ts'
import type { RunState } from '../../../src/playbook/run-state.ts'
import { catalog, documents, MAX_STEPS, words } from './random-documents.ts'

const RUNS = Number(process.env['MTS_TEST_RANDOM_WALKS'] ?? '250')
const LIVES = 5
/** After so many questions of one life nobody answers any more. */
const PATIENCE = 12

type Look = 'one' | 'zero' | 'nan' | 'empty' | 'null' | 'wrong' | 'unseen' | 'breaks' | 'hangs'
const LOOKS: readonly Look[] = [
  'one',
  'one',
  'zero',
  'nan',
  'empty',
  'null',
  'wrong',
  'unseen',
  'breaks',
  'hangs',
]
const OUTCOMES = ['succeeded', 'succeeded', 'failed', 'violated', 'unknown'] as const
const GIVEN = ['confirm', 'old', 'wrong', 'complete', 'skip', 'repeat', 'abort', 'nothing'] as const
const ANSWERS = [
  'complete',
  'complete',
  'complete',
  'fail',
  'skip',
  'repeat',
  'note',
  'handoff',
  'back',
  'stop',
  'interrupt',
] as const

interface Chances {
  readonly looks: readonly Look[]
  readonly outcomes: readonly ActionOutcome[]
  readonly answers: readonly (typeof ANSWERS)[number][]
  readonly approvals: readonly boolean[]
  /** The evidence of an action changes between looks, or a look is slow, or a rule forbids it. */
  readonly troubles: readonly ('none' | 'changes' | 'slow' | 'refused')[]
  readonly lives: readonly {
    readonly given: (typeof GIVEN)[number]
    readonly person: boolean
    readonly laterMs: number
  }[]
}

const chances: fc.Arbitrary<Chances> = fc.record({
  looks: fc.array(fc.constantFrom(...LOOKS), { minLength: 1, maxLength: 12 }),
  outcomes: fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 4 }),
  answers: fc.array(fc.constantFrom(...ANSWERS), { minLength: 1, maxLength: 20 }),
  approvals: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  troubles: fc.array(fc.constantFrom('none', 'none', 'changes', 'slow', 'refused'), {
    minLength: 1,
    maxLength: 6,
  }),
  lives: fc.array(
    fc.record({
      given: fc.constantFrom('confirm', 'confirm', 'confirm', ...GIVEN),
      person: fc.constantFrom(true, false, false),
      laterMs: fc.constantFrom(0, 1000, 700_000),
    }),
    { minLength: 1, maxLength: LIVES },
  ),
})

/** Values in turn, over and over. */
function inTurn<T>(values: readonly T[]): () => T {
  let next = 0
  return () => values[next++ % values.length] as T
}

function createTestClock(): Clock & { advance(ms: number): void } {
  let nowMs = Date.parse('2026-11-24T09:00:00+09:00')
  const startMs = nowMs
  const advance = (ms: number): void => {
    nowMs += ms
  }
  return {
    advance,
    now: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      advance(ms)
    },
  }
}

class World {
  readonly clock = createTestClock()
  readonly journal = createMemoryJournal(this.clock)
  /** What was sent, with the evidence a person had said yes to, or nothing. */
  readonly sent: { readonly step: string; readonly approved: boolean }[] = []
  /** What reading back said last, by step. */
  readonly told = new Map<string, ActionOutcome>()
  private readonly look: () => Look
  private readonly outcome: () => ActionOutcome
  private readonly answer: () => (typeof ANSWERS)[number]
  private readonly approval: () => boolean
  private readonly trouble: () => Chances['troubles'][number]
  /** Evidence with a yes that has not been used. */
  private yes: string | undefined
  private evidence = 0
  private asked = 0

  constructor(chance: Chances) {
    this.look = inTurn(chance.looks)
    this.outcome = inTurn(chance.outcomes)
    this.answer = inTurn(chance.answers)
    this.approval = inTurn(chance.approvals)
    this.trouble = inTurn(chance.troubles)
  }

  ports(person: boolean, signal: AbortSignal): EnginePorts {
    this.asked = 0
    this.yes = undefined
    return {
      journal: this.journal,
      expressions: createExpressions(),
      catalog: this.catalog(),
      clock: this.clock,
      signal,
      url: 'http://127.0.0.1:1',
      dueDate: (nowMs) => addDays(seoulDateOf(nowMs), -1),
      patienceMs: 60_000,
      lookLimit: () => {
        const late = new AbortController()
        setImmediate(() => late.abort())
        return late.signal
      },
      dialog: {
        notify: () => undefined,
        ...(person
          ? {
              request: async (question) =>
                this.asked++ >= PATIENCE ? { kind: 'stop' } : this.answerTo(question.state),
              approve: async ({ value }) => {
                if (!this.approval()) return 'no'
                this.yes = digestOf((value as { look: { evidence: unknown } }).look.evidence)
                return 'yes'
              },
            }
          : {}),
      },
    }
  }

  /** A digest that was printed is as good as a yes to its evidence, once. */
  approveBy(digest: string): void {
    for (const event of this.journal.events('1')) {
      const data = event.data as { readonly digest?: string; readonly evidence?: unknown }
      if (event.kind === 'approvalRequested' && data.digest === digest) {
        const asked = this.journal.approval(digest)
        const isGood = asked?.usedAtMs === undefined && this.clock.now() < (asked?.expiresAtMs ?? 0)
        this.yes = isGood ? digestOf(data.evidence) : undefined
      }
    }
  }

  private answerTo(state: RunState): Answer {
    const kind = this.answer()
    switch (kind) {
      case 'complete':
        return { kind, values: this.asked % 2 === 0 ? { yes: 'y' } : {} }
      case 'fail':
      case 'skip':
        return { kind, reason: this.asked % 3 === 0 ? '' : 'reason' }
      case 'note':
        return { kind, text: 'note' }
      case 'handoff':
        return { kind, to: 'lee' }
      case 'back':
        return { kind, to: Object.keys(state.steps)[0] ?? 's0' }
      default:
        return { kind }
    }
  }

  private catalog() {
    return createCatalog({
      probes: catalog.probeIds.flatMap((id) => {
        const probe = catalog.probe(id)
        return probe === undefined ? [] : [{ ...probe, observe: () => this.observe() }]
      }),
      actions: catalog.actionIds.flatMap((id) => {
        const declared = catalog.action(id)
        return declared === undefined ? [] : [this.staged(declared)]
      }),
    })
  }

  private async observe(): Promise<Observation> {
    const seen = (value: unknown): Observation => ({
      kind: 'observed',
      value,
      summary: words,
      source: 'test',
    })
    const look = this.look()
    switch (look) {
      case 'one':
        return seen({ n: 1, s: 'a' })
      case 'zero':
        return seen({ n: 0, s: 'b' })
      case 'nan':
        return seen({ n: Number.NaN, s: 'a' })
      case 'empty':
        return seen({})
      case 'null':
        return seen(null)
      case 'wrong':
        return seen({ n: 'many', s: 3 })
      case 'unseen':
        return { kind: 'unknown', reason: words, source: 'test' }
      case 'breaks':
        throw new Error('broken')
      case 'hangs':
        return new Promise(() => undefined)
    }
  }

  private staged(declared: AnyAction): AnyAction {
    return {
      ...declared,
      look: async () => {
        const trouble = this.trouble()
        const startedMonotonicMs = this.clock.monotonicMs()
        if (trouble === 'changes') this.evidence++
        if (trouble === 'slow') this.clock.advance(5000)
        return {
          date: '2026-11-23',
          evidence: { action: declared.id, version: this.evidence },
          startedMonotonicMs,
          refusals: trouble === 'refused' ? [{ code: 'FORBIDDEN', message: words }] : [],
          typedConfirmation: '1',
          confirmationPrompt: words,
        }
      },
      send: async (_input, look) => {
        const state = foldRun(this.journal.events('1'))
        const approved = this.yes === digestOf(look.evidence)
        this.yes = undefined
        this.sent.push({ step: state.pending?.step ?? '?', approved })
        return {}
      },
      reconcile: async () => {
        const outcome = this.outcome()
        this.told.set(foldRun(this.journal.events('1')).pending?.step ?? '?', outcome)
        return { outcome, reasons: [] }
      },
    }
  }
}

function givenFor(
  world: World,
  state: RunState,
  kind: (typeof GIVEN)[number],
): GivenAnswer | undefined {
  const step = state.waiting?.step ?? 's0'
  const confirm = state.waiting?.confirm
  switch (kind) {
    case 'confirm':
      if (confirm === undefined) return undefined
      world.approveBy(confirm)
      return { step, confirm }
    case 'old': {
      const [first] = world.journal
        .events('1')
        .filter((event) => event.kind === 'approvalRequested')
      const digest = (first?.data as { digest?: string } | undefined)?.digest
      if (digest === undefined) return undefined
      world.approveBy(digest)
      return { step, confirm: digest }
    }
    case 'wrong':
      return { step, confirm: 'f'.repeat(32) }
    case 'complete':
      return { step, answer: { kind: 'complete', values: {} } }
    case 'skip':
      return { step, answer: { kind: 'skip', reason: 'x' } }
    case 'repeat':
      return { step, answer: { kind: 'repeat' } }
    case 'abort':
    case 'nothing':
      return undefined
  }
}

/** Refusals of the engine itself leave the run where it is. */
const REFUSED = /^(USAGE|STEP_NOT_WAITING|ANSWER_INVALID|ACTION_PENDING|INTENT_OPEN)$/

async function walkLives(document: Document, chance: Chances): Promise<World> {
  const world = new World(chance)
  const live = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      const { code } = error as { readonly code?: string }
      if (!REFUSED.test(code ?? '')) throw error
    }
  }
  const never = new AbortController().signal
  const [first, ...others] = chance.lives
  await live(() =>
    createEngine(world.ports(first?.person === true, never)).start({
      document,
      inputs: { word: 'x' },
      operator: 'kim',
    }),
  )
  for (const { given, person, laterMs } of others) {
    world.clock.advance(laterMs)
    const engine = createEngine(world.ports(person, never))
    const state = foldRun(world.journal.events('1'))
    const answer = givenFor(world, state, given)
    await live(() =>
      engine.resume('1', {
        by: 'lee',
        ...(answer === undefined ? {} : { given: answer }),
        ...(given === 'abort' ? { abort: { reason: 'no more' } } : {}),
      }),
    )
  }
  return world
}

// ── what must hold ───────────────────────────────────────────────────────────

const RUN_STATUSES = ['running', 'waiting', 'succeeded', 'failed', 'aborted', 'interrupted']
const STEP_STATUSES = [
  'pending',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'skipped',
  'inconclusive',
  'unknown',
]

function assertSound(document: Document, world: World): void {
  const events = world.journal.events('1')
  const state = foldRun(events)
  expect(world.sent.filter(({ approved }) => !approved)).toEqual([])
  expect(RUN_STATUSES).toContain(state.status)
  expect(world.journal.run('1')?.status).toBe(state.status)
  // Bounded by what people asked for: a walk never goes round by itself.
  expect(events.length).toBeLessThan(LIVES * (PATIENCE + MAX_STEPS) * 14)
  for (const step of everyStep(document)) {
    const own = state.steps[step.id]
    if (own === undefined) continue
    expect(STEP_STATUSES).toContain(own.status)
    if (own.status !== 'succeeded') continue
    const saidByPerson = own.given.judge?.kind === 'complete'
    if (step.type === 'probe') {
      expect(own.observation?.kind === 'observed' || saidByPerson).toBe(true)
      const { successCondition: wanted } = step
      const value = own.observation?.kind === 'observed' ? own.observation.value : undefined
      // What has no number at all is no pass of a condition on it.
      if (wanted !== undefined && !isSound(value)) expect(saidByPerson).toBe(true)
    }
    if (step.type === 'action') {
      expect(own.outcome).toBe('succeeded')
      if (!saidByPerson) expect(world.told.get(step.id)).toBe('succeeded')
    }
  }
  if (state.pending !== undefined) expect(state.endedAtMs).toBeUndefined()
  const { ending } = state
  if (ending?.status === 'succeeded' && ending.finding?.failure === false) {
    const at = document.steps.find((step) => step.finding?.code === ending.finding?.code)
    expect(state.steps[at?.id ?? '']?.status).toBe('succeeded')
  }
}

function isSound(value: unknown): boolean {
  const { n, s } = (value ?? {}) as { readonly n?: unknown; readonly s?: unknown }
  return Number.isFinite(n) || s === 'a' || s === 'b'
}

describe('any playbook, whatever is seen and said', () => {
  it('sends nothing without a yes to what was seen, ends, and takes nothing unknown for a success', async () => {
    let sent = 0
    await fc.assert(
      fc.asyncProperty(documents, chances, async (document, chance) => {
        const world = await walkLives(document, chance)
        assertSound(document, world)
        sent += world.sent.length
      }),
      { numRuns: RUNS },
    )
    // Where nothing was ever sent, nothing has been shown.
    expect(sent).toBeGreaterThan(0)
  }, 120_000)
})
