/**
 * kill -9 at any write, any number of times: the run goes on, nothing that was done is done again,
 * and nothing is sent twice. The crash is a journal that stops before or after one of its writes
 * and lets nothing more through.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../../src/core/journal.ts'
import type { Answer, Question } from '../../../src/playbook/dialog.ts'
import { foldRun, isFinished, stepState } from '../../../src/playbook/fold.ts'
import type { RunState } from '../../../src/playbook/run-state.ts'
import { createMortal, Killed } from '../../support/mortal-journal.ts'
import { COMPLETE, createRig, observed, playbook, step, type Rig } from './harness.ts'

const document = playbook(
  [
    step('probe', 'first', { successCondition: 'value.n == 1' }),
    step('probe', 'odd', { successCondition: 'value.n == 2' }),
    step('branch', 'choose', {
      branches: [
        { when: 'steps.first.value.n == 1', goto: 'say', title: { ko: '하나', en: 'one' } },
      ],
      otherwise: 'never',
    }),
    step('manual', 'never'),
    step('manual', 'say', {
      expects: [{ id: 'ticket', title: { ko: '번호', en: 'no' }, type: 'string', required: true }],
    }),
    step('action', 'send'),
    step('wait', 'pause', { forMs: 3000 }),
    step('probe', 'last', { successCondition: 'value.n == 1' }),
  ],
  { finally: [step('probe', 'tidy')] },
)

function answerTo(question: Question): Answer {
  if (question.kind === 'manual') return { kind: 'complete', values: { ticket: 'INC-7' } }
  if (question.kind === 'failed') return { kind: 'repeat' }
  return COMPLETE
}

async function live(rig: Rig, journal: Journal): Promise<RunState | 'killed'> {
  const engine = rig.engine({
    journal,
    approve: 'yes',
    answers: Array.from({ length: 50 }, () => answerTo),
  })
  const known = rig.journal.runs()[0]
  try {
    return known === undefined
      ? await engine.start({ document, inputs: {}, operator: 'kim' })
      : await engine.resume(known.run, { by: 'kim' })
  } catch (error) {
    if (error instanceof Killed) return 'killed'
    throw error
  }
}

describe('a walk that is killed', () => {
  it('anywhere, repeatedly, ends as it would have, with one request sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ writes: fc.nat(32), before: fc.boolean(), inSend: fc.boolean() }), {
          maxLength: 5,
        }),
        async (kills) => {
          const rig = createRig()
          try {
            for (const id of ['first', 'odd', 'last', 'tidy'])
              rig.probes[id] = () => observed({ n: 1 })
            rig.world.outcome = () => (rig.world.sends > 0 ? 'succeeded' : 'failed')
            const finishedAt = new Map<string, number>()
            let state: RunState | 'killed' = 'killed'
            for (const kill of [...kills, undefined]) {
              const before = rig.looks.length
              const own = rig.reopen()
              rig.world.onSend = () => {
                if (kill?.inSend === true) throw new Killed()
              }
              const journal =
                kill === undefined
                  ? own
                  : createMortal({ writes: kill.writes, lostBefore: kill.before }).wrap(own)
              state = await live(rig, journal)
              own.close()
              // What was finished in an earlier life is not looked at in this one.
              for (const look of rig.looks.slice(before)) expect(finishedAt.has(look)).toBe(false)
              const run = rig.journal.runs()[0]?.run
              if (run === undefined) continue
              const folded = foldRun(rig.journal.events(run))
              for (const { id } of [...document.steps, ...document.finally]) {
                if (isFinished(stepState(folded, id))) finishedAt.set(id, rig.looks.length)
              }
            }
            expect(state).toMatchObject({ status: 'succeeded' })
            expect(rig.world.sends).toBe(1)
            expect(stepState(state as RunState, 'say').answers).toEqual({ ticket: 'INC-7' })
          } finally {
            rig.close()
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 30_000)
})

describe('the fold', () => {
  it('knows every prefix of a run, and a step that is finished stays finished', async () => {
    const rig = createRig()
    try {
      for (const id of ['first', 'odd', 'last', 'tidy']) rig.probes[id] = () => observed({ n: 1 })
      const state = await live(rig, rig.journal)
      expect(state).toMatchObject({ status: 'succeeded' })
      const run = (state as RunState).run
      const events = rig.journal.events(run)
      let finished: string[] = []
      for (let count = 1; count <= events.length; count++) {
        const folded = foldRun(events.slice(0, count))
        const now = Object.keys(folded.steps).filter((id) => isFinished(stepState(folded, id)))
        expect(now).toEqual(expect.arrayContaining(finished))
        finished = now
        expect(foldRun(JSON.parse(JSON.stringify(events.slice(0, count))))).toEqual(folded)
      }
      expect(finished).toEqual(['first', 'odd', 'choose', 'say', 'send', 'pause', 'last', 'tidy'])
    } finally {
      rig.close()
    }
  })
})
