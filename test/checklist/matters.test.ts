import { createServer as createTls } from 'node:tls'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createOpenMattersProbe,
  type OpenFollowUp,
  type RunningOut,
} from '../../src/checklist/open-matters-probe.ts'
import type { MaintenanceWindow } from '../../src/core/settings.ts'
import { text } from '../../src/core/text.ts'
import { readCertificate } from '../../src/externals/read-certificate.ts'
import type { ChecklistRun } from '../../src/checklist/run.ts'
import { createDemoWorld, type DemoWorld } from '../playbook/engine/demo-world.ts'
import { createFakeClock } from '../support/ports.ts'

/** Makes a certificate; where it is not, reading one is held by the cases without. */
const OPENSSL = 'openssl'
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0

const NOW = '2026-11-24T09:00:00+09:00'
const DAY_MS = 86_400_000

async function observe(given: {
  readonly followUps?: readonly OpenFollowUp[]
  readonly maintenance?: readonly MaintenanceWindow[]
  readonly runningOut?: readonly RunningOut[]
}) {
  const probe = createOpenMattersProbe({
    followUps: async () => given.followUps ?? [],
    maintenance: given.maintenance ?? [],
    runningOut: async () => given.runningOut ?? [],
  })
  const seen = await probe.observe(
    { certificateDays: 30, tokenDays: 14 },
    { clock: createFakeClock(NOW), signal: new AbortController().signal },
  )
  if (seen.kind !== 'observed') throw new Error('not seen')
  return { value: seen.value as Record<string, unknown>, summary: seen.summary.ko }
}

const inDays = (days: number) => Date.parse(NOW) + days * DAY_MS

describe('what shows in no meter', () => {
  it('is nothing when nothing is open', async () => {
    const { value, summary } = await observe({})
    expect(value).toMatchObject({ followUpCount: 0, soon: [], expired: [], unread: [] })
    expect(summary).toBe('남은 조치·점검·임박한 만료 없음')
  })

  it('names follow-ups, and those that are late', async () => {
    const { value, summary } = await observe({
      followUps: [
        { id: '20261120-01.1', text: text('힙 덤프 분석', 'look at the dump'), due: '2026-11-23' },
        { id: '20261120-01.2', text: text('알림 추가', 'add an alert'), due: '2026-11-24 18:00' },
        { id: '20261121-01', text: text('대기 중', 'waiting') },
      ],
    })
    expect(value).toMatchObject({ followUpCount: 3, overdueCount: 1 })
    expect(summary).toContain('남은 조치 3건, 기한 지남 1건: 20261120-01.1 힙 덤프 분석')
  })

  it('counts the days of certificates and tokens, and says what it could not read', async () => {
    const { value, summary } = await observe({
      runningOut: [
        { kind: 'certificate', name: 'pay.example', untilMs: inDays(30) },
        { kind: 'certificate', name: 'far.example', untilMs: inDays(31) },
        { kind: 'certificate', name: 'old.example', untilMs: inDays(-1) },
        { kind: 'token', name: 'token', untilMs: inDays(15) },
        { kind: 'token', name: 'prometheus', untilMs: inDays(14) },
        { kind: 'certificate', name: 'gone.example', problem: 'ECONNREFUSED' },
      ],
    })
    expect(value).toMatchObject({
      expired: ['old.example'],
      soon: ['pay.example', 'prometheus'],
      unread: ['gone.example'],
    })
    expect(summary).toContain('인증서 만료됨: old.example(2026-11-23)')
    expect(summary).toContain('토큰 만료 14일 전: prometheus')
  })

  it('tells works of today, not those of every night', async () => {
    const { value } = await observe({
      maintenance: [
        { from: '02:00', until: '04:00', date: '2026-11-24', reason: 'DB 패치' },
        { from: '02:00', until: '04:00', date: '2026-11-25' },
        { from: '23:30', until: '00:30', weekdays: [2] },
        { from: '03:00', until: '03:10' },
      ],
    })
    expect(value).toMatchObject({ maintenance: ['02:00-04:00 DB 패치', '23:30-00:30'] })
  })
})

const open: Server[] = []
const sockets: Socket[] = []
const homes: string[] = []
let world: DemoWorld | undefined
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))))
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
  await world?.close()
  world = undefined
})

async function listening(server: Server): Promise<string> {
  open.push(server)
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const read = (address: string, timeoutMs = 2000) =>
  readCertificate(address, { timeoutMs, signal: new AbortController().signal })

describe('a certificate', () => {
  it.skipIf(!hasOpenssl)('is read though nobody would trust it', async () => {
    const home = mkdtempSync(join(tmpdir(), 'mts-cert-'))
    homes.push(home)
    const [key, cert] = [join(home, 'key.pem'), join(home, 'cert.pem')]
    execFileSync(
      OPENSSL,
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'].concat([
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '10',
        '-subj',
        '/CN=demo',
      ]),
      { stdio: 'ignore' },
    )
    const address = await listening(
      createTls({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => socket.end()),
    )
    const seen = await read(address)
    if (seen.kind !== 'read') throw new Error(seen.problem)
    const days = (seen.untilMs - Date.now()) / DAY_MS
    expect(days).toBeGreaterThan(9.9)
    expect(days).toBeLessThan(10.1)
  })

  it('of a server that does not speak TLS, hangs or is not there is not known', async () => {
    const plain = await listening(createServer((socket) => socket.end('HTTP/1.1 400\r\n\r\n')))
    expect(await read(plain)).toMatchObject({ kind: 'unread' })
    const hanging = await listening(createServer())
    expect(await read(hanging, 100)).toEqual({ kind: 'unread', problem: 'timeout' })
    expect(await read('https://127.0.0.1:9')).toEqual({ kind: 'unread', problem: 'ECONNREFUSED' })
  })
})

describe('the daily', () => {
  it('holds what is left of an incident until somebody closes it, and a token that ends', async () => {
    const claims = Buffer.from(JSON.stringify({ exp: inDays(3) / 1000 })).toString('base64url')
    const mts = (world = await createDemoWorld(['failed-batch-linked'], {
      env: { MTS_TOKEN: `e30.${claims}.c2ln` },
    }))
    await mts.mts('playbook', 'settlement-failure', '-o', 'json')
    const matters = async () => {
      const { json } = await mts.mts('checklist', 'daily', '-o', 'json')
      const { items } = json() as unknown as ChecklistRun
      return items.find(({ id }) => id === 'matters')
    }
    const seen = await matters()
    expect(seen).toMatchObject({
      status: 'warning',
      next: 'mts run follow-up',
      evidence: { value: { followUpCount: 1, soon: ['token'] } },
    })
    expect(JSON.stringify(seen)).not.toContain(claims)
  })
})
