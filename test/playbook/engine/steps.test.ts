import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { text } from '../../../src/core/text.ts'
import { stepState } from '../../../src/playbook/fold.ts'
import { COMPLETE, createRig, observed, playbook, step, unseen, type Rig } from './harness.ts'

let rig: Rig
beforeEach(() => {
  rig = createRig()
})
afterEach(() => rig.close())

const start = (document: ReturnType<typeof playbook>, options: Parameters<Rig['engine']>[0] = {}) =>
  rig.engine(options).start({ document, inputs: {}, operator: 'kim' })

describe('a probe', () => {
  const judged = step('probe', 'look', {
    failureCondition: 'value.n > 5',
    successCondition: 'value.n < 3',
    warningCondition: 'value.n == 3',
  })

  it.each([
    [{ n: 1 }, 'succeeded', 'pass'],
    [{ n: 3 }, 'succeeded', 'warning'],
    [{ n: 9 }, 'failed', 'fail'],
  ])('judges %j as %s', async (value, status, verdict) => {
    rig.probes['look'] = () => observed(value)
    const state = await start(playbook([judged]))
    expect(stepState(state, 'look')).toMatchObject({ status, verdict })
    expect(state.status).toBe(status === 'failed' ? 'failed' : 'succeeded')
  })

  it.each([
    ['a value between the conditions', () => observed({ n: 4 })],
    ['a missing field', () => observed({})],
    ['a text where a number belongs', () => observed({ n: 'none' })],
    ['NaN', () => observed({ n: Number.NaN })],
    ['no sight at all', () => unseen()],
  ])('leaves %s to a person', async (_what, observation) => {
    rig.probes['look'] = observation
    const state = await start(playbook([judged, step('manual', 'after')]))
    expect(state.status).toBe('waiting')
    expect(state.waiting).toMatchObject({ kind: 'judge', step: 'look' })
    expect(stepState(state, 'look').status).toBe('waiting')
  })

  it('whose failure cannot be ruled out has not passed', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const state = await start(
      playbook([
        step('probe', 'look', {
          failureCondition: 'value.m > 5',
          successCondition: 'value.n == 1',
        }),
      ]),
    )
    expect(state.waiting).toMatchObject({ kind: 'judge', step: 'look' })
  })

  it('cut short by Ctrl-C says nothing about the service', async () => {
    rig.probes['look'] = () => {
      rig.abort.abort(new Error('stop'))
      return unseen('aborted')
    }
    const state = await start(playbook([step('probe', 'look', { onNoData: 'fail' })]))
    expect(state.status).toBe('interrupted')
    expect(stepState(state, 'look').observation).toBeUndefined()
    expect(stepState(state, 'look').status).not.toBe('failed')
  })

  it('that breaks is unknown, not passed', async () => {
    rig.probes['look'] = () => {
      throw new Error('boom password=hunter2')
    }
    const state = await start(playbook([step('probe', 'look')]))
    expect(state.waiting).toMatchObject({ kind: 'judge', step: 'look' })
    expect(JSON.stringify(rig.journal.events(state.run))).not.toContain('hunter2')
  })

  it('with onNoData fail fails when it cannot see', async () => {
    rig.probes['look'] = () => unseen()
    const state = await start(playbook([step('probe', 'look', { onNoData: 'fail' })]))
    expect(stepState(state, 'look').status).toBe('failed')
    expect(state.status).toBe('failed')
  })

  it('that may fail is not asked about: it stays unknown and the walk goes on', async () => {
    rig.probes['look'] = () => unseen()
    const state = await start(
      playbook([step('probe', 'look', { onFailure: 'continue' }), step('manual', 'next')]),
    )
    expect(stepState(state, 'look')).toMatchObject({ status: 'unknown', verdict: 'inconclusive' })
    expect(state.waiting?.step).toBe('next')
  })

  it('is judged by the person who was asked', async () => {
    rig.probes['look'] = () => observed({ n: 4 })
    const state = await start(playbook([judged]), { answers: [COMPLETE] })
    expect(stepState(state, 'look')).toMatchObject({ status: 'succeeded', value: { n: 4 } })
    const failed = await start(playbook([judged]), { answers: [{ kind: 'fail', reason: 'no' }] })
    expect(failed.status).toBe('failed')
  })

  it('asks again every interval until it succeeds', async () => {
    let n = 10
    rig.probes['look'] = () => observed({ n: (n -= 3) })
    const state = await start(
      playbook([
        step('probe', 'look', {
          successCondition: 'value.n < 3',
          failureCondition: 'value.n > 5',
          intervalMs: 5000,
          timeoutMs: 60_000,
        }),
      ]),
    )
    expect(state.status).toBe('succeeded')
    expect(rig.clock.sleeps).toEqual([5000, 5000])
    expect(rig.looks).toHaveLength(3)
  })

  it('stops asking at its timeout and is judged by the last look', async () => {
    rig.probes['look'] = () => observed({ n: 9 })
    const state = await start(
      playbook([
        step('probe', 'look', {
          successCondition: 'value.n < 3',
          failureCondition: 'value.n > 5',
          intervalMs: 10_000,
          timeoutMs: 30_000,
        }),
      ]),
    )
    expect(state.status).toBe('failed')
    expect(rig.looks).toHaveLength(4)
  })

  it('whose input cannot be resolved is unknown', async () => {
    rig.probes['look'] = () => observed({})
    const state = await start(
      playbook([step('probe', 'look', { with: { id: '${steps.gone.value.id}' } })]),
    )
    expect(state.waiting).toMatchObject({ kind: 'judge' })
    expect(rig.looks).toEqual([])
  })

  it('that failed is looked at again when the person wants that', async () => {
    rig.probes['look'] = () => observed({ n: rig.looks.length === 1 ? 9 : 1 })
    const state = await start(playbook([judged]), { answers: [{ kind: 'repeat' }] })
    expect(rig.asked[0]?.kind).toBe('failed')
    expect(state.status).toBe('succeeded')
  })
})

describe('when and preconditions', () => {
  it('skip a step whose condition is false, without a question', async () => {
    const state = await start(playbook([step('manual', 'ask', { when: '1 > 2' })]))
    expect(stepState(state, 'ask')).toMatchObject({ status: 'skipped', skippedBy: 'condition' })
    expect(state.status).toBe('succeeded')
  })

  it('ask about a step whose condition cannot be judged, instead of skipping it', async () => {
    const document = playbook([step('manual', 'ask', { when: 'steps.gone.value.n > 1' })])
    const state = await start(document)
    expect(state.status).toBe('waiting')
    expect(state.waiting).toMatchObject({ kind: 'applies', step: 'ask' })
    const done = await start(document, { answers: [COMPLETE, COMPLETE] })
    expect(rig.asked.map((question) => question.kind)).toEqual(['applies', 'manual'])
    expect(done.status).toBe('succeeded')
  })

  it.each([
    ['false', '1 > 2', 'PRECONDITION_FALSE'],
    ['not known', 'steps.gone.value.n > 1', 'PRECONDITION_UNKNOWN'],
  ])('block a step whose precondition is %s, with its words', async (_what, condition, code) => {
    const state = await start(
      playbook([
        step('action', 'send', {
          preconditions: [{ condition, message: text('먼저 확인', 'check first') }],
        }),
      ]),
      { approve: 'yes', answers: [COMPLETE, { kind: 'stop' }] },
    )
    expect(state.status).toBe('waiting')
    expect(rig.asked[0]).toMatchObject({ kind: 'blocked', reasons: [{ code }] })
    expect(JSON.stringify(rig.asked[0]?.reasons)).toContain('먼저 확인')
    // Enter is no way past a block: the question came again.
    expect(rig.asked).toHaveLength(2)
    expect(rig.world.sends).toBe(0)
  })
})

describe('a branch', () => {
  const document = (when: string) =>
    playbook([
      step('branch', 'choose', {
        branches: [
          { when, goto: 'left', title: text('왼쪽', 'left') },
          { when: 'true', goto: 'right', title: text('오른쪽', 'right') },
        ],
        otherwise: 'lost',
      }),
      step('manual', 'left', { end: true }),
      step('manual', 'right', { end: true }),
      step('manual', 'lost', { end: true }),
    ])

  it('takes the first that is true', async () => {
    expect((await start(document('1 < 2'))).waiting?.step).toBe('left')
    expect((await start(document('1 > 2'))).waiting?.step).toBe('right')
  })

  it('on something unknown goes the way of the unknown, with the reason on record', async () => {
    const state = await start(document('steps.gone.value.n == 1'))
    expect(state.waiting?.step).toBe('lost')
    expect(stepState(state, 'choose')).toMatchObject({ status: 'inconclusive' })
    expect(stepState(state, 'choose').reason?.en).toContain('left')
  })
})

describe('a manual step', () => {
  const proof = step('manual', 'proof', {
    expects: [
      { id: 'ticket', title: text('접수 번호', 'ticket'), type: 'string', required: true },
      { id: 'amount', title: text('금액', 'amount'), type: 'money', required: false },
    ],
  })

  it('checks what is entered and asks again with the problem', async () => {
    const state = await start(playbook([proof]), {
      answers: [
        { kind: 'complete', values: { amount: 'lots' } },
        { kind: 'complete', values: { ticket: 'INC-1', amount: '60,000원' } },
      ],
    })
    expect(rig.asked[1]?.reasons.map((reason) => reason.message.en).join()).toMatch(
      /ticket: .*amount: /,
    )
    expect(stepState(state, 'proof').answers).toEqual({ ticket: 'INC-1', amount: '60000' })
  })

  it('is not skipped without a reason', async () => {
    const state = await start(playbook([proof]), {
      answers: [
        { kind: 'skip', reason: '  ' },
        { kind: 'skip', reason: '담당 부재' },
      ],
    })
    expect(stepState(state, 'proof')).toMatchObject({
      status: 'skipped',
      reason: { ko: '담당 부재' },
    })
  })

  it('keeps notes and asks again', async () => {
    const state = await start(playbook([proof]), {
      answers: [{ kind: 'note', text: 'called the bank' }, { kind: 'stop' }],
    })
    expect(state.status).toBe('waiting')
    expect(stepState(state, 'proof').notes).toEqual(['called the bank'])
  })

  it('can be handed over', async () => {
    const state = await start(playbook([proof]), { answers: [{ kind: 'handoff', to: 'lee' }] })
    expect(state).toMatchObject({ status: 'waiting', handedTo: { to: 'lee', by: 'kim' } })
  })

  it('at Ctrl-C leaves the run interrupted', async () => {
    const state = await start(playbook([proof]), { answers: [{ kind: 'interrupt' }] })
    expect(state.status).toBe('interrupted')
    expect(rig.journal.run(state.run)?.status).toBe('interrupted')
  })
})

describe('an approval', () => {
  it('that is not given fails the step', async () => {
    const document = playbook([step('approval', 'ok'), step('manual', 'next')])
    const no = await start(document, { answers: [{ kind: 'fail', reason: '' }] })
    expect(no.status).toBe('failed')
    const yes = await start(document, { answers: [COMPLETE, { kind: 'stop' }] })
    expect(yes.waiting?.step).toBe('next')
  })
})

describe('a wait', () => {
  it('sits a short one out', async () => {
    const state = await start(playbook([step('wait', 'pause', { forMs: 3000 })]))
    expect(state.status).toBe('succeeded')
    expect(rig.clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(3000)
  })

  it('longer than anyone watches can be left and taken up again, and ends when it would have', async () => {
    const document = playbook([step('wait', 'pause', { until: '11:30' }), step('manual', 'next')])
    const state = await start(document)
    expect(state.waiting).toMatchObject({
      kind: 'wait',
      untilMs: Date.parse('2026-11-24T11:30:00+09:00'),
    })
    rig.clock.advance(60 * 60_000)
    const still = await rig.engine().resume(state.run, { by: 'lee' })
    expect(still.waiting).toMatchObject({ kind: 'wait', untilMs: state.waiting?.untilMs })
    rig.clock.advance(2 * 60 * 60_000)
    const after = await rig.engine().resume(state.run, { by: 'lee' })
    expect(after.waiting?.step).toBe('next')
    expect(rig.clock.sleeps).toEqual([])
  })
})

describe('the end of a run', () => {
  const finding = { code: 'FIXED', message: text('복구', 'fixed'), failure: false }

  it('has the finding of the step that ends it', async () => {
    const document = playbook([
      step('manual', 'last', { end: true, finding }),
      step('manual', 'never'),
    ])
    const state = await start(document, { answers: [COMPLETE] })
    expect(state).toMatchObject({ status: 'succeeded', ending: { finding: { code: 'FIXED' } } })
    expect(stepState(state, 'never').status).toBe('pending')
  })

  it('does not claim a good finding that was skipped over', async () => {
    const document = playbook([step('manual', 'last', { end: true, finding })])
    const state = await start(document, { answers: [{ kind: 'skip', reason: 'late' }] })
    expect(state).toMatchObject({ status: 'failed', ending: { finding: { code: 'NOT_VERIFIED' } } })
  })

  it('that falls off the last step is no success when a step had failed', async () => {
    rig.probes['look'] = () => observed({ n: 1 })
    const state = await start(
      playbook([
        step('probe', 'look', { failureCondition: 'value.n == 1', onFailure: 'continue' }),
        step('probe', 'look', { id: 'again' }),
      ]),
    )
    expect(state).toMatchObject({ status: 'failed', ending: { finding: { code: 'STEP_FAILED' } } })
  })

  it('runs what is to be done finally, also after a failure and an abort', async () => {
    rig.probes['look'] = () => observed({ n: 9 })
    rig.probes['tidy'] = () => observed({})
    const document = playbook(
      [step('probe', 'look', { failureCondition: 'value.n > 5' }), step('manual', 'never')],
      { finally: [step('probe', 'tidy')] },
    )
    const failed = await start(document)
    expect(failed.status).toBe('failed')
    expect(stepState(failed, 'tidy').status).toBe('succeeded')

    const waiting = await start(
      playbook([step('manual', 'ask')], { finally: [step('probe', 'tidy')] }),
    )
    const aborted = await rig
      .engine()
      .resume(waiting.run, { by: 'kim', abort: { reason: 'wrong book' } })
    expect(aborted.status).toBe('aborted')
    expect(stepState(aborted, 'tidy').status).toBe('succeeded')
    expect(rig.journal.run(waiting.run)?.status).toBe('aborted')
  })
})
