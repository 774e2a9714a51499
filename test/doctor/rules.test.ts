import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { matches } from '../../src/core/label-matcher.ts'
import { deadSelectors } from '../../src/doctor/dead-rules.ts'
import type { LookUp } from '../../src/doctor/dead-rules.ts'
import { parsePromql, selectorsIn } from '../../src/doctor/promql.ts'
import type { Expression } from '../../src/doctor/promql.ts'
import { judgeRules } from '../../src/doctor/judge-rules.ts'
import { judgeRule } from '../../src/doctor/rule-faults.ts'
import { seriesValuesOf } from '../../src/doctor/series-faults.ts'
import { renderMonitoring } from '../../src/monitoring/render.ts'
import { parseExposition } from '../../src/telemetry/exposition.ts'
import { planOf } from '../monitoring/plans.ts'

function expressionOf(query: string): Expression {
  const expression = parsePromql(query)
  if (expression === undefined) throw new Error(`no PromQL: ${query}`)
  return expression
}

const recorded = parseExposition(
  readFileSync(new URL('../recordings/exposition.txt', import.meta.url)),
  'text',
)
if (recorded.kind === 'broken') throw new Error(recorded.reason)
const { exposition } = recorded

function faultsOf(
  query: string,
  words = '',
  kind: 'alerting' | 'recording' = 'alerting',
): readonly string[] {
  const rule = { kind, name: 'Rule', words }
  return judgeRule(rule, expressionOf(query), seriesValuesOf(exposition)).map(({ id }) => id)
}

describe('PromQL', () => {
  it('is taken apart to its selectors, with every form of matcher', () => {
    const query = `sum by (le) (rate(a_total{x="1",y=~"b|c",z!="d",w!~'e'}[5m] offset 1w)) / on (le) group_left () ({__name__="b"} or -vector(0))`
    expect(
      selectorsIn(expressionOf(query)).map(({ name, matchers }) => [
        name,
        matchers.map((matcher) => `${matcher.name}${matcher.operator}${matcher.value}`),
      ]),
    ).toEqual([
      ['a_total', ['x=1', 'y=~b|c', 'z!=d', 'w!~e']],
      ['b', []],
    ])
  })

  it('that is none is not judged', () => {
    expect(parsePromql('sum(rate(')).toBeUndefined()
    expect(parsePromql('')).toBeUndefined()
    expect(parsePromql('up == ')).toBeUndefined()
  })
})

describe('a rule', () => {
  it('that compares a per-second rate as if it were a ratio is wrong', () => {
    const query = 'rate(settlement_result_total{result="failure"}[5m]) > 0.05'
    expect(faultsOf(query, '정산 실패율이 5%를 초과')).toEqual(['rate_called_ratio'])
    expect(faultsOf(`sum(${query.replace(' > 0.05', '')}) > 0.05`, 'failure rate')).toEqual([
      'rate_called_ratio',
    ])
    // Failures per second, called by their name, are nobody's fault; neither is a real ratio.
    expect(faultsOf(query, '초당 실패 건수')).toEqual([])
    expect(faultsOf('sum(rate(a_total[5m])) / sum(rate(b_total[5m])) > 0.05', '실패율')).toEqual([])
  })

  it('that divides each series by itself is wrong', () => {
    const left = 'rate(r_total{result="success"}[5m])'
    const faults = (query: string): readonly string[] => faultsOf(query, '', 'recording')
    expect(faults(`${left} / rate(r_total[5m]) * 100`)).toEqual(['always_one'])
    expect(faults(`sum(${left}) / sum(rate(r_total[5m])) * 100`)).toEqual([])
    expect(faults(`${left} / ignoring (result) rate(r_total[5m])`)).toEqual([])
    expect(faults(`${left} / rate(r_total{result="failure"}[5m])`)).toEqual([])
    expect(faults(`${left} / rate(s_total[5m])`)).toEqual([])
    // Summed by what tells them apart, each part is still divided by itself.
    const by = (query: string): string => `sum by (job, result) (${query})`
    expect(faults(`${by(left)} / ${by('rate(r_total[5m])')}`)).toEqual(['always_one'])
    expect(faults(`sum by (job) (${left}) / sum by (job) (rate(r_total[5m]))`)).toEqual([])
  })

  it('that asks for nothing of a series that may be absent is wrong', () => {
    expect(faultsOf('rate(sales_created_total[1h]) == 0')).toEqual(['silent_when_absent'])
    expect(faultsOf('sum(increase(sales_created_total[1h])) < 1')).toEqual(['silent_when_absent'])
    expect(faultsOf('(sum(increase(sales_created_total[1h])) or vector(0)) == 0')).toEqual([])
    expect(faultsOf('rate(a_total[1h]) == 0 or absent(a_total)')).toEqual([])
    expect(faultsOf('up == 0')).toEqual([])
  })

  it('that takes the quantile of each series is wrong', () => {
    const rate = 'rate(http_server_requests_seconds_bucket[5m])'
    expect(faultsOf(`histogram_quantile(0.95, ${rate}) > 3`)).toEqual(['quantile_per_series'])
    expect(faultsOf(`histogram_quantile(0.95, sum by (le) (${rate})) > 3`)).toEqual([])
  })

  it('that divides by a maximum of -1 is wrong, by what the scrape really shows', () => {
    const used = 'jvm_memory_used_bytes{area="heap"}'
    expect(faultsOf(`${used} / jvm_memory_max_bytes{area="heap"} > 0.8`)).toEqual([
      'negative_divisor',
    ])
    expect(faultsOf(`${used} / (jvm_memory_max_bytes{area="heap"} > 0) > 0.8`)).toEqual([])
    expect(faultsOf(`${used} / jvm_memory_max_bytes{id="G1 Old Gen"} > 0.8`)).toEqual([])
    expect(faultsOf('disk_free_bytes / disk_total_bytes < 0.15')).toEqual([])
  })

  it('with a threshold that no value can reach is wrong', () => {
    expect(faultsOf('avg_over_time(system_cpu_usage[5m]) > 70')).toEqual(['unreachable_threshold'])
    expect(faultsOf('system_cpu_usage > 0.7')).toEqual([])
    const p95 =
      'histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket[5m])))'
    expect(faultsOf(`${p95} > 60`)).toEqual(['unreachable_threshold'])
    expect(faultsOf(`${p95} > 3`)).toEqual([])
  })

  it('is dead when what it needs selects nothing, and only then', () => {
    const known: Readonly<Record<string, LookUp>> = { up: 'some', later: 'not_yet', x: 'unknown' }
    const dead = (query: string): readonly string[] =>
      deadSelectors(expressionOf(query), ({ text }) => known[text] ?? 'none').map(
        ({ text }) => text,
      )
    expect(dead('gone > 0')).toEqual(['gone'])
    expect(dead('sum(rate(gone[5m])) / sum(rate(up[5m]))')).toEqual(['gone'])
    expect(dead('later > 0')).toEqual([])
    expect(dead('x > 0')).toEqual([])
    expect(dead('up == 0 or gone')).toEqual([])
    expect(dead('gone or lost')).toEqual(['gone', 'lost'])
    // A constant in its place is no less dead.
    expect(dead('sum(gone) or vector(0)')).toEqual(['gone'])
    expect(dead('(sum(gone) or vector(0)) > 0')).toEqual(['gone'])
    expect(dead('(sum(gone) or vector(0)) == 0')).toEqual(['gone'])
    expect(dead('(sum(gone) or vector(0)) / (sum(up) > 0) > 0.05')).toEqual(['gone'])
    expect(dead('(sum(up) or vector(0)) > 0')).toEqual([])
    expect(dead('(sum(gone) or vector(0)) + sum(up) > 0')).toEqual([])
    expect(dead('vector(1)')).toEqual([])
    expect(dead('up unless gone')).toEqual([])
    expect(dead('gone unless up')).toEqual(['gone'])
    expect(dead('up and gone')).toEqual(['gone'])
    expect(dead('absent(gone)')).toEqual([])
  })
})

describe('the rendered rules and panels, held against the recorded scrape', () => {
  const plan = planOf()
  const files = renderMonitoring(plan)
  const rules = (
    parse(files.find(({ path }) => path.endsWith('-rules.yml'))?.content ?? '') as {
      groups: { rules: { alert?: string; record?: string; expr: string }[] }[]
    }
  ).groups.flatMap((group) => group.rules)
  const records = new Set(rules.map(({ record }) => record))
  const panels = files
    .filter(({ path }) => path.startsWith('grafana-'))
    .flatMap(
      ({ content }) =>
        (JSON.parse(content) as { panels: { targets: { expr: string }[] }[] }).panels,
    )
    .flatMap(({ targets }) => targets.map(({ expr }) => ({ expr })))

  it('are PromQL without any of the faults above', () => {
    const panelRules = panels.map(({ expr }, index) => ({ record: `panel:${index}`, expr }))
    const all = [...rules, ...panelRules].map((rule) => ({
      kind: 'alert' in rule ? ('alerting' as const) : ('recording' as const),
      name: ('alert' in rule ? rule.alert : rule.record) ?? '',
      query: rule.expr,
      words: '실패율 비율 %',
    }))
    expect(all.length).toBeGreaterThan(30)
    const judged = judgeRules(all, seriesValuesOf(exposition), plan.intervalMs)
    for (const [index, { whole, faults }] of judged.entries()) {
      expect(whole).toBeDefined()
      expect([all[index]?.name, faults.map(({ id }) => id)]).toEqual([all[index]?.name, []])
    }
  })

  it('select only what this service publishes, or Prometheus and the rules themselves make', () => {
    const added = new Set(['job', 'instance'])
    for (const { expr } of [...rules, ...panels]) {
      for (const selector of selectorsIn(expressionOf(expr))) {
        const { name } = selector
        if (name === 'up' || name === 'ALERTS' || records.has(name)) continue
        const own = exposition.samples.filter((sample) =>
          name === undefined
            ? selector.matchers.every(
                (matcher) =>
                  matcher.name !== '__name__' || matches(matcher, { __name__: sample.name }),
              )
            : sample.name === name,
        )
        expect([selector.text, own.length > 0]).toEqual([selector.text, true])
        // A value may come with the first event, a label that no series has will not.
        for (const matcher of selector.matchers) {
          if (added.has(matcher.name) || matcher.name === '__name__') continue
          const labelled = own.some(({ labels }) => labels[matcher.name] !== undefined)
          expect([selector.text, matcher.name, labelled]).toEqual([
            selector.text,
            matcher.name,
            true,
          ])
        }
      }
    }
  })
})
