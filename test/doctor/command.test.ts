import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeWorld } from '../support/ports.ts'
import { json, serve, wallClock } from '../telemetry/servers.ts'

interface Found {
  readonly code: string
  readonly severity: string
  readonly subject: string
  readonly accepted?: { readonly reason: string; readonly until: string }
}

let listening: Listening
beforeAll(async () => {
  listening = await listenDemo(createDemo({ clock: wallClock, historyDays: 3 }))
})
afterAll(() => listening.close())

function worldOf(env: Readonly<Record<string, string>> = {}): FakeWorld {
  const world = createFakeWorld({ clock: wallClock, env: { MTS_URL: listening.url, ...env } })
  onTestFinished(() => world.dispose())
  return world
}

async function diagnose(world: FakeWorld, ...argv: readonly string[]) {
  const finished = await world.mts('doctor', '-o', 'json', ...argv)
  const value = finished.json()
  return {
    code: finished.code,
    value,
    findings: (value['findings'] ?? []) as Found[],
    unseen: (value['unseen'] ?? []) as { what: string }[],
  }
}

const inDays = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

describe('mts doctor without Prometheus', () => {
  it('judges the service and its scrape, and says what it could not see', async () => {
    const { code, findings, unseen } = await diagnose(worldOf())
    expect(code).toBe(0)
    expect(findings.map((one) => `${one.code} ${one.subject}`)).toEqual([
      'SERIES_ABSENT redis_connected_clients',
      'SERIES_ABSENT sales_amount_total',
      'SERIES_BLIND api_calls_total',
      'SERIES_BLIND sales_by_payment_type_total',
      'SERIES_BLIND settlement_failure_total',
      'SERIES_BLIND settlement_result_total',
      'ENDPOINT_BROKEN GET /api/settlements/unsettled/{date}',
    ])
    expect(unseen.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['Prometheus', 'Alertmanager']),
    )
    const table = await worldOf().mts('doctor')
    for (const line of table.stdout.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
    expect(table.stdout).toContain('위험 0 · 경고 0 · 참고 7')
  })

  it('of a service that is away says so, critical, and judges nothing it has not seen', async () => {
    const { code, findings, unseen } = await diagnose(worldOf({ MTS_URL: 'http://127.0.0.1:9' }))
    expect(code).toBe(2)
    expect(findings).toMatchObject([{ code: 'UNREACHABLE', severity: 'critical' }])
    expect(unseen.length).toBeGreaterThan(3)
  })

  it('counts a configured Prometheus or Alertmanager that is away as critical', async () => {
    const world = worldOf({
      MTS_PROMETHEUS_URL: 'http://127.0.0.1:9',
      MTS_ALERTMANAGER_URL: 'http://127.0.0.1:19',
    })
    const { code, findings } = await diagnose(world)
    expect(code).toBe(2)
    expect(
      findings.filter((one) => one.code === 'UNREACHABLE').map(({ subject }) => subject),
    ).toEqual(['http://127.0.0.1:19', 'http://127.0.0.1:9'])
  })

  it('finds a batch that runs in UTC, and a clock that is off', async () => {
    const gone = 10 * 60_000
    const day = new Date(Date.now() + 9 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)
    const { url } = await serve((asked, response) => {
      response.setHeader('date', new Date(Date.now() - gone).toUTCString())
      if (!asked.path.startsWith('/api/settlements/range')) {
        response.writeHead(404)
        response.end()
        return
      }
      json(response, 200, [
        {
          id: 7,
          settlementDate: day,
          totalAmount: 0,
          totalFee: 0,
          netAmount: 0,
          transactionCount: 0,
          status: 'COMPLETED',
          note: 'No sales to settle',
          // At 02:00 of Seoul it is 17:00 the day before in UTC.
          createdAt: `${day}T17:00:01.000`,
          completedAt: null,
          sales: [],
        },
      ])
    })
    const { findings } = await diagnose(worldOf({ MTS_URL: url }))
    expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(
      expect.arrayContaining(['CLOCK_SKEW critical', 'ZONE_MISMATCH critical']),
    )
  })
})

describe('mts doctor --accept', () => {
  const accept = (subject: string, until: string): readonly string[] => [
    ...['--accept', `SERIES_BLIND:${subject}`, '--reason', '차기 배포에서 수정', '--until', until],
  ]

  it('marks a finding until its date, in a file that only its owner may read', async () => {
    const world = worldOf()
    const until = inDays(30)
    const taken = await diagnose(world, ...accept('settlement_result_total', until))
    expect(taken.findings.at(-1)).toMatchObject({
      subject: 'settlement_result_total',
      accepted: { reason: '차기 배포에서 수정', until },
    })
    const later = await diagnose(world)
    expect(later.findings.filter(({ accepted }) => accepted !== undefined)).toHaveLength(1)
    const file = join(world.home, 'state', 'doctor-accepted.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('tester')
    // Another service's findings are its own.
    const elsewhere = await diagnose(
      world,
      '--url',
      listening.url.replace('127.0.0.1', 'localhost'),
    )
    expect(elsewhere.findings.some(({ accepted }) => accepted !== undefined)).toBe(false)
  })

  it('refuses what is not found, an end too far away, and a missing reason', async () => {
    const world = worldOf()
    expect((await diagnose(world, ...accept('no_such_series', inDays(3)))).code).toBe(66)
    expect(
      (await world.mts('doctor', ...accept('settlement_result_total', inDays(200)))).code,
    ).toBe(64)
    expect((await world.mts('doctor', ...accept('settlement_result_total', inDays(-2)))).code).toBe(
      64,
    )
    expect((await world.mts('doctor', '--accept', 'SERIES_BLIND:x')).code).toBe(64)
    expect((await world.mts('doctor', '--until', inDays(1))).code).toBe(64)
  })

  it('takes a broken list for an error, never for an empty one', async () => {
    const world = worldOf()
    await diagnose(world, ...accept('settlement_result_total', inDays(3)))
    writeFileSync(join(world.home, 'state', 'doctor-accepted.json'), '{"broken')
    expect((await world.mts('doctor')).code).toBe(78)
  })
})
