/**
 * Real Prometheus and Alertmanager, configured by what is rendered, scraping demo services while time
 * passes two hundred times as fast; and receivers that remember what they were told.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
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
  startAlertmanager,
  startPrometheus,
  temporaryDirectory,
} from './real-servers.ts'
import type { Binaries, Running } from './real-servers.ts'

const SPEED = 200

interface Case {
  /** Also the job and the service. */
  readonly name: string
  readonly faults: readonly string[]
  readonly alert?: string
  readonly receiver?: 'slack' | 'pagerduty'
  /** Of the demo's own waits. */
  readonly timeScale?: number
  /** When customers buy; always unless given. */
  readonly sales?: 'until faulty' | 'while faulty'
  /** Customers at a time, each quarter of a second. */
  readonly atOnce?: number
  readonly settles?: true
  readonly goesDown?: true
}

const page = (alert: string): Pick<Case, 'alert' | 'receiver'> => ({ alert, receiver: 'pagerduty' })
const note = (alert: string): Pick<Case, 'alert' | 'receiver'> => ({ alert, receiver: 'slack' })

export const CASES: readonly Case[] = [
  { name: 'redis-down', faults: ['redis-down'], ...page('SalesRequestsFailing') },
  { name: 'redis-hang', faults: ['redis-hang'], ...page('SalesRequestsFailing') },
  { name: 'db-down', faults: ['db-down'], ...page('DatabaseDown') },
  // Enough customers, and waits long enough, for ten requests to hang at once.
  {
    name: 'db-hang',
    faults: ['db-hang'],
    timeScale: 6,
    atOnce: 4,
    ...page('DatabasePoolExhausted'),
  },
  { name: 'pool-exhausted', faults: ['pool-exhausted'], ...page('DatabasePoolExhausted') },
  { name: 'rabbit-down', faults: ['rabbit-down'], settles: true, ...page('RabbitMqDown') },
  { name: 'rabbit-hang', faults: ['rabbit-hang'], ...page('RabbitMqDown') },
  { name: 'service-down', faults: ['service-down'], ...page('ServiceDown') },
  // The demo spreads a timer's buckets by its mean: fast sales before would hide what is slow now.
  {
    name: 'slow',
    faults: ['slow'],
    timeScale: 16,
    sales: 'while faulty',
    ...note('HighResponseTime'),
  },
  { name: 'no-sales', faults: ['no-sales'], sales: 'until faulty', ...note('NoSalesDetected') },
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
  { name: 'records', faults: ['late-sales', 'wrong-totals'] },
  { name: 'stuck', faults: ['stuck-batch'] },
]

interface Notified {
  readonly receiver: 'slack' | 'pagerduty'
  readonly service: string
  readonly alert: string
  readonly state: 'firing' | 'resolved'
}

/** Nobody buys in one of them before the faults; in another the alert is waited for. */
const NO_SALES_MINUTES: Readonly<Record<string, number>> = { 'no-sales': 4, slow: 60 }

export interface Stage {
  readonly demos: Map<string, { demo: Demo; listening: Listening; port: number }>
  readonly notified: Notified[]
  readonly stop: () => Promise<void>
  /** Between setting the faults and clearing them. */
  faulty: boolean
}

export function demoOf(stage: Stage, name: string) {
  const found = stage.demos.get(name)
  if (found === undefined) throw new Error(`no demo ${name}`)
  return found
}

export function firing(stage: Stage, name: string): readonly Notified[] {
  return stage.notified.filter(({ service, state }) => service === name && state === 'firing')
}

export async function buildStage(binaries: Binaries): Promise<Stage> {
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
  for (const { name, timeScale, sales } of CASES) {
    const demo = createDemo({
      clock,
      historyDays: sales === 'while faulty' ? 0 : 2,
      traffic: sales !== 'while faulty',
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
        thresholds: { ...SETTINGS.thresholds, noSalesMinutes: NO_SALES_MINUTES[name] ?? 12 },
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
  const prometheus = await startPrometheus(binaries, directory.path, prometheusConfig)
  processes.push(prometheus)
  const driver = drive(stage)
  // It takes up its targets only after five seconds, and until then calls every job absent.
  await eventually(
    async () => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=count(up==1)`)
      return (await response.text()).includes(`"${CASES.length}"`)
    },
    15_000,
    () => 'Prometheus does not scrape every demo',
  )
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
    for (const { name, sales, settles, atOnce } of CASES) {
      const { listening } = demoOf(stage, name)
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${DEMO_TOKEN}` }
      const buys = sales === undefined || (sales === 'while faulty') === stage.faulty
      const customers = buys ? (atOnce ?? 1) : 0
      for (let customer = 0; customer < customers; customer++) {
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
