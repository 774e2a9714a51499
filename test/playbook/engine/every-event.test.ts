/**
 * kill -9 at every single event of every way through every shipped playbook, before and after the
 * event reached the disk. The default takes some of the events of each case, another choice for each;
 * MTS_TEST_EVERY_EVENT=1 takes all of them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCatalog, type AnyAction } from '../../../src/playbook/catalog.ts'
import { createExpressions } from '../../../src/playbook/conditions.ts'
import type { Answer } from '../../../src/playbook/dialog.ts'
import type { Document } from '../../../src/playbook/document.ts'
import { createEngine, type EnginePorts } from '../../../src/playbook/engine.ts'
import {
  parseCases,
  type PlaybookCase,
  type PlaybookCases,
} from '../../../src/playbook/load-cases.ts'
import { parseDocument } from '../../../src/playbook/load.ts'
import { rehearsedInputs, stageCase } from '../../../src/playbook/rehearse.ts'
import type { RunState } from '../../../src/playbook/run-state.ts'
import { createMortal, Killed, type Mortal } from '../../support/mortal-journal.ts'
import { PROJECT_DIR } from '../../support/ports.ts'
import { declaredCatalog } from '../documents/support.ts'

const EVERY = process.env['MTS_TEST_EVERY_EVENT'] === '1'
/** Of each case, without the long form. */
const CHOSEN = 2

const catalog = declaredCatalog()
const expressions = createExpressions()

interface Shipped {
  readonly document: Document
  readonly cases: PlaybookCases
}

function shipped(): readonly Shipped[] {
  const dir = join(PROJECT_DIR, 'playbooks')
  return readdirSync(dir)
    .filter((name) => name.endsWith('.test.yaml'))
    .map((name) => {
      const file = join(dir, name.replace('.test.yaml', '.yaml'))
      const parsed = parseDocument(readFileSync(file, 'utf8'), file, catalog)
      if (parsed.kind === 'invalid') throw new Error(`${file} is not valid`)
      const source = readFileSync(join(dir, name), 'utf8')
      const cases = parseCases(source, name, parsed.document, catalog)
      if (cases.kind === 'invalid') throw new Error(`${name} is not valid`)
      return { document: parsed.document, cases: cases.cases }
    })
}

interface Life {
  readonly end: RunState
  readonly sent: readonly string[]
  readonly writes: number
}

/** Walks a case in as many lives as it takes; only the first is mortal. */
async function walk(
  { document, cases }: Shipped,
  own: PlaybookCase,
  mortal: Mortal,
): Promise<Life> {
  const stage = stageCase(own, cases, { catalog, expressions })
  const ports = truthful(stage.ports, stage.sent)
  const inputs = rehearsedInputs(document, cases, ports)
  const live = async (journal: EnginePorts['journal']): Promise<RunState | 'killed'> => {
    const engine = createEngine({ ...ports, journal })
    const known = ports.journal.runs()[0]
    try {
      return known === undefined
        ? await engine.start({ document, inputs, operator: 'kim' })
        : await engine.resume(known.run, { by: 'kim' })
    } catch (error) {
      if (error instanceof Killed) return 'killed'
      throw error
    }
  }
  let end = await live(mortal.wrap(ports.journal))
  for (let lives = 1; end === 'killed'; lives++) {
    if (lives > 5) throw new Error('it never ends')
    end = await live(ports.journal)
  }
  return { end, sent: stage.sent, writes: mortal.written().length }
}

const NOT_SENT = { code: 'NOT_SENT', message: { ko: '보내지 않음', en: 'never sent' } }

/** Reading back tells what really happened: a request that never left has changed nothing, and is tried again. */
function truthful(ports: EnginePorts, sent: readonly string[]): EnginePorts {
  const { request } = ports.dialog
  if (request === undefined) throw new Error('a case has answers')
  const atLook = { sent: 0 }
  return {
    ...ports,
    catalog: createCatalog({
      probes: ports.catalog.probeIds.flatMap((id) => ports.catalog.probe(id) ?? []),
      actions: [],
      otherAction: (id) => {
        const action = ports.catalog.action(id)
        return action === undefined ? undefined : readingBack(action, sent, atLook)
      },
    }),
    dialog: {
      ...ports.dialog,
      request: async (question): Promise<Answer> =>
        question.reasons.some(({ code }) => code === NOT_SENT.code)
          ? { kind: 'repeat' }
          : request(question),
    },
  }
}

function readingBack(
  action: AnyAction,
  sent: readonly string[],
  atLook: { sent: number },
): AnyAction {
  return {
    ...action,
    look: async (...given) => {
      atLook.sent = sent.length
      return action.look(...given)
    },
    reconcile: async (...given) =>
      sent.length > atLook.sent
        ? action.reconcile(...given)
        : { outcome: 'failed', reasons: [NOT_SENT] },
  }
}

/** What a run comes to; when it was and how often it looked may differ. */
function essence({ end, sent }: Life): unknown {
  return {
    status: end.status,
    ending: end.ending,
    pending: end.pending?.step,
    waiting: end.waiting?.kind,
    sent,
    steps: Object.fromEntries(
      Object.entries(end.steps).map(([id, step]) => [
        id,
        {
          status: step.status,
          verdict: step.verdict,
          value: step.value,
          answers: step.answers,
          outcome: step.outcome,
          goto: step.goto,
          reasons: step.reasons.map(({ code }) => code),
        },
      ]),
    ),
  }
}

const never = (): Mortal => createMortal({ writes: Number.POSITIVE_INFINITY, lostBefore: false })

describe('a walk that is killed at an event', () => {
  for (const book of shipped()) {
    it(
      `ends as undisturbed, with each request sent once: ${book.document.id}`,
      async () => {
        let next = 0
        let killed = 0
        for (const own of book.cases.cases) {
          const whole = await walk(book, own, never())
          const undisturbed = essence(whole)
          expect(new Set(whole.sent).size).toBe(whole.sent.length)
          const chosen = EVERY ? whole.writes * 2 : CHOSEN
          for (let count = 0; count < chosen; count++) {
            const at = EVERY ? count : (next += 7) % (whole.writes * 2)
            const mortal = createMortal({ writes: at >> 1, lostBefore: at % 2 === 0 })
            const after = await walk(book, own, mortal)
            expect(mortal.isDead()).toBe(true)
            expect(essence(after), `${own.id}, killed at write ${at / 2}`).toEqual(undisturbed)
            killed++
          }
        }
        expect(killed).toBeGreaterThan(0)
      },
      EVERY ? 600_000 : 20_000,
    )
  }
})
