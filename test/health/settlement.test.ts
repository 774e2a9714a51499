import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { addDays } from '../../src/core/dates.ts'
import type { SettlementRecord } from '../../src/core/service.ts'
import { judgeSettlement } from '../../src/health/judge-settlement.ts'
import type { DateFact, SettlementObservations } from '../../src/health/observations.ts'
import { round } from './fake-round.ts'
import {
  DUE,
  NOW_MS,
  SETTINGS,
  absent,
  failed,
  meter,
  ok,
  settlement,
  settlements,
  type Scripted,
} from './fake-service.ts'

const settle = async (
  records: readonly SettlementRecord[],
  script: Record<string, Scripted> = {},
  atMs = NOW_MS,
) => {
  const done = await round(script, 2, {}, records, atMs)
  return { ...done, settlement: done.check('settlement') }
}

/** A process that began before the 30 dates did. */
const LONG_UP: Record<string, Scripted> = {
  'metrics/process.start.time': { read: meter({ VALUE: NOW_MS / 1000 - 40 * 86_400 }) },
}

function counted(failures: number): Record<string, Scripted> {
  return {
    summary: {
      read: ok({
        settlementFailures: failures,
        settlementSuccesses: 9,
        sales: 1,
        salesAmount: 1,
      }),
    },
  }
}

describe('yesterday’s settlement', () => {
  it('is fine when COMPLETED', async () => {
    const { settlement: check } = await settle(settlements(30))
    expect(check.status).toBe('ok')
    expect(check.summary.ko).toContain('어제 COMPLETED')
  })

  it.each(['FAILED', 'PENDING', 'PROCESSING', 'CANCELLED', 'SOMETHING'])(
    'is critical when %s, and names the playbook',
    async (status) => {
      const { settlement: check } = await settle(settlements(30, { 0: status }))
      expect(check.status).toBe('critical')
      expect(check.reason?.ko).toContain(`어제(11/23) 정산 #23 ${status}`)
      expect(check.next).toEqual(['mts playbook settlement-failure'])
    },
  )

  it('is critical when there is none, asked twice over', async () => {
    const { settlement: check, service } = await settle(settlements(30, { 0: null }))
    expect(check.status).toBe('critical')
    expect(check.reason?.ko).toContain('기록 없음')
    expect(service.asked).toContain(`date/${DUE}`)
    expect(service.asked).toContain(`check/${DUE}`)
  })

  it('is unknown when a bare 404 is all there is', async () => {
    const { settlement: check } = await settle(settlements(30, { 0: null }), {
      [`check/${DUE}`]: { read: failed('service_error', { httpStatus: 500 }) },
    })
    expect(check.status).toBe('unknown')
  })

  it('is unknown when the service contradicts itself', async () => {
    const { settlement: check } = await settle(settlements(30, { 0: null }), {
      [`check/${DUE}`]: { read: ok(true) },
    })
    expect(check.status).toBe('unknown')
  })

  it('is read from its own date when the list cannot be', async () => {
    const { settlement: check } = await settle(settlements(30, { 0: 'FAILED' }), {
      'range?*': { read: failed('unreadable') },
    })
    expect(check.status).toBe('critical')
    expect(check.observed).toBe('FAILED')
  })

  it('is that of the day before until the batch is due', async () => {
    const at = Date.parse('2026-11-24T02:29:00+09:00')
    const { settlement: check } = await settle(settlements(30, { 0: null }), {}, at)
    expect(check.status).toBe('ok')
    expect(check.summary.ko).toContain('11/22 COMPLETED')
  })

  it('goes by the service’s clock, not by ours', async () => {
    const oursMs = Date.parse('2026-11-24T02:10:00+09:00')
    const theirsMs = Date.parse('2026-11-24T02:40:00+09:00')
    const { settlement: check, service } = await settle(
      settlements(30, { 0: null }),
      { health: { read: ok({ status: 'UP', components: {} }, theirsMs) } },
      oursMs,
    )
    expect(check.reason?.ko).toContain('어제(11/23) 정산 기록 없음')
    expect(service.asked).toContain(`check/${DUE}`)
  })
})

describe('the share of failed settlements', () => {
  it('is critical with two of thirty dates, wherever they lie', async () => {
    const { settlement: check } = await settle(
      settlements(30, { 12: 'FAILED', 27: 'FAILED' }),
      counted(2),
    )
    expect(check.status).toBe('critical')
    expect(check).toMatchObject({ observed: 6.7, threshold: 5, unit: '%' })
    expect(check.reason?.ko).toContain('30건 중 2건 실패')
    expect(check.reason?.ko).toContain('11/11, 10/27')
  })

  it('is fine with one of thirty', async () => {
    const { settlement: check } = await settle(settlements(30, { 12: 'FAILED' }), counted(1))
    expect(check.status).toBe('ok')
    expect(check.summary.ko).toBe('어제 COMPLETED(실패 1건)')
  })

  it('is critical with one of nineteen records', async () => {
    const { settlement: check } = await settle(settlements(19, { 12: 'FAILED' }), counted(1))
    expect(check.status).toBe('critical')
  })

  it('is not over a line of 5 % with one of twenty', async () => {
    const { settlement: check } = await settle(settlements(20, { 12: 'FAILED' }), counted(1))
    expect(check.status).toBe('ok')
  })

  it('forgets failures that were repaired, whatever the meter has counted', async () => {
    const { settlement: check } = await settle(settlements(30), counted(7))
    expect(check.status).toBe('ok')
    expect(check.reason?.ko).toContain('30건 확인·실패 0건')
  })

  it('looks at every date once one failure is seen, though the meter has none', async () => {
    const { settlement: check, service } = await settle(
      settlements(30, { 1: 'FAILED', 25: 'FAILED' }),
      {
        'metrics/process.start.time': { read: meter({ VALUE: NOW_MS / 1000 - 3600 }) },
      },
    )
    expect(check.status).toBe('critical')
    expect(service.asked).toContain(`date/${addDays(DUE, -25)}`)
  })

  it('needs no walk when one process has counted no failure over all the dates', async () => {
    const { settlement: check, service } = await settle(settlements(30), LONG_UP)
    expect(check.status).toBe('ok')
    expect(service.asked.filter((key) => key.startsWith('range')).length).toBe(1)
  })

  it('walks the dates before the process began, and says what was not seen', async () => {
    const { settlement: check, service } = await settle(settlements(30))
    expect(service.asked.filter((key) => key.startsWith('range')).length).toBeGreaterThan(2)
    expect(service.asked.length).toBeLessThanOrEqual(15)
    expect(check.status).toBe('ok')
    expect(check.reason?.ko).toMatch(/기록 \d+건 확인·실패 0건, \d+일 미확인/)
  })

  it('is seen whole where no record holds sales', async () => {
    const records = settlements(30).map(({ date }) => settlement(date, 'COMPLETED', 'no'))
    const { settlement: check, service } = await settle(records)
    expect(service.asked.filter((key) => key.startsWith('range')).length).toBe(1)
    expect(check.reason?.ko).toContain('30건 확인·실패 0건')
    expect(check.reason?.ko).not.toContain('미확인')
  })

  it('reads every date when the meter cannot be read', async () => {
    const { settlement: check } = await settle(settlements(30, { 20: 'FAILED', 21: 'FAILED' }), {
      summary: { read: failed('service_error', { httpStatus: 500 }) },
    })
    expect(check.status).toBe('critical')
  })

  it('is unknown when neither the records nor the meter can be read', async () => {
    const { settlement: check } = await settle(settlements(30), {
      summary: { read: failed('service_error', { httpStatus: 500 }) },
      'date/*': { read: failed('service_error', { httpStatus: 500 }) },
    })
    expect(check.status).toBe('unknown')
    expect(check.reason?.ko).toContain('실패율 확인 불가')
  })

  it('does not take a meter that does not exist for one that says 0', async () => {
    const { settlement: check, service } = await settle(
      settlements(30, { 20: 'FAILED', 21: 'FAILED' }),
      {
        ...LONG_UP,
        summary: {
          read: ok({ settlementFailures: 0, settlementSuccesses: 0, sales: 0, salesAmount: 0 }),
        },
        'metrics/settlement.result.total': { read: absent() },
      },
    )
    expect(service.asked).toContain('metrics/settlement.result.total')
    expect(check.status).toBe('critical')
  })
})

const someDay = fc.option(fc.constantFrom('COMPLETED', 'FAILED', 'PENDING', 'none', 'unknown'))

describe('whatever was and was not seen', () => {
  it('a verdict is never better than the records that may lie unseen allow', () => {
    fc.assert(
      fc.property(
        fc.array(someDay, { minLength: 30, maxLength: 30 }),
        fc.boolean(),
        (days, meterKnown) => {
          const dates = new Map<string, DateFact>([
            [DUE, { kind: 'record', record: settlement(DUE) }],
          ])
          days.slice(1).forEach((day, age) => {
            const date = addDays(DUE, -age - 1)
            if (day === null) return
            dates.set(
              date,
              day === 'none'
                ? { kind: 'none' }
                : day === 'unknown'
                  ? { kind: 'unknown', fact: { kind: 'unknown', reason: { ko: '', en: '' } } }
                  : { kind: 'record', record: settlement(date, day) },
            )
          })
          const seen: SettlementObservations = {
            today: addDays(DUE, 1),
            due: DUE,
            onDue: { kind: 'record', record: settlement(DUE) },
            dates,
            meter: {
              failures: meterKnown
                ? { kind: 'known', value: 1 }
                : { kind: 'unknown', reason: { ko: '', en: '' } },
              startMs: { kind: 'unknown', reason: { ko: '', en: '' } },
            },
          }
          const records = [...dates.values()].filter(({ kind }) => kind === 'record').length
          const failures = days.slice(1).filter((day) => day === 'FAILED').length
          const unseen = days.slice(1).filter((day) => day === null || day === 'unknown').length
          const { status } = judgeSettlement(seen, SETTINGS)
          const best = failures / (records + unseen) > 0.05
          const worst = (failures + unseen) / (records + unseen) > 0.05
          expect(status).toBe(best ? 'critical' : worst ? 'unknown' : 'ok')
        },
      ),
    )
  })
})
