import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { text } from '../../../src/core/text.ts'
import { foldRun, stepState } from '../../../src/playbook/fold.ts'
import { MtsError } from '../../../src/core/errors.ts'
import { checklist, COMPLETE, createRig, observed, playbook, step, type Rig } from './harness.ts'

let rig: Rig
beforeEach(() => {
  rig = createRig()
})
afterEach(() => rig.close())

const start = (document: ReturnType<typeof playbook>, options: Parameters<Rig['engine']>[0] = {}) =>
  rig.engine(options).start({ document, inputs: {}, operator: 'kim' })

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof MtsError) return `${error.code} ${error.exitCode}`
    throw error
  }
  return 'nothing thrown'
}

describe('an action', () => {
  const document = playbook([step('action', 'send'), step('manual', 'next')])

  it('without a person asks for a digest, sends nothing, and goes on with it', async () => {
    const state = await start(document)
    expect(state).toMatchObject({ status: 'waiting', waiting: { kind: 'action', step: 'send' } })
    expect(rig.world.sends).toBe(0)
    const confirm = state.waiting?.confirm ?? ''
    const after = await rig
      .engine()
      .resume(state.run, { by: 'kim', given: { step: 'send', confirm } })
    expect(rig.world.sends).toBe(1)
    expect(stepState(after, 'send')).toMatchObject({ status: 'succeeded', outcome: 'succeeded' })
    expect(after.waiting?.step).toBe('next')
  })

  it('takes no digest twice and none whose evidence has changed', async () => {
    const state = await start(document)
    rig.world.evidence = { state: 'a sale was added' }
    const given = { step: 'send', confirm: state.waiting?.confirm ?? '' }
    const after = await rig.engine().resume(state.run, { by: 'kim', given })
    expect(rig.world.sends).toBe(0)
    expect(after.waiting).toMatchObject({ kind: 'action', reasons: [{ code: 'EVIDENCE_CHANGED' }] })
    expect(after.waiting?.confirm).not.toBe(given.confirm)
  })

  it('refused by a rule ends the run as refused', async () => {
    rig.world.refusals = [{ code: 'HOLDS_SALES', message: text('매출 3건', 'holds 3 sales') }]
    const state = await start(document)
    expect(state).toMatchObject({
      status: 'failed',
      ending: { refused: true, finding: { code: 'HOLDS_SALES' } },
    })
    expect(rig.world.sends).toBe(0)
  })

  it('that the person declines is asked again, and can be skipped', async () => {
    const state = await start(document, {
      approve: 'no',
      answers: [COMPLETE, { kind: 'skip', reason: 'not now' }, { kind: 'stop' }],
    })
    expect(rig.asked.map((question) => question.kind)).toEqual(['action', 'action', 'manual'])
    expect(rig.asked[1]?.reasons).toMatchObject([{ code: 'DECLINED' }])
    expect(stepState(state, 'send').status).toBe('skipped')
    expect(rig.world.sends).toBe(0)
  })

  it('whose result is not known holds everything up until reading settles it', async () => {
    rig.world.outcome = () => 'unknown'
    const state = await start(document, { approve: 'yes', answers: [COMPLETE] })
    expect(state).toMatchObject({ status: 'waiting', pending: { step: 'send' } })
    const still = await rig.engine().resume(state.run, { by: 'kim' })
    expect(still.pending).toBeDefined()
    expect(
      await codeOf(() =>
        rig.engine().resume(state.run, { by: 'kim', abort: { reason: 'give up' } }),
      ),
    ).toBe('ACTION_PENDING 75')
    rig.world.outcome = () => 'succeeded'
    const settled = await rig.engine().resume(state.run, { by: 'kim' })
    expect(settled.pending).toBeUndefined()
    expect(settled.waiting?.step).toBe('next')
    expect(rig.world.sends).toBe(1)
  })

  it('that failed may be tried again, with a new yes', async () => {
    const outcomes = ['failed', 'succeeded'] as const
    let n = 0
    rig.world.outcome = () => outcomes[n++] ?? 'unknown'
    const state = await start(document, {
      approve: 'yes',
      answers: [COMPLETE, { kind: 'repeat' }, COMPLETE, { kind: 'stop' }],
    })
    expect(rig.asked.map((question) => question.kind)).toEqual([
      'action',
      'failed',
      'action',
      'manual',
    ])
    expect(rig.world.sends).toBe(2)
    expect(stepState(state, 'send').status).toBe('succeeded')
  })

  it('interrupted while it looks has decided nothing', async () => {
    rig.world.refusals = [{ code: 'DEPENDENCY_DOWN', message: text('중단', 'cut short') }]
    rig.world.onLook = () => rig.abort.abort(new Error('stop'))
    const state = await start(document, { approve: 'yes', answers: [COMPLETE] })
    expect(state.status).toBe('interrupted')
    expect(stepState(state, 'send').status).not.toBe('failed')
  })
})

describe('taking a run up again', () => {
  const document = playbook([
    step('probe', 'look'),
    step('manual', 'first'),
    step('manual', 'second'),
  ])

  it('does not look at finished steps again and goes on where it stood', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const state = await start(document)
    expect(state.waiting?.step).toBe('first')
    const after = await rig.engine().resume(state.run, {
      by: 'lee',
      given: { step: 'first', answer: { kind: 'complete', values: {} } },
    })
    expect(rig.looks).toEqual(['look'])
    expect(after).toMatchObject({ operator: 'kim', waiting: { step: 'second' } })
    expect(stepState(after, 'first').answeredBy).toBe('lee')
  })

  it('refuses an answer to a step that does not wait: the same command twice answers once', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const { run } = await start(document)
    const given = { step: 'first', answer: { kind: 'complete', values: {} } } as const
    await rig.engine().resume(run, { by: 'lee', given })
    expect(await codeOf(() => rig.engine().resume(run, { by: 'lee', given }))).toBe(
      'STEP_NOT_WAITING 64',
    )
    expect(foldRun(rig.journal.events(run)).waiting?.step).toBe('second')
  })

  it('refuses an answer that the question does not take, and waits on', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const { run } = await start(document)
    const given = { step: 'first', answer: { kind: 'repeat' } } as const
    expect(await codeOf(() => rig.engine().resume(run, { by: 'lee', given }))).toBe(
      'ANSWER_INVALID 64',
    )
    expect(rig.journal.run(run)?.status).toBe('waiting')
  })

  it('judges what was seen when it was asked, not something newer', async () => {
    const judging = playbook([step('probe', 'look', { successCondition: 'value.n == 1' })])
    rig.probes['look'] = () => observed({ n: 7 })
    const { run } = await start(judging)
    rig.probes['look'] = () => observed({ n: 8 })
    const state = await rig.engine().resume(run, {
      by: 'lee',
      given: { step: 'look', answer: { kind: 'complete', values: {} } },
    })
    expect(stepState(state, 'look')).toMatchObject({ status: 'succeeded', value: { n: 7 } })
  })

  it('looks again when told to', async () => {
    const judging = playbook([step('probe', 'look', { successCondition: 'value.n == 1' })])
    rig.probes['look'] = () => observed({ n: 7 })
    const { run } = await start(judging)
    rig.probes['look'] = () => observed({ n: 1 })
    const given = { step: 'look', answer: { kind: 'repeat' } } as const
    const state = await rig.engine().resume(run, { by: 'lee', given })
    expect(state.status).toBe('succeeded')
  })

  it('walks the document it began with, whatever the file says now', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const state = await start(document)
    const { document: pinned } = foldRun(rig.journal.events(state.run))
    expect(pinned).toEqual(document)
  })

  it('with another url is refused', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const { run } = await start(document)
    const other = rig.engine({ url: 'http://127.0.0.1:9999' })
    expect(await codeOf(() => other.resume(run, { by: 'kim' }))).toBe('URL_MISMATCH 64')
  })

  it('while somebody else holds it is busy', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const { run } = await start(document)
    const holder = rig.reopen().openRun(run)
    expect(await codeOf(() => rig.engine().resume(run, { by: 'kim' }))).toBe('BUSY 75')
    holder.release()
    expect((await rig.engine().resume(run, { by: 'kim' })).waiting?.step).toBe('first')
  })

  it('of a run that does not exist is not found', async () => {
    expect(await codeOf(() => rig.engine().resume('20261124-77', { by: 'kim' }))).toBe(
      'NOT_FOUND 66',
    )
  })

  it('to abort a checklist reads nothing more', async () => {
    rig.probes['look'] = () => {
      rig.abort.abort(new Error('stop'))
      return observed({})
    }
    const { run } = await start(checklist([step('probe', 'look')]))
    const later = createRig()
    later.probes['look'] = () => observed({})
    const aborted = await later
      .engine({ journal: rig.journal })
      .resume(run, { by: 'kim', abort: { reason: 'holiday' } })
    later.close()
    expect(aborted.status).toBe('aborted')
    expect(later.looks).toEqual([])
  })

  it('of a finished run changes nothing', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const state = await start(playbook([step('probe', 'look')]))
    const before = rig.journal.events(state.run).length
    const again = await rig.engine().resume(state.run, { by: 'lee' })
    expect(again.status).toBe('succeeded')
    expect(rig.journal.events(state.run)).toHaveLength(before)
  })

  it('keeps a secret input out of the journal, and needs it again', async () => {
    const secret = playbook(
      [
        step('probe', 'look', { with: { token: '${inputs.token}' } }),
        step('probe', 'look', { id: 'again', with: { token: '${inputs.token}' } }),
      ],
      {
        inputs: {
          token: { type: 'string', title: text('토큰', 'token'), required: true, secret: true },
        },
      },
    )
    rig.probes['look'] = () => {
      if (rig.looks.length === 1) rig.abort.abort()
      return observed({})
    }
    const state = await rig
      .engine()
      .start({ document: secret, inputs: { token: 'hunter2' }, operator: 'kim' })
    expect(state.status).toBe('interrupted')
    expect(JSON.stringify(rig.journal.events(state.run))).not.toContain('hunter2')
  })
})

describe('approvals in a run', () => {
  it('whose facts grew old on the way are asked for anew, and nothing is sent', async () => {
    const document = playbook([step('action', 'send')])
    const state = await start(document)
    rig.world.onLook = () => rig.clock.advance(3000)
    const given = { step: 'send', confirm: state.waiting?.confirm ?? '' }
    const after = await rig.engine().resume(state.run, { by: 'kim', given })
    expect(after.status).toBe('waiting')
    expect(after.waiting?.confirm).toBeDefined()
    expect(rig.world.sends).toBe(0)
  })
})
