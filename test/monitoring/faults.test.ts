/**
 * Real Prometheus and Alertmanager, configured by what is rendered, scraping the demo service while
 * time passes two hundred times as fast: which fault reaches whom.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { createDemo } from '../../src/demo/demo.ts'
import type { Demo } from '../../src/demo/demo.ts'
import { DEMO_TOKEN } from '../../src/demo/faults.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { renderMonitoring } from '../../src/monitoring/render.ts'
import { planOf, SETTINGS } from './plans.ts'
import {
  createFastClock,
  eventually,
  findBinaries,
  startAlertmanager,
  startPrometheus,
  temporaryDirectory,
  WITHOUT_BINARIES,
} from './real-servers.ts'
import type { Running } from './real-servers.ts'

const SPEED = 200

interface Case {
  /** Also the job and the service. */
  readonly name: string
  readonly faults: readonly string[]
  readonly alert?: string
  readonly receiver?: 'slack' | 'pagerduty'
  /** Of the demo's own waits. */
  readonly timeScale?: number
  readonly sales?: false
  readonly settles?: true
  readonly goesDown?: true
}

const page = (alert: string): Pick<Case, 'alert' | 'receiver'> => ({ alert, receiver: 'pagerduty' })
const note = (alert: string): Pick<Case, 'alert' | 'receiver'> => ({ alert, receiver: 'slack' })

const CASES: readonly Case[] = [
  { name: 'redis-down', faults: ['redis-down'], ...page('SalesRequestsFailing') },
  { name: 'redis-hang', faults: ['redis-hang'], ...page('SalesRequestsFailing') },
  { name: 'db-down', faults: ['db-down'], ...page('DatabaseDown') },
  // Waits long enough for ten requests to hang at once.
  { name: 'db-hang', faults: ['db-hang'], timeScale: 26, ...page('DatabasePoolExhausted') },
  { name: 'pool-exhausted', faults: ['pool-exhausted'], ...page('DatabasePoolExhausted') },
  { name: 'rabbit-down', faults: ['rabbit-down'], settles: true, ...page('RabbitMqDown') },
  { name: 'slow', faults: ['slow'], timeScale: 16, ...note('HighResponseTime') },
  { name: 'no-sales', faults: ['no-sales'], sales: false, ...note('NoSalesDetected') },
  { name: 'high-memory', faults: ['high-memory'], ...note('HighJVMMemoryUsage') },
  { name: 'settling-fails', faults: [], settles: true, ...page('HighSettlementFailureRate') },
  { name: 'outage', faults: [], goesDown: true, ...page('ServiceDown') },
  { name: 'auth', faults: ['auth'] },
  // What the scrape cannot show must not pretend to be seen, nor set off anything else.
  {
    name: 'unseen',
    faults: [
      'failed-batch-linked',
      'failed-batch-empty',
      'missing-batch',
      'payment-outage',
      'lost-answer',
    ],
  },
]

interface Notified {
  readonly receiver: 'slack' | 'pagerduty'
  readonly service: string
  readonly alert: string
  readonly state: 'firing' | 'resolved'
}

interface Stage {
  readonly demos: Map<string, { demo: Demo; listening: Listening; port: number }>
  readonly notified: Notified[]
  readonly stop: () => Promise<void>
  /** Between setting the faults and clearing them. */
  faulty: boolean
}

const binaries = findBinaries()

describe.skipIf(binaries === undefined)(
  `the rendered monitoring on the demo service ${binaries === undefined ? WITHOUT_BINARIES : ''}`,
  () => {
    let stage: Stage
    beforeAll(async () => {
      stage = await build()
    }, 30_000)
    afterAll(() => stage?.stop())

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
        const place = demoOf(stage, name)
        for (const fault of faults) place.demo.clearFault(fault)
        if (goesDown === true) {
          place.listening = await listenDemo(place.demo, { port: place.port })
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
    }, 25_000)
  },
)

function demoOf(stage: Stage, name: string) {
  const found = stage.demos.get(name)
  if (found === undefined) throw new Error(`no demo ${name}`)
  return found
}

function firing(stage: Stage, name: string): readonly Notified[] {
  return stage.notified.filter(({ service, state }) => service === name && state === 'firing')
}

async function build(): Promise<Stage> {
  if (binaries === undefined) throw new Error(WITHOUT_BINARIES)
  const directory = temporaryDirectory()
  const notified: Notified[] = []
  const receivers = await listenReceivers(notified)
  const secrets = join(directory.path, 'secrets')
  mkdirSync(secrets)
  writeFileSync(join(secrets, 'slack-webhook-url'), `${receivers.url}/slack`)
  writeFileSync(join(secrets, 'pagerduty-routing-key'), 'R0UT1NG')
  writeFileSync(join(secrets, 'service-token'), DEMO_TOKEN)

  const clock = createFastClock('2026-11-24T09:00:00+09:00', SPEED)
  const stage: Stage = { demos: new Map(), notified, faulty: false, stop: async () => undefined }
  for (const { name, faults, timeScale } of CASES) {
    const demo = createDemo({
      clock,
      // The demo spreads a timer's buckets by its mean: a long past would hide what is slow now.
      historyDays: faults.includes('slow') ? 0 : 2,
      nightlyBatch: false,
      ...(timeScale === undefined ? {} : { timeScale }),
    })
    const listening = await listenDemo(demo)
    stage.demos.set(name, { demo, listening, port: listening.port })
  }

  const plans = CASES.map(({ name }) =>
    planOf(
      {
        job: name,
        // Half an hour of failed settlements is long to be forgotten.
        timeScale: (name === 'settling-fails' ? 0.4 : 1) / SPEED,
        intervalMs: name === 'settling-fails' ? 250_000 : 100_000,
        secretsDir: secrets,
        pagerdutyUrl: `${receivers.url}/pagerduty`,
      },
      {
        url: demoOf(stage, name).listening.url,
        headers: name === 'auth' ? { authorization: `Bearer ${DEMO_TOKEN}` } : {},
        thresholds: { ...SETTINGS.thresholds, noSalesMinutes: name === 'no-sales' ? 4 : 12 },
      },
    ),
  )
  const rendered = plans.map((plan) => {
    const files = renderMonitoring(plan)
    for (const { path, content } of files) {
      if (path.endsWith('-rules.yml')) writeFileSync(join(directory.path, path), content)
    }
    const parsed = (path: string): Record<string, unknown[]> =>
      parse(files.find((file) => file.path === path)?.content ?? '') as Record<string, unknown[]>
    return { prometheus: parsed('prometheus.yml'), alertmanager: parsed('alertmanager.yml') }
  })
  const [first] = rendered
  if (first === undefined) throw new Error('nothing rendered')
  const alertmanagerConfig = join(directory.path, 'alertmanager.yml')
  writeFileSync(
    alertmanagerConfig,
    stringify({
      ...first.alertmanager,
      inhibit_rules: rendered.flatMap(({ alertmanager }) => alertmanager['inhibit_rules'] ?? []),
    }),
  )
  const processes: Running[] = []
  const alertmanager = await startAlertmanager(binaries, directory.path, alertmanagerConfig)
  processes.push(alertmanager)
  const prometheusConfig = join(directory.path, 'prometheus.yml')
  writeFileSync(
    prometheusConfig,
    stringify({
      ...first.prometheus,
      rule_files: [join(directory.path, '*-rules.yml')],
      // Time passes faster, but this machine answers no faster: the limit of a scrape is not scaled.
      scrape_configs: rendered.flatMap(({ prometheus }) =>
        (prometheus['scrape_configs'] ?? []).map((scrape) => ({
          ...(scrape as object),
          scrape_timeout: '500ms',
        })),
      ),
      alerting: {
        alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }],
      },
    }),
  )
  processes.push(await startPrometheus(binaries, directory.path, prometheusConfig))
  const driver = drive(stage)
  return Object.assign(stage, {
    stop: async () => {
      driver.stop()
      await Promise.all(processes.map((one) => one.stop()))
      await Promise.all([...stage.demos.values()].map(({ listening }) => listening.close()))
      await receivers.close()
      directory.remove()
    },
  })
}

/** Customers: a sale each quarter of a second, and where a case wants it somebody who settles by hand. */
function drive(stage: Stage): { stop(): void } {
  let sold = 0
  const ignore = (): undefined => undefined
  const timer = setInterval(() => {
    for (const { name, sales, settles } of CASES) {
      const { listening } = demoOf(stage, name)
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${DEMO_TOKEN}` }
      if (sales !== false || !stage.faulty) {
        const body = JSON.stringify({
          businessNumber: '123-45-67890',
          transactionTime: '2026-11-24T09:00:00',
          amount: 1000,
          paymentType: 'CARD',
          channel: 'ONLINE',
          orderNumber: `DRIVEN-${sold++}`,
        })
        void fetch(`${listening.url}/api/v1/sales/webhook`, { method: 'POST', headers, body }).then(
          (response) => response.arrayBuffer().catch(ignore),
          ignore,
        )
      }
      if (settles === true && stage.faulty) {
        const url = `${listening.url}/api/settlements/manual?settlementDate=2026-11-22`
        void fetch(url, { method: 'POST', headers }).then(
          (response) => response.arrayBuffer().catch(ignore),
          ignore,
        )
      }
    }
  }, 250)
  return { stop: () => clearInterval(timer) }
}

async function listenReceivers(notified: Notified[]) {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    request.on('end', () => {
      notified.push(request.url === '/slack' ? fromSlack(body) : fromPagerDuty(body))
      response.writeHead(request.url === '/slack' ? 200 : 202)
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function fromSlack(body: string): Notified {
  const { attachments } = JSON.parse(body) as { attachments: { title: string }[] }
  const title = attachments[0]?.title ?? ''
  const [, state, alert = '', service = ''] = /^\[(발생|해제)\] (\S+) \((\S+)\)$/.exec(title) ?? []
  return { receiver: 'slack', service, alert, state: state === '발생' ? 'firing' : 'resolved' }
}

function fromPagerDuty(body: string): Notified {
  const event = JSON.parse(body) as {
    event_action: string
    dedup_key: string
    payload?: { class?: string; component?: string }
  }
  return {
    receiver: 'pagerduty',
    service: event.payload?.component ?? '',
    alert: event.payload?.class ?? '',
    state: event.event_action === 'trigger' ? 'firing' : 'resolved',
  }
}
