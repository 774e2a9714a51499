import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecast } from '../../src/checklist/forecast.ts'
import { reviewLoadedRules, type LoadedRulesPorts } from '../../src/checklist/loaded-rules.ts'
import { reviewLoadedRule, stretches } from '../../src/checklist/rule-review.ts'
import { addDays } from '../../src/core/dates.ts'
import type { PrometheusReader, RangeAnswer } from '../../src/core/monitoring.ts'
import type { Read } from '../../src/core/read.ts'
import { ruleComparison } from '../../src/doctor/rule-comparison.ts'

const STEP_MS = 600_000
const NOW_MS = Date.parse('2026-11-23T10:00:00+09:00')

describe('what a rule compares', () => {
  it.each([
    ['rate(errors_total[5m]) > 0.05', 'rate(errors_total[5m])', 'above', 0.05],
    ['(a / b) >= 2 * 1024', '(a / b)', 'above', 2048],
    ['5 > up', 'up', 'below', 5],
    ['x < -(1 + 2) and on() y > 0', 'x', 'below', -3],
    ['sum(a) > 1 unless vector(1)', 'sum(a)', 'above', 1],
    ['(free / total * 100 < 15)', 'free / total * 100', 'below', 15],
  ])('%s', (query, expression, direction, line) => {
    expect(ruleComparison(query)).toEqual({ expression, direction, line })
  })

  it.each(['absent(up)', 'a > b', 'up == 0', 'a > 1 or b > 2', 'sum(', '', '1 > 2'])(
    '%j has no line that a value could come near',
    (query) => {
      expect(ruleComparison(query)).toBeUndefined()
    },
  )
})

describe('the review of a loaded rule', () => {
  const values = (value: (index: number) => number) =>
    Array.from({ length: 4000 }, (_, i) => value(i))
  const above = (line: number) => ({ direction: 'above', line }) as const

  it('leaves a line that came near and seldom fired', () => {
    expect(
      reviewLoadedRule({
        name: 'A',
        firedCount: 2,
        comparison: above(80),
        values: values((i) => (i === 7 ? 85 : 40)),
      }),
    ).toEqual({
      name: 'A',
      direction: 'above',
      line: 80,
      firedCount: 2,
      extreme: 85,
      nearestPercent: 106.3,
      verdict: 'keep',
    })
  })

  it('raises one that fires more than once a week over what is usual', () => {
    expect(
      reviewLoadedRule({
        name: 'A',
        firedCount: 9,
        comparison: above(0.5),
        values: values((i) => (i % 100 === 0 ? 0.9 : 0.6)),
      }),
    ).toMatchObject({ verdict: 'raise', proposed: 0.66 })
    expect(
      reviewLoadedRule({
        name: 'A',
        firedCount: 9,
        comparison: { direction: 'below', line: 10 },
        values: values(() => 8),
      }),
    ).toMatchObject({ verdict: 'raise', proposed: 7.2 })
  })

  it('lowers one whose value never came half way, on either side', () => {
    expect(
      reviewLoadedRule({
        name: 'A',
        firedCount: 0,
        comparison: above(1000),
        values: values((i) => i % 200),
      }),
    ).toMatchObject({ verdict: 'lower', extreme: 199, nearestPercent: 19.9, proposed: 250 })
    expect(
      reviewLoadedRule({
        name: 'A',
        firedCount: 0,
        comparison: { direction: 'below', line: 5 },
        values: values(() => 50),
      }),
    ).toMatchObject({ verdict: 'lower', nearestPercent: 10, proposed: 40 })
  })

  it('says which cannot fire: no series in four weeks, or an expression that breaks', () => {
    expect(
      reviewLoadedRule({ name: 'A', firedCount: 0, comparison: above(1), values: [] }),
    ).toMatchObject({ verdict: 'cannot_fire' })
    // NaN for four weeks is no number, and no proof that there never is one.
    expect(
      reviewLoadedRule({
        name: 'A',
        firedCount: 0,
        comparison: above(1),
        values: values(() => Number.NaN),
      }),
    ).toMatchObject({ verdict: 'not_judged' })
    expect(reviewLoadedRule({ name: 'A', firedCount: 0, broken: 'many-to-many' })).toMatchObject({
      verdict: 'cannot_fire',
    })
  })

  it('never proposes a line that would be no better, nor judges what it has not seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: false }), { maxLength: 300 }),
        fc.double({ min: -1000, max: 1000, noNaN: true }),
        fc.constantFrom<'above' | 'below'>('above', 'below'),
        fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
        (raw, line, direction, firedCount) => {
          const facts = {
            name: 'A',
            comparison: { direction, line },
            values: raw,
            ...(firedCount === undefined ? {} : { firedCount }),
          }
          const { verdict, proposed, extreme } = reviewLoadedRule(facts)
          const finite = raw.filter((value) => Number.isFinite(value))
          if (raw.length > 0 && finite.length < 100) expect(verdict).toBe('not_judged')
          if (firedCount === undefined && finite.length > 0) expect(verdict).toBe('not_judged')
          if (extreme !== undefined) expect(Number.isFinite(extreme)).toBe(true)
          if (proposed === undefined) return
          const stricter = direction === 'above' ? proposed < line : proposed > line
          expect(stricter).toBe(verdict === 'lower')
        },
      ),
      { numRuns: 200 },
    )
  })

  it('counts stretches, not steps', () => {
    const at = (...steps: number[]) => steps.map((step) => NOW_MS + step * STEP_MS)
    expect(stretches(at(0, 1, 2, 10, 11, 30), STEP_MS)).toBe(3)
    expect(stretches([], STEP_MS)).toBe(0)
  })
})

describe('the rules that Prometheus has loaded', () => {
  const ok = (
    series: RangeAnswer['series'],
    warnings: readonly string[] = [],
  ): Read<RangeAnswer> => ({
    kind: 'ok',
    meta: { httpStatus: 200, latencyMs: 1 },
    value: { series, histograms: 0, warnings, infos: [] },
  })
  const points = (value: (step: number) => number | undefined) =>
    Array.from({ length: 4032 }, (_, step) => ({ step, value: value(step) })).flatMap((one) =>
      one.value === undefined
        ? []
        : [
            {
              atMs: NOW_MS - (4032 - one.step) * STEP_MS,
              value: { kind: 'number' as const, value: one.value },
            },
          ],
    )
  const rule = (name: string, query: string, health = 'ok') => ({
    kind: 'alerting' as const,
    name,
    query,
    labels: {},
    annotations: {},
    health,
    forMs: 0,
    state: 'inactive' as const,
    alerts: [],
  })
  const RULES = [
    rule('Noisy', 'x > 0.5'),
    rule('Dead', 'y > 1'),
    rule('Quiet', 'absent(up)'),
    rule('Broken', 'z >', 'err'),
  ]
  const ports = (partial: boolean): LoadedRulesPorts => ({
    comparisonOf: ruleComparison,
    withPrometheus: (work) =>
      work({
        rules: async () => ({
          kind: 'ok',
          meta: { httpStatus: 200, latencyMs: 1 },
          value: [{ name: 'g', file: 'f', intervalMs: 60_000, rules: RULES }],
        }),
        queryRange: async (expression: string) => {
          const warnings = partial ? ['a store was missing'] : []
          if (expression.includes('ALERTS')) {
            const firing = points((step) => (step % 500 < 3 ? 1 : undefined))
            return ok([{ labels: { alertname: 'Noisy' }, points: firing }], warnings)
          }
          if (expression === 'max(x)')
            return ok([{ labels: {}, points: points(() => 0.6) }], warnings)
          return ok([], warnings)
        },
      } as unknown as PrometheusReader),
  })

  it('are reviewed each by what it fired and what it saw', async () => {
    const found = await reviewLoadedRules(ports(false), NOW_MS, {})
    expect(found).toMatchObject({
      kind: 'reviewed',
      rules: [
        { name: 'Noisy', firedCount: 9, extreme: 0.6, verdict: 'raise', proposed: 0.66 },
        { name: 'Dead', firedCount: 0, verdict: 'cannot_fire' },
        { name: 'Quiet', firedCount: 0, verdict: 'keep' },
        { name: 'Broken', verdict: 'cannot_fire' },
      ],
    })
  })

  it('of half an answer are not judged, and none is called dead for it', async () => {
    const found = await reviewLoadedRules(ports(true), NOW_MS, {})
    expect(found.kind === 'reviewed' ? found.rules.map(({ verdict }) => verdict) : []).toEqual([
      'not_judged',
      'not_judged',
      'not_judged',
      'cannot_fire',
    ])
  })
})

describe('a forecast of days that do not lie on a line', () => {
  const days = (values: readonly (number | undefined)[]) =>
    values.flatMap((value, index) =>
      value === undefined ? [] : [{ date: addDays('2026-10-01', index), value }],
    )

  it('says between which days, and nothing where even the direction is not sure', () => {
    const noise = [0.3, -0.4, 0.1, 0.5, -0.2, -0.3, 0.4, 0, -0.5, 0.2]
    const growing = forecast(days(noise.map((off, index) => 50 + index + off)), 85)
    expect(growing?.daysLeft).toBeGreaterThan(20)
    expect(growing?.daysLeftRange?.earliest).toBeLessThan(growing?.daysLeft ?? 0)
    expect(growing?.daysLeftRange?.latest).toBeGreaterThan(growing?.daysLeft ?? 0)
    const jumping = forecast(days(noise.map((off) => 50 + off * 60)), 85)
    expect(jumping).not.toHaveProperty('daysLeft')
    expect(jumping).toMatchObject({ unsure: true })
  })

  it('is none where most days are missing, or are no numbers', () => {
    const sparse = Array.from({ length: 60 }, (_, index) => (index % 8 === 0 ? index : undefined))
    expect(forecast(days(sparse), 85)).toBeUndefined()
    expect(forecast(days(Array.from({ length: 30 }, () => Number.NaN)), 85)).toBeUndefined()
    expect(forecast(days([50]), 85)).toBeUndefined()
  })

  it('never looks sure of a series that stays where it is or jumps about without growing', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 79, noNaN: true }),
        fc.integer({ min: 1, max: 90 }),
        fc.array(fc.boolean(), { minLength: 90, maxLength: 90 }),
        (level, count, missing) => {
          const constant = days(
            Array.from({ length: count }, (_, index) =>
              missing[index] === true ? undefined : level,
            ),
          )
          const found = forecast(constant, 80)
          expect(found?.daysLeft).toBeUndefined()
          // Up and down by the same amount, as often one as the other.
          const wave = days(
            Array.from({ length: count }, (_, i) => level + (i % 2 === 0 ? 0 : 0.9)),
          )
          expect(forecast(wave, 95)?.daysLeft).toBeUndefined()
        },
      ),
      { numRuns: 100 },
    )
  })
})
