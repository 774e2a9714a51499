/** Against real Prometheus and Alertmanager: which fault reaches whom, and what the doctor finds. */
import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemo } from '../../src/demo/demo.ts'
import type { Demo } from '../../src/demo/demo.ts'
import { DEMO_FAULT_NAMES } from '../../src/demo/faults.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { GUIDE_ALERTMANAGER, GUIDE_RULES } from '../doctor/guide.ts'
import { monitor, monitorAsRendered, stopMonitored } from '../doctor/monitored.ts'
import type { Monitored } from '../doctor/monitored.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld } from '../support/ports.ts'
import { wallClock } from '../telemetry/servers.ts'
import { eventually, findBinaries, temporaryDirectory, WITHOUT_BINARIES } from './real-servers.ts'
import { buildStage, CASES, demoOf, firing } from './stage.ts'
import type { Stage } from './stage.ts'

const binaries = findBinaries()
const skipped = binaries === undefined ? ` ${WITHOUT_BINARIES}` : ''

interface Found {
  readonly code: string
  readonly severity: string
  readonly subject: string
  readonly message: string
}

/** Every playbook that the alerts name, whatever else is shipped. */
const BOOKS = Object.fromEntries(
  ['service-down', 'dependency-outage', 'latency', 'sales-drop'].map((id) => [
    `config/books/${id}.yaml`,
    `apiVersion: mts/v1\nkind: Playbook\nid: ${id}\n`,
  ]),
)

describe.skipIf(binaries === undefined)(`real servers${skipped}`, () => {
  const directory = temporaryDirectory()
  let stage: Stage
  let watched: Demo
  let place: Listening
  let guide: Monitored
  let ours: Monitored

  // All at once: Prometheus takes up its targets only after five seconds.
  beforeAll(async () => {
    if (binaries === undefined) throw new Error(WITHOUT_BINARIES)
    watched = createDemo({ clock: wallClock })
    place = await listenDemo(watched)
    ;[guide, ours, stage] = await Promise.all([
      monitor(binaries, join(directory.path, 'guide'), place.url, GUIDE_RULES, GUIDE_ALERTMANAGER),
      monitorAsRendered(binaries, directory.path, place.url),
      buildStage(binaries),
    ])
  }, 40_000)
  afterAll(async () => {
    await Promise.all([stopMonitored(guide), stopMonitored(ours), stage?.stop()])
    await place?.close()
    directory.remove()
  })

  describe('the rendered monitoring on the demo service', () => {
    it('has every fault there is on its stage', () => {
      const staged = new Set(CASES.flatMap(({ faults }) => faults))
      expect(DEMO_FAULT_NAMES.filter((name) => !staged.has(name))).toEqual([])
    })

    it('says nothing while everything is well', async () => {
      await wait(1500)
      expect(stage.notified).toEqual([])
    })

    it('tells each fault by its own alert, at the right receiver, and nothing else', async () => {
      stage.faulty = true
      for (const { name, faults, goesDown } of CASES) {
        const { demo, listening } = demoOf(stage, name)
        for (const fault of faults) demo.setFault(fault)
        if (goesDown === true) await listening.close()
      }
      const expected = CASES.filter(({ alert }) => alert !== undefined)
      await eventually(
        () => expected.every((one) => firing(stage, one.name).length > 0),
        15_000,
        () =>
          `no word of ${expected
            .filter((one) => firing(stage, one.name).length === 0)
            .map(({ name }) => name)
            .join(', ')}`,
      )
      // Whatever else would come, comes now: twice the longest wait of a symptom.
      await wait(1500)
      const told = CASES.map(({ name }) => ({
        name,
        told: [...new Set(firing(stage, name).map((one) => `${one.receiver} ${one.alert}`))],
      }))
      expect(told).toEqual(
        CASES.map(({ name, alert, receiver }) => ({
          name,
          told: alert === undefined ? [] : [`${receiver} ${alert}`],
        })),
      )
    }, 25_000)

    it('leaves one page for an outage, not five', () => {
      const pages = stage.notified.filter(
        ({ service, state }) => service === 'outage' && state === 'firing',
      )
      expect(pages.map(({ alert }) => alert)).toEqual(['ServiceDown'])
    })

    it('takes every alert back after recovery', async () => {
      for (const { name, faults, goesDown } of CASES) {
        const downed = demoOf(stage, name)
        for (const fault of faults) downed.demo.clearFault(fault)
        if (goesDown === true) {
          downed.listening = await listenDemo(downed.demo, { port: downed.port })
        }
      }
      stage.faulty = false
      const expected = CASES.filter(({ alert }) => alert !== undefined)
      const open = (): readonly string[] =>
        expected
          .filter(
            ({ name, alert }) =>
              !stage.notified.some(
                (one) => one.service === name && one.alert === alert && one.state === 'resolved',
              ),
          )
          .map(({ name }) => name)
      await eventually(
        () => open().length === 0,
        20_000,
        () => `still open: ${open().join(', ')}`,
      )
      // A symptom whose cause has gone is none either.
      const others = CASES.flatMap(({ name, alert }) =>
        firing(stage, name).flatMap((one) => (one.alert === alert ? [] : [`${name} ${one.alert}`])),
      )
      expect(others).toEqual([])
    }, 25_000)
  })

  describe('what rests on Prometheus', () => {
    const ask = async (...argv: readonly string[]) => {
      const world = createFakeWorld({
        clock: wallClock,
        service: createServiceClient,
        env: { MTS_URL: place.url, MTS_PROMETHEUS_URL: ours.prometheus.url },
      })
      try {
        return await world.mts(...argv, '-o', 'json')
      } finally {
        world.dispose()
      }
    }

    it('is found, asked and told by health and the dashboards', async () => {
      // A quantile needs calls between two scrapes.
      const call = setInterval(() => {
        void fetch(`${place.url}/api/settlements/check/2026-11-23`).then((done) => done.text())
      }, 200)
      try {
        await eventually(
          async () => {
            const { json } = await ask('health')
            const { checks } = json()['overTime'] as { checks: string[] }
            return checks.includes('latency')
          },
          10_000,
          () => 'health does not rest on Prometheus',
        )
        const { json } = await ask('dashboard', 'system', '--range', '1m', '--step', '1s')
        const panels = json()['panels'] as {
          id: string
          source: string | null
          latest: { value: number; source: string } | null
        }[]
        const scraped = panels.filter(({ latest }) => latest?.source === 'Prometheus')
        expect(scraped.map(({ id }) => id)).toEqual([
          'latency-p95',
          'heap',
          'db-connections',
          'cpu',
          'disk',
        ])
        const cpu = panels.find(({ id }) => id === 'cpu')
        expect(cpu?.latest?.value).toBeCloseTo(12, 5)
        const business = (await ask('dashboard', 'business', '--range', '1m')).json()
        const sales = (
          business['panels'] as { id: string; latest: { atLeast: boolean } | null }[]
        )[0]
        // It has watched for seconds, not for an hour.
        expect(sales?.latest?.atLeast ?? true).toBe(true)
      } finally {
        clearInterval(call)
      }
    }, 15_000)
  })

  describe('mts doctor', () => {
    const doctor = async ({ prometheus, alertmanager }: Monitored, ...argv: readonly string[]) => {
      const world = createFakeWorld({
        clock: wallClock,
        env: {
          MTS_URL: place.url,
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
          // Registered and never counted up: nothing that rests on them could fire.
          'SERIES_BLIND api_calls_total',
          'SERIES_BLIND settlement_failure_total',
          'RUNBOOK_MISSING ServiceDown: runbook_url',
          'ENDPOINT_BROKEN GET /api/settlements/unsettled/{date}',
        ]),
      )
      expect(found).not.toContain('RULE_DEAD ServiceDown')
      expect(found).not.toContain('RULE_DEAD guide:database_connections')
      const amount = findings.find(({ subject }) => subject === 'guide:sales_amount_daily')
      expect(JSON.stringify(amount)).toContain('sales_amount_total_KRW_total')
      // What section 7 of the guide would turn off is there in the demo; without it the rule is dead.
      expect(found).not.toContain('RULE_DEAD HighResponseTime')
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
        new Set(['SERIES_ABSENT', 'SERIES_BLIND', 'ENDPOINT_BROKEN']),
      )
    })

    it('names what hangs and what is down', async () => {
      watched.setFault('redis-hang')
      try {
        const { code, findings } = await doctor(ours)
        expect(code).toBe(2)
        expect(findings.filter(({ severity }) => severity !== 'info')).toMatchObject([
          { code: 'HEALTH_HANGS', severity: 'critical', subject: '/actuator/health' },
        ])
      } finally {
        watched.clearFault('redis-hang')
      }
    })
  })
})
