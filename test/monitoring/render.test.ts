import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import { seoulInstant } from '../../src/core/dates.ts'
import type { OpeningHours } from '../../src/core/settings.ts'
import { openTimeIn } from '../../src/health/opening-hours.ts'
import { openExpression } from '../../src/monitoring/opening-hours.ts'
import type { MonitoringPlan } from '../../src/monitoring/plan.ts'
import { renderMonitoring } from '../../src/monitoring/render.ts'
import { PROJECT_DIR } from '../support/ports.ts'
import { planOf, SETTINGS } from './plans.ts'
import { findBinaries, runTool, temporaryDirectory, WITHOUT_BINARIES } from './real-servers.ts'

const binaries = findBinaries()
const skipped = binaries === undefined ? ` ${WITHOUT_BINARIES}` : ''
const promtool = binaries?.promtool ?? ''
const amtool = binaries?.amtool ?? ''

function written(plan: MonitoringPlan): string {
  const directory = temporaryDirectory()
  onTestFinished(() => directory.remove())
  for (const { path, content } of renderMonitoring(plan)) {
    writeFileSync(join(directory.path, path), content)
  }
  mkdirSync(join(directory.path, 'secrets'))
  for (const name of ['slack-webhook-url', 'pagerduty-routing-key', 'service-token']) {
    writeFileSync(join(directory.path, 'secrets', name), 'secret')
  }
  return directory.path
}

const HOURS: OpeningHours = {
  byWeekday: [
    null,
    [{ from: '09:00', until: '22:00' }],
    [{ from: '00:00', until: '00:00' }],
    [{ from: '00:00', until: '00:00' }],
    [
      { from: '09:00', until: '12:00' },
      { from: '13:00', until: '22:00' },
    ],
    [{ from: '18:00', until: '02:00' }],
    [{ from: '22:00', until: '05:00' }],
  ],
}

const PLANS: Readonly<Record<string, MonitoringPlan>> = {
  'the default': planOf(),
  'another job, faster': planOf({ job: 'sales-eu', timeScale: 0.01 }),
  'opening hours, holidays and other thresholds': planOf(
    {},
    {
      openingHours: HOURS,
      holidays: ['2026-12-25'],
      thresholds: {
        ...SETTINGS.thresholds,
        noSalesMinutes: 90,
        apiTimeMs: 1500,
        settlementFailurePercent: 0.1,
        cpuForMs: 600_000,
      },
    },
  ),
  'a service with authentication behind TLS and a prefix': planOf(
    { pagerdutyUrl: 'https://events.example/v2/enqueue' },
    {
      url: 'https://sales.example/app',
      headers: { authorization: 'Bearer s3cret' },
      alertmanagerUrl: 'https://alerts.example',
    },
  ),
}

describe.skipIf(binaries === undefined)(`what is rendered${skipped}`, () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(`for ${name} passes promtool and amtool, and every rule its own test`, () => {
      const directory = written(plan)
      const rules = `${plan.service}-rules.yml`
      const tests = [`${plan.service}-rules.test.yml`, `${plan.service}-rules-days.test.yml`]
      for (const [tool, args] of [
        [promtool, ['check', 'rules', '--lint=all', '--lint-fatal', rules]],
        [promtool, ['check', 'config', '--lint=all', 'prometheus.yml']],
        // One plan's tests are every plan's: they differ in numbers, and take seconds.
        ...(name !== 'the default' ? [] : ([[promtool, ['test', 'rules', ...tests]]] as const)),
        [amtool, ['check-config', 'alertmanager.yml']],
      ] as const) {
        const { ok, output } = runTool(tool, args, directory)
        expect([args[0], ok, ok ? '' : output]).toEqual([args[0], true, ''])
      }
    })
  }

  it('sends critical alerts to PagerDuty and warnings to Slack', () => {
    const directory = written(planOf())
    const routes = (receiver: string, ...labels: readonly string[]) =>
      runTool(
        amtool,
        [
          'config',
          'routes',
          'test',
          '--config.file=alertmanager.yml',
          `--verify.receivers=${receiver}`,
          ...labels,
        ],
        directory,
      )
    for (const group of rulesOf(planOf())) {
      for (const rule of group.rules) {
        if (rule.alert === undefined) continue
        const { severity = '' } = rule.labels ?? {}
        const receiver = severity === 'critical' ? 'pagerduty' : 'slack'
        const labels = [`alertname=${rule.alert}`, `severity=${severity}`]
        expect([rule.alert, routes(receiver, ...labels).ok]).toEqual([rule.alert, true])
      }
    }
    expect(routes('slack', 'severity=critical').ok).toBe(false)
  })

  it('takes opening hours as they are meant, to the minute, holidays included', () => {
    const lead = 60
    const holidays = ['1970-01-06']
    const expression = openExpression(HOURS, holidays, lead) ?? ''
    const start = 0
    const minutes = Array.from({ length: 7 * 48 + 20 }, (_none, step) => step * 31)
    const tests = minutes.map((minute) => {
      const nowMs = start + minute * 60_000
      const { openNow, openMs } = openTimeIn(nowMs - lead * 60_000, nowMs, HOURS, holidays)
      return { minute, open: openNow && openMs === lead * 60_000 }
    })
    expect(tests.filter(({ open }) => open).length).toBeGreaterThan(50)
    const directory = temporaryDirectory()
    onTestFinished(() => directory.remove())
    writeFileSync(
      join(directory.path, 'open.test.yml'),
      stringify({
        rule_files: [],
        evaluation_interval: '1d',
        tests: [
          {
            interval: '1d',
            input_series: [],
            promql_expr_test: tests.map(({ minute, open }) => ({
              expr: `count(${expression}) or vector(0)`,
              eval_time: `${minute}m`,
              exp_samples: [{ labels: '{}', value: open ? 1 : 0 }],
            })),
          },
        ],
      }),
    )
    const { ok, output } = runTool(promtool, ['test', 'rules', 'open.test.yml'], directory.path)
    expect(ok ? '' : output.slice(0, 1500)).toBe('')
  })
})

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

function rulesOf(plan: MonitoringPlan): readonly { readonly rules: readonly Rule[] }[] {
  const file = renderMonitoring(plan).find(({ path }) => path.endsWith('-rules.yml'))
  return (parse(file?.content ?? '') as { groups: { rules: Rule[] }[] }).groups
}

describe('the files themselves', () => {
  it('hold no secret, whatever the service asks for', () => {
    const plan = planOf(
      { pagerdutyUrl: 'https://events.example/v2/enqueue' },
      { headers: { authorization: `Basic ${Buffer.from('ops:pa55word').toString('base64')}` } },
    )
    const all = renderMonitoring(plan)
      .map(({ content }) => content)
      .join('\n')
    expect(all).not.toContain('pa55word')
    expect(all).toContain('username: ops')
    expect(all).toContain('password_file: secrets/service-password')
  })

  it('name a playbook, a severity and Korean words for each alert', () => {
    const alerts = rulesOf(planOf())
      .flatMap(({ rules }) => rules)
      .filter(({ alert }) => alert !== undefined)
    expect(alerts.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining([
        'ServiceDown',
        'HighSettlementFailureRate',
        'NoSalesDetected',
        'HighResponseTime',
        'HighJVMMemoryUsage',
      ]),
    )
    for (const { alert, labels, annotations } of alerts) {
      expect([alert, annotations?.['runbook']]).toEqual([
        alert,
        expect.stringMatching(/^mts playbook [a-z-]+$/),
      ])
      expect(annotations?.['summary']).toMatch(/[가-힣]/)
      expect(annotations?.['description']).toMatch(/[가-힣]/)
      expect(['critical', 'warning']).toContain(labels?.['severity'])
      expect(labels?.['service']).toBe('mini-today-sales')
    }
  })

  it('lead to playbooks that are shipped', () => {
    const shipped = readdirSync(join(PROJECT_DIR, 'playbooks')).map((name) => name.split('.')[0])
    const named = rulesOf(planOf())
      .flatMap(({ rules }) => rules)
      .flatMap(({ annotations }) => annotations?.['runbook']?.split(' ').at(-1) ?? [])
    expect(named.filter((id) => !shipped.includes(id))).toEqual([])
    expect(named.length).toBeGreaterThan(10)
  })

  it('put the cause before its symptoms', () => {
    const file = renderMonitoring(planOf()).find(({ path }) => path === 'alertmanager.yml')
    const { inhibit_rules: rules } = parse(file?.content ?? '') as {
      inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal: string[] }[]
    }
    for (const { source_matchers: source, target_matchers: target } of rules) {
      expect(source.join()).not.toContain('HighResponseTime')
      expect(target.join()).not.toMatch(/alertname(=|=~)"[^"]*ServiceDown/)
    }
    expect(rules[0]?.source_matchers).toContain('alertname="ServiceDown"')
    expect(file?.content).not.toMatch(/source_match:|target_match:|match:|service_key|web\.hook/)
  })

  it('are dashboards that Grafana takes: numbered panels on its grid, a data source to choose', () => {
    for (const { path, content } of renderMonitoring(planOf())) {
      if (!path.startsWith('grafana-')) continue
      const dashboard = JSON.parse(content) as {
        uid: string
        title: string
        schemaVersion: number
        templating: { list: { type: string; query: string }[] }
        panels: {
          id: number
          type: string
          title: string
          gridPos: { x: number; y: number; w: number; h: number }
          datasource?: { type: string; uid: string }
          targets: { refId: string; expr: string }[]
        }[]
      }
      expect(dashboard.uid).toMatch(/^[\w-]{1,40}$/)
      expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36)
      expect(dashboard.templating.list).toMatchObject([{ type: 'datasource', query: 'prometheus' }])
      const places = dashboard.panels.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`)
      expect(new Set(places).size).toBe(places.length)
      for (const panel of dashboard.panels) {
        expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24)
        expect(panel.title).not.toBe('')
        if (panel.type === 'text') continue
        expect(panel.datasource).toEqual({ type: 'prometheus', uid: '${datasource}' })
        expect(panel.targets.length).toBeGreaterThan(0)
        expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length)
      }
    }
  })

  it('save memory without blinding the alert on answer times', () => {
    const plan = planOf()
    const files = renderMonitoring(plan)
    const advice = parse(files.find(({ path }) => path === 'application.yml')?.content ?? '') as {
      management: {
        metrics: { distribution: Record<string, Record<string, unknown>> }
      }
    }
    const { distribution } = advice.management.metrics
    expect(distribution['percentiles-histogram']).toEqual({ 'http.server.requests': false })
    expect(String(distribution['slo']?.['http.server.requests']).split(', ')).toContain(
      `${plan.thresholds.apiTimeMs}ms`,
    )
  })

  it('say Seoul’s holidays in days of Seoul', () => {
    const expression = openExpression(undefined, ['2026-12-25'], 60) ?? ''
    const day = Math.floor((seoulInstant('2026-12-25') / 1000 + 32_400) / 86_400)
    expect(expression).toContain(`!= ${day}`)
    expect(openExpression(undefined, [], 60)).toBeUndefined()
  })
})
