import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/playbook/dialog.ts'
import { backTargets } from '../../../src/playbook/fold-back.ts'
import { foldRun, stepState } from '../../../src/playbook/fold.ts'
import { COMPLETE, createRig, observed, playbook, step, type Rig } from './harness.ts'

let rig: Rig
beforeEach(() => {
  rig = createRig()
})
afterEach(() => rig.close())

const back = (to: string): Answer => ({ kind: 'back', to })
const ticket: Answer = { kind: 'complete', values: { ticket: 'INC-7' } }
const field = {
  id: 'ticket',
  title: { ko: '번호', en: 'no' },
  type: 'string',
  required: true,
} as const

describe('going back to a step that only reads', () => {
  it('looks again from there, and takes the way that is right now', async () => {
    let n = 1
    rig.probes['look'] = () => observed({ n })
    const document = playbook([
      step('probe', 'look', { failureCondition: 'value.n == 0' }),
      step('branch', 'which', {
        branches: [{ when: 'steps.look.value.n == 1', goto: 'one', title: { ko: '1', en: '1' } }],
        otherwise: 'other',
      }),
      step('manual', 'one', { end: true }),
      step('manual', 'other', { end: true }),
    ])
    const asAsked: Answer[] = [back('look'), COMPLETE]
    const engine = rig.engine({
      answers: asAsked.map((answer) => (question) => {
        if (question.step === 'one') n = 2
        return answer
      }),
    })
    const end = await engine.start({ document, inputs: {}, operator: 'kim' })
    expect(rig.looks).toEqual(['look', 'look'])
    expect(rig.asked.map((question) => question.step)).toEqual(['one', 'other'])
    expect(end.status).toBe('succeeded')
    expect(stepState(end, 'one').status).toBe('pending')
  })

  it('keeps what a person has entered, and asks again for what was approved', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const document = playbook([
      step('probe', 'look'),
      step('manual', 'call', { expects: [field] }),
      step('approval', 'agree'),
      step('manual', 'last'),
    ])
    const engine = rig.engine({ answers: [ticket, COMPLETE, back('look'), COMPLETE, COMPLETE] })
    const end = await engine.start({ document, inputs: {}, operator: 'kim' })
    expect(rig.asked.map((question) => question.step)).toEqual([
      'call',
      'agree',
      'last',
      'agree',
      'last',
    ])
    expect(stepState(end, 'call').answers).toEqual({ ticket: 'INC-7' })
    expect(end.status).toBe('succeeded')
  })

  it('never leads past something that was sent', async () => {
    for (const id of ['before', 'after']) rig.probes[id] = () => observed({ n: 1 })
    const document = playbook([
      step('probe', 'before'),
      step('action', 'send'),
      step('probe', 'after'),
      step('manual', 'last'),
    ])
    const engine = rig.engine({
      approve: 'yes',
      answers: [
        (question) => {
          expect(backTargets(question.state).map(({ id }) => id)).toEqual(['before'])
          return COMPLETE
        },
        (question) => {
          expect(backTargets(question.state).map(({ id }) => id)).toEqual(['after'])
          return back('before')
        },
        COMPLETE,
      ],
    })
    await engine.start({ document, inputs: {}, operator: 'kim' })
    expect(rig.world.sends).toBe(1)
    expect(rig.looks).toEqual(['before', 'after'])
  })

  it('survives the end of the process: the run stands where it went back to', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const document = playbook([step('probe', 'look'), step('manual', 'say', { expects: [field] })])
    const { run } = await rig
      .engine({ answers: [{ kind: 'stop' }] })
      .start({ document, inputs: {}, operator: 'kim' })
    const end = await rig.engine({ answers: [back('look'), ticket] }).resume(run, { by: 'lee' })
    expect(end.status).toBe('succeeded')
    expect(foldRun(rig.journal.events(run)).steps).toEqual(end.steps)
    expect(rig.looks).toEqual(['look', 'look'])
  })
})

describe('handing over at a question', () => {
  it('leaves a note for whoever takes over', async () => {
    const engine = rig.engine({ answers: [{ kind: 'handoff', to: 'lee', note: '재무 연락 완료' }] })
    const end = await engine.start({
      document: playbook([step('manual', 'say')]),
      inputs: {},
      operator: 'kim',
    })
    expect(end.handedTo?.to).toBe('lee')
    expect(end.notes.map((note) => note.text)).toEqual(['재무 연락 완료'])
    expect(end.status).toBe('waiting')
  })
})

describe('an action that was cut short before it left', () => {
  it('is asked about again, also where its failure would not end the run', async () => {
    const document = playbook([
      step('action', 'send', { onFailure: 'continue' }),
      step('manual', 'last'),
    ])
    rig.world.outcome = () => (rig.world.sends > 0 ? 'succeeded' : 'failed')
    const { run } = await rig
      .engine({ answers: [{ kind: 'stop' }] })
      .start({ document, inputs: {}, operator: 'kim' })
    const writer = rig.journal.openRun(run)
    writer.intend({
      step: 'send',
      action: 'test.send',
      date: rig.world.date,
      nowMs: rig.clock.now(),
      data: { input: { id: 1 }, look: {}, sentAtMs: rig.clock.now() },
    })
    writer.release()
    const waiting = await rig.engine().resume(run, { by: 'kim' })
    expect(waiting.waiting?.kind).toBe('failed')
    expect(waiting.status).toBe('waiting')
    const end = await rig
      .engine({ approve: 'yes', answers: [{ kind: 'repeat' }, COMPLETE, COMPLETE] })
      .resume(run, { by: 'kim' })
    expect(end.status).toBe('succeeded')
    expect(rig.world.sends).toBe(1)
  })
})
