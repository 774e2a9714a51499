/** `mts doctor` through the front door, against real Prometheus and Alertmanager that scrape the demo service. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { createDemo } from '../../src/demo/demo.ts'
import type { Demo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { renderMonitoring } from '../../src/monitoring/render.ts'
import { planOf } from '../monitoring/plans.ts'
import {
  eventually,
  findBinaries,
  startAlertmanager,
  startPrometheus,
  temporaryDirectory,
  WITHOUT_BINARIES,
} from '../monitoring/real-servers.ts'
import type { Running } from '../monitoring/real-servers.ts'
import { createFakeWorld } from '../support/ports.ts'
import { wallClock } from '../telemetry/servers.ts'
import { GUIDE_ALERTMANAGER, GUIDE_RULES } from './guide.ts'

const binaries = findBinaries()
const directory = temporaryDirectory()

interface Found {
  readonly code: string
  readonly severity: string
  readonly subject: string
  readonly message: string
}

interface Monitored {
  readonly prometheus: Running
  readonly alertmanager: Running
}

/** Every playbook that the alerts name, whatever else is shipped. */
const BOOKS = Object.fromEntries(
  ['service-down', 'dependency-outage', 'latency', 'sales-drop'].map((id) => [
    `config/books/${id}.yaml`,
    `apiVersion: mts/v1\nkind: Playbook\nid: ${id}\n`,
  ]),
)

describe.skipIf(binaries === undefined)(
  `mts doctor ${binaries === undefined ? WITHOUT_BINARIES : ''}`,
  () => {
    let demo: Demo
    let listening: Listening
    let guide: Monitored
    let ours: Monitored

    beforeAll(async () => {
      demo = createDemo({ clock: wallClock })
      listening = await listenDemo(demo)
      ;[guide, ours] = await Promise.all([
        monitor('guide', listening.url, GUIDE_RULES, GUIDE_ALERTMANAGER),
        monitorAsRendered(listening.url),
      ])
    }, 30_000)
    afterAll(async () => {
      await Promise.all([stop(guide), stop(ours)])
      await listening?.close()
      directory.remove()
    })

    const doctor = async ({ prometheus, alertmanager }: Monitored, ...argv: readonly string[]) => {
      const world = createFakeWorld({
        clock: wallClock,
        env: {
          MTS_URL: listening.url,
          MTS_STORES: '123-45-67890',
          MTS_PROMETHEUS_URL: prometheus.url,
          MTS_ALERTMANAGER_URL: alertmanager.url,
        },
        files: { 'config/config.yaml': 'playbooks: [books]\n', ...BOOKS },
      })
      try {
        const finished = await world.mts('doctor', '-o', 'json', '--timeout', '1500ms', ...argv)
        return { code: finished.code, findings: finished.json()['findings'] as Found[] }
      } finally {
        world.dispose()
      }
    }

    it("finds every fault of the guide's own rules and routes", async () => {
      const { code, findings } = await doctor(guide)
      expect(code).toBe(2)
      const found = findings.map((finding) => `${finding.code} ${finding.subject}`)
      expect(found).toEqual(
        expect.arrayContaining([
          // The failure rate: a per-second rate, of a series that is not in the scrape.
          'RULE_DEAD HighSettlementFailureRate',
          'RULE_WRONG HighSettlementFailureRate: rate_called_ratio',
          // The success rate: each series divided by itself, and not there either.
          'RULE_WRONG guide:settlement_success_percent: always_one',
          'RULE_DEAD guide:settlement_success_percent',
          'RULE_WRONG NoSalesDetected: silent_when_absent',
          'RULE_WRONG HighResponseTime: quantile_per_series',
          'RULE_WRONG HighJVMMemoryUsage: negative_divisor',
          'RULE_DEAD guide:sales_amount_daily',
          'RULE_DEAD guide:redis_connections',
          'RULE_DEAD DatabaseConnectionFailed',
          'INHIBITION_INVERTED alertname="HighResponseTime" > alertname="ServiceDown"',
          'RULE_WRONG alertmanager: match',
          'RULE_WRONG alertmanager: source_match',
          'RULE_WRONG alertmanager: target_match',
          'RULE_WRONG alertmanager: service_key',
          'RULE_WRONG alertmanager: web.hook',
          'RECEIVER_MISSING pagerduty',
          'SERIES_BLIND settlement_result_total',
          'SERIES_BLIND sales_by_payment_type_total',
          'RUNBOOK_MISSING ServiceDown: runbook_url',
          'ENDPOINT_BROKEN GET /api/settlements/unsettled/{date}',
        ]),
      )
      expect(found).not.toContain('RULE_DEAD ServiceDown')
      expect(found).not.toContain('RULE_DEAD guide:database_connections')
      const amount = findings.find(({ subject }) => subject === 'guide:sales_amount_daily')
      expect(JSON.stringify(amount)).toContain('sales_amount_total_KRW_total')
      const blind = findings.find(({ subject }) => subject === 'settlement_result_total')
      expect(blind?.severity).toBe('critical')
    })

    it('finds none in the rendered ones', async () => {
      const { code, findings } = await doctor(ours)
      // What the service itself lacks stays, as a note: nothing rests on it any more.
      const left = findings.filter(({ severity }) => severity !== 'info')
      expect(left).toEqual([])
      expect(code).toBe(0)
      expect(new Set(findings.map((finding) => finding.code))).toEqual(
        new Set(['SERIES_BLIND', 'ENDPOINT_BROKEN']),
      )
    })

    it('names what hangs and what is down', async () => {
      demo.setFault('redis-hang')
      try {
        const { code, findings } = await doctor(ours)
        expect(code).toBe(2)
        expect(findings.filter(({ severity }) => severity !== 'info')).toMatchObject([
          { code: 'HEALTH_HANGS', severity: 'critical', subject: '/actuator/health' },
        ])
      } finally {
        demo.clearFault('redis-hang')
      }
    })
  },
)

async function stop(monitored: Monitored | undefined): Promise<void> {
  await Promise.all([monitored?.prometheus.stop(), monitored?.alertmanager.stop()])
}

async function monitorAsRendered(url: string): Promise<Monitored> {
  const secrets = join(directory.path, 'secrets')
  mkdirSync(secrets)
  writeFileSync(join(secrets, 'slack-webhook-url'), 'http://127.0.0.1:1/slack')
  writeFileSync(join(secrets, 'pagerduty-routing-key'), 'key')
  const files = renderMonitoring(planOf({ secretsDir: secrets }, { url }))
  const content = (end: string): string =>
    files.find(({ path }) => path.endsWith(end))?.content ?? ''
  return monitor('ours', url, content('-rules.yml'), content('alertmanager.yml'))
}

async function monitor(
  name: string,
  url: string,
  rules: string,
  alertmanagerConfig: string,
): Promise<Monitored> {
  if (binaries === undefined) throw new Error(WITHOUT_BINARIES)
  const place = join(directory.path, name)
  mkdirSync(place)
  writeFileSync(join(place, 'rules.yml'), rules)
  writeFileSync(join(place, 'alertmanager.yml'), alertmanagerConfig)
  const alertmanager = await startAlertmanager(binaries, place, join(place, 'alertmanager.yml'))
  const config = {
    global: { scrape_interval: '400ms', scrape_timeout: '400ms', evaluation_interval: '400ms' },
    rule_files: ['rules.yml'],
    scrape_configs: [
      {
        job_name: 'mini-today-sales',
        metrics_path: '/actuator/prometheus',
        static_configs: [{ targets: [new URL(url).host] }],
      },
    ],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }],
    },
  }
  writeFileSync(join(place, 'prometheus.yml'), stringify(config))
  const prometheus = await startPrometheus(binaries, place, join(place, 'prometheus.yml'))
  // Until it has scraped and evaluated: before that, nobody could say which series there are.
  await eventually(
    async () => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=scrape_samples_scraped>0`)
      return (await response.text()).includes('mini-today-sales')
    },
    10_000,
    () => 'Prometheus has not scraped',
  )
  expect(parse(rules)).toBeDefined()
  return { prometheus, alertmanager }
}
