/** A rig for the engine: the real journal in a temporary directory, probes and one action as plain functions. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../../src/core/clock.ts'
import { addDays, seoulDateOf } from '../../../src/core/dates.ts'
import type { Notice } from '../../../src/core/dialog.ts'
import type { Journal } from '../../../src/core/journal.ts'
import { text } from '../../../src/core/text.ts'
import { openJournal } from '../../../src/journal/journal.ts'
import { createProcessIdentity } from '../../../src/journal/process-identity.ts'
import { createCatalog, type Catalog } from '../../../src/playbook/catalog.ts'
import { createExpressions } from '../../../src/playbook/conditions.ts'
import type { Answer, Question } from '../../../src/playbook/dialog.ts'
import type { Document, Step } from '../../../src/playbook/document.ts'
import { createEngine, type Engine, type EnginePorts } from '../../../src/playbook/engine.ts'
import type { Look, Observation, Verdict } from '../../../src/playbook/operation.ts'

const URL_OF_SERVICE = 'http://127.0.0.1:8080'

interface FakeClock extends Clock {
  advance(ms: number): void
  sleeps: number[]
}

/** 2026-11-24 09:00 Seoul unless given; sleeping takes no time but moves the clock. */
function createFakeClock(startMs = Date.parse('2026-11-24T09:00:00+09:00')): FakeClock {
  let nowMs = startMs
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => nowMs,
    monotonicMs: () => nowMs - startMs + 1,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) throw signal.reason
      sleeps.push(ms)
      nowMs += ms
    },
    advance: (ms) => {
      nowMs += ms
    },
  }
}

const words = text('제목', 'title')

let line = 1

/** A step with what every step has; the rest as given. */
export function step<T extends Step['type']>(
  type: T,
  id: string,
  rest: Partial<Extract<Step, { type: T }>> = {},
): Step {
  const common = { id, title: text(id, id), onFailure: 'abort', line: line++ } as const
  const own: Record<Step['type'], object> = {
    probe: { probe: id, with: {}, onNoData: 'inconclusive' },
    action: { action: 'test.send', with: { id: 1 }, approval: { expiresInMs: 600_000 } },
    manual: { prompt: words, expects: [] },
    approval: { prompt: words },
    wait: {},
    branch: { branches: [], otherwise: '' },
  }
  return { ...common, type, ...own[type], ...rest } as unknown as Step
}

export function playbook(steps: readonly Step[], rest: Partial<Document> = {}): Document {
  return {
    apiVersion: 'mts/v1',
    kind: 'Playbook',
    id: 'test-book',
    title: text('시험', 'test'),
    version: '1.0.0',
    owner: 'backend',
    labels: {},
    priority: 'P1',
    triggers: [],
    inputs: {},
    steps,
    finally: [],
    file: 'test.yaml',
    digest: 'd'.repeat(64),
    ...rest,
  }
}

export function checklist(steps: readonly Step[]): Document {
  const { priority: _none, ...rest } = playbook(steps)
  return { ...rest, kind: 'Checklist', id: 'daily' }
}

export function observed(value: unknown): Observation {
  return { kind: 'observed', value, summary: text(JSON.stringify(value), 'seen'), source: 'test' }
}

export function unseen(why = 'hangs'): Observation {
  return { kind: 'unknown', reason: text(why, why), source: 'test' }
}

interface ActionWorld {
  /** How often a request really left. */
  sends: number
  date: string
  evidence: unknown
  refusals: Look['refusals']
  /** What reading back says; `sent` false means nothing had left. */
  outcome: () => Verdict['outcome']
  onSend: () => Promise<void> | void
  /** While the facts are being read, after the first of them was asked for. */
  onLook: () => void
}

export interface Rig {
  readonly clock: FakeClock
  readonly journal: Journal
  readonly path: string
  /** Probes by id: the next observation, or a function that makes it. */
  readonly probes: Record<string, () => Observation | Promise<Observation>>
  readonly looks: string[]
  readonly world: ActionWorld
  readonly notices: Notice[]
  readonly asked: Question[]
  readonly abort: AbortController
  /** A second journal on the same file, as another process would have. */
  reopen(): Journal
  engine(options?: RigOptions): Engine
  ports(options?: RigOptions): EnginePorts
  close(): void
}

interface RigOptions {
  /** Answers in order; a function sees the question. Absent: nobody is there. */
  readonly answers?: readonly (Answer | ((question: Question) => Answer))[]
  /** What the person types at the gate. */
  readonly approve?: 'yes' | 'no'
  readonly url?: string
  readonly journal?: Journal
  readonly patienceMs?: number
}

export function createRig(): Rig {
  const directory = mkdtempSync(join(tmpdir(), 'mts-engine-'))
  const path = join(directory, 'state', 'journal.db')
  const clock = createFakeClock()
  const open = (): Journal => openJournal(path, { clock, process: createProcessIdentity() })
  const journals: Journal[] = [open()]
  const [journal] = journals as [Journal]
  const probes: Rig['probes'] = {}
  const looks: string[] = []
  const notices: Notice[] = []
  const asked: Question[] = []
  const abort = new AbortController()
  const world: ActionWorld = {
    sends: 0,
    date: '2026-11-23',
    evidence: { state: 'as it was' },
    refusals: [],
    outcome: () => 'succeeded',
    onSend: () => undefined,
    onLook: () => undefined,
  }
  const parts = { clock, journal, probes, looks, notices, asked, abort, world }
  return {
    clock,
    journal,
    path,
    probes,
    looks,
    world,
    notices,
    asked,
    abort,
    reopen: () => {
      const another = open()
      journals.push(another)
      return another
    },
    engine: (options = {}) => createEngine(portsOf(parts, options)),
    ports: (options = {}) => portsOf(parts, options),
    close: () => {
      for (const opened of journals) opened.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

type Parts = Pick<
  Rig,
  'clock' | 'journal' | 'probes' | 'looks' | 'notices' | 'asked' | 'abort' | 'world'
>

function portsOf(parts: Parts, options: RigOptions): EnginePorts {
  const { answers, approve } = options
  let next = 0
  return {
    journal: options.journal ?? parts.journal,
    expressions: createExpressions(),
    catalog: catalogOf(parts),
    clock: parts.clock,
    signal: parts.abort.signal,
    url: options.url ?? URL_OF_SERVICE,
    dueDate: (nowMs) => addDays(seoulDateOf(nowMs), -1),
    patienceMs: options.patienceMs ?? 60_000,
    dialog: {
      notify: (notice) => void parts.notices.push(notice),
      ...(approve === undefined ? {} : { approve: async () => approve }),
      ...(answers === undefined
        ? {}
        : {
            request: async (question) => {
              parts.asked.push(question)
              const answer = answers[next++]
              if (answer === undefined) {
                throw new Error(`nobody expected to be asked ${question.kind} of ${question.step}`)
              }
              return typeof answer === 'function' ? answer(question) : answer
            },
          }),
    },
  }
}

function catalogOf(parts: Parts): Catalog {
  const { probes, looks, world, clock } = parts
  return {
    probe: (id) =>
      probes[id] === undefined
        ? undefined
        : {
            id,
            title: words,
            impact: 'read_only',
            idempotent: true,
            inputs: z.record(z.string(), z.unknown()),
            outputs: z.unknown(),
            observe: async () => {
              looks.push(id)
              return (probes[id] ?? (() => unseen()))()
            },
          },
    action: (id) => createCatalog({ probes: [], actions: [fakeAction(world, clock)] }).action(id),
    probeIds: Object.keys(probes),
    actionIds: ['test.send'],
  }
}

function fakeAction(world: ActionWorld, clock: Clock) {
  return {
    id: 'test.send',
    title: text('보내기', 'send'),
    impact: 'mutating' as const,
    idempotent: false,
    inputs: z.object({ id: z.int() }) as z.ZodType,
    outputs: z.unknown(),
    look: async (): Promise<Look> => {
      const startedMonotonicMs = clock.monotonicMs()
      world.onLook()
      return {
        date: world.date,
        evidence: world.evidence,
        startedMonotonicMs,
        refusals: world.refusals,
        typedConfirmation: '1',
        confirmationPrompt: { ko: '1', en: '1' },
      }
    },
    send: async () => {
      world.sends++
      await world.onSend()
      return { answered: true }
    },
    reconcile: async (): Promise<Verdict> => ({ outcome: world.outcome(), reasons: [] }),
  }
}

export const COMPLETE: Answer = { kind: 'complete', values: {} }
