import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/playbook/dialog.ts'
import { createEngine } from '../../../src/playbook/engine.ts'
import { stepState } from '../../../src/playbook/fold.ts'
import { runValue } from '../../../src/playbook/run.ts'
import { COMPLETE, createRig, observed, playbook, step, type Rig } from './harness.ts'

let rig: Rig
beforeEach(() => {
  rig = createRig()
})
afterEach(() => rig.close())

const start = (document: ReturnType<typeof playbook>, answers?: readonly Answer[]) =>
  rig
    .engine(answers === undefined ? {} : { answers })
    .start({ document, inputs: {}, operator: 'kim' })

/** Looks see these in order, the last for ever. */
function seeing(id: string, ...values: readonly number[]): void {
  let next = 0
  rig.probes[id] = () => observed({ n: values[Math.min(next++, values.length - 1)] })
}

const polled = step('probe', 'up', {
  successCondition: 'value.n == 1',
  intervalMs: 10_000,
  timeoutMs: 60_000,
  consecutiveSuccessLimit: 3,
})

describe('looks that have to pass several times in a row', () => {
  it('begin to count anew after one that does not', async () => {
    seeing('up', 1, 1, 0, 1, 1, 1)
    const end = await start(playbook([polled]))
    expect(rig.looks).toHaveLength(6)
    expect(stepState(end, 'up').status).toBe('succeeded')
  })

  it('do not pass when the time is over before there were enough', async () => {
    seeing('up', 0, 0, 0, 0, 0, 1, 1)
    const end = await start(playbook([polled]))
    expect(end.waiting).toMatchObject({ kind: 'judge', step: 'up' })
    expect(end.waiting?.reasons[0]?.message.en).toMatch(/3 looks in a row have to pass, 2 did/)
    expect(end.status).toBe('waiting')
  })
})

describe('a look that never ends', () => {
  it('is left behind at its limit, and is not known', async () => {
    rig.probes['up'] = () => new Promise(() => undefined)
    const limit = new AbortController()
    const engine = createEngine({
      ...rig.ports(),
      lookLimit: () => {
        setImmediate(() => limit.abort())
        return limit.signal
      },
    })
    const end = await engine.start({
      document: playbook([step('probe', 'up', { onFailure: 'continue' })]),
      inputs: {},
      operator: 'kim',
    })
    expect(stepState(end, 'up').status).toBe('unknown')
    expect(end.ending?.finding?.code).toBe('NOT_VERIFIED')
  })

  it('does not keep Ctrl-C waiting', async () => {
    rig.probes['up'] = () => {
      rig.abort.abort()
      return new Promise(() => undefined)
    }
    const end = await start(playbook([step('probe', 'up')]))
    expect(end.status).toBe('interrupted')
  })
})

describe('a run that is aborted', () => {
  const document = playbook([step('manual', 'tell'), step('manual', 'wait')], {
    onCancel: [
      step('manual', 'correct', {
        when: 'has(steps.tell) && steps.tell.status == "succeeded"',
      }),
    ],
    finally: [step('probe', 'at_the_end')],
  })
  const abort = { by: 'kim', abort: { reason: '오탐' } }

  it('does what its document asks for then, and after it what is done however it ends', async () => {
    rig.probes['at_the_end'] = () => observed({ n: 1 })
    const { run } = await start(document, [COMPLETE, { kind: 'stop' }])
    const end = await rig.engine({ answers: [COMPLETE] }).resume(run, abort)
    expect(rig.asked.map((question) => question.step)).toEqual(['tell', 'wait', 'correct'])
    expect(rig.looks).toEqual(['at_the_end'])
    expect(end.status).toBe('aborted')
    const shown = runValue(end, end.status, (words) => words.join(' ')).steps
    expect(shown.map(({ id }) => id)).toEqual(['tell', 'wait', 'correct', 'at_the_end'])
  })

  it('asks for nothing that does not apply', async () => {
    rig.probes['at_the_end'] = () => observed({ n: 1 })
    const { run } = await start(document, [{ kind: 'stop' }])
    const end = await rig.engine({ answers: [] }).resume(run, abort)
    expect(end.status).toBe('aborted')
    expect(stepState(end, 'correct').status).toBe('skipped')
  })

  it('waits for a person where nobody is there, and stays aborted', async () => {
    rig.probes['at_the_end'] = () => observed({ n: 1 })
    const { run } = await start(document, [COMPLETE, { kind: 'stop' }])
    const waiting = await rig.engine().resume(run, abort)
    expect(waiting.waiting).toMatchObject({ step: 'correct' })
    const end = await rig.engine({ answers: [COMPLETE] }).resume(run, { by: 'lee' })
    expect(end.status).toBe('aborted')
  })

  it('that ends by itself asks for none of it', async () => {
    rig.probes['at_the_end'] = () => observed({ n: 1 })
    const end = await start(document, [COMPLETE, COMPLETE])
    expect(end.status).toBe('succeeded')
    expect(end.steps['correct']).toBeUndefined()
  })
})
