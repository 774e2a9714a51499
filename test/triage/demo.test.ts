import { beforeAll, describe, expect, it } from 'vitest'
import { triageOf } from './demo-world.ts'

/** Loads what the command loads, so that no look is cut short by it. */
beforeAll(async () => {
  await triageOf([])
}, 20_000)

/** Each fault of the demo, the playbook that must be first, its priority and the exit code. */
const FAULTS = [
  ['redis-down', 'dependency-outage', 'P1', 2],
  ['redis-hang', 'dependency-outage', 'P1', 2],
  ['db-down', 'dependency-outage', 'P1', 2],
  ['db-hang', 'dependency-outage', 'P1', 2],
  ['rabbit-down', 'dependency-outage', 'P1', 2],
  ['rabbit-hang', 'dependency-outage', 'P1', 2],
  ['service-down', 'service-down', 'P0', 2],
  ['slow', 'latency', 'P2', 1],
  ['failed-batch-linked', 'settlement-failure', 'P1', 2],
  ['failed-batch-empty', 'settlement-failure', 'P1', 2],
  ['missing-batch', 'settlement-failure', 'P1', 2],
  ['stuck-batch', 'settlement-failure', 'P1', 2],
  ['late-sales', 'data-consistency', 'P1', 2],
  ['wrong-totals', 'data-consistency', 'P1', 2],
  ['no-sales', 'sales-drop', 'P1', 2],
  ['payment-outage', 'sales-drop', 'P1', 2],
  ['pool-exhausted', 'latency', 'P1', 2],
  ['high-memory', 'latency', 'P2', 1],
] as const

describe('triage of the demo', () => {
  it.each(FAULTS)('%s: %s first, as %s', async (fault, playbook, priority, code) => {
    const seen = await triageOf([fault])
    expect(seen.value.hypotheses[0]).toMatchObject({ playbook, priority })
    expect(seen.value.hypotheses[0]?.evidence.length).toBeGreaterThan(0)
    expect(seen.code).toBe(code)
  })

  it('healthy, and a fault that nothing can show: an empty list, exit 0', async () => {
    for (const faults of [[], ['lost-answer']]) {
      const { code, value } = await triageOf(faults)
      const unseen = value.unseen.filter(({ notConfigured }) => notConfigured !== true)
      expect({ code, hypotheses: value.hypotheses, unseen }).toEqual({
        code: 0,
        hypotheses: [],
        unseen: [],
      })
    }
  })

  it('locked out: nothing was judged, which is not fine: exit 3', async () => {
    const { code, value } = await triageOf(['auth', 'failed-batch-linked'])
    expect(value.hypotheses).toEqual([])
    expect(value.unseen.find(({ id }) => id === 'service')?.message).toContain('MTS_TOKEN')
    expect(code).toBe(3)
  })

  it('rabbit-down with failed-batch-linked: the cause first, the settlement under it', async () => {
    const { value } = await triageOf(['rabbit-down', 'failed-batch-linked'])
    expect(value.hypotheses).toMatchObject([
      { playbook: 'dependency-outage' },
      { playbook: 'settlement-failure', explainedBy: ['rabbitmq'] },
    ])
  })
})
