/** Where requests go, what they carry, and whom TLS trusts. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { MtsError } from '../../src/core/errors.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { answerOf, clientOf, listen, wallClock } from './wire.ts'

const UP = '{"status":"UP"}'

async function refusalOf(settings: {
  url?: string
  headers?: Record<string, string>
  caFile?: string
}) {
  try {
    await createServiceClient({ url: 'http://127.0.0.1:1', headers: {}, ...settings }, wallClock)
  } catch (error) {
    if (error instanceof MtsError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('the address', () => {
  it('is shown without credentials and trailing slash, and its credentials are sent', async () => {
    const server = await listen((_request, socket) => socket.write(answerOf(200, UP)))
    const client = await clientOf(`http://ops:s%3Acret@127.0.0.1:${server.port}/app/`)
    expect(client.url).toBe(`http://127.0.0.1:${server.port}/app`)
    await client.wholeHealth()
    expect(server.requests[0]?.path).toBe('/app/actuator/health')
    expect(server.requests[0]?.headers['authorization']).toBe(
      `Basic ${Buffer.from('ops:s:cret').toString('base64')}`,
    )
  })

  it.each(['ftp://x', 'localhost:8080', '', 'http://x/?a=1', 'http://x/#a', 'http://a:%zz@x'])(
    'is refused when it cannot be one: "%s"',
    async (url) => {
      expect(await refusalOf({ url })).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    },
  )

  it.each([
    ['HTTP://Service.EXAMPLE', 'http://service.example'],
    ['http://service.example:80/', 'http://service.example'],
    ['https://service.example:443/app//', 'https://service.example/app'],
    ['http://service.example:8080/App/?', 'http://service.example:8080/App'],
    ['http://service.example/#', 'http://service.example'],
    ['http://ops:s%3Acret@service.example/', 'http://service.example'],
    ['http://[0:0::1]:8080', 'http://[::1]:8080'],
    ['http://정산.example/a/../b/', 'http://xn--zf4b78k.example/b'],
  ])('has one name, in the settings as in the client: %s', async (typed, url) => {
    const settings = await loadSettings({
      options: { url: typed },
      env: {},
      directories: { config: '/nowhere', state: '/nowhere' },
      cwd: '/nowhere',
      homeDir: '/nowhere',
      defaultLang: 'ko',
    })
    expect(settings.url).toBe(url)
    expect((await clientOf(settings.url)).url).toBe(url)
    expect((await clientOf(typed)).url).toBe(url)
  })

  it('keeps what was typed inside its place in the path', async () => {
    const server = await listen((_request, socket) => socket.write(answerOf(404, '', {})))
    const client = await clientOf(server.url)
    await client.componentHealth('db/prim ary')
    await client.metric('a/b?c', { 'k&y': 'v:1=2' })
    await client.salesPage('12/3?4', '2026-11-23T00:00:00', '2026-11-23T23:59:59.999999', 1, 500)
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/actuator/health/db/prim%20ary',
      '/actuator/metrics/a%2Fb%3Fc?tag=k%26y%3Av%3A1%3D2',
      '/api/v1/sales/12%2F3%3F4?startDate=2026-11-23T00%3A00%3A00&endDate=2026-11-23T23%3A59%3A59.999999&page=1&size=500',
    ])
    await expect(client.componentHealth('../shutdown')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(client.metric('..')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(client.postManual('2026-02-30')).rejects.toThrow(TypeError)
    await expect(client.postReprocess(Number.NaN)).rejects.toThrow(TypeError)
    expect(server.requests).toHaveLength(3)
  })
})

describe('the headers', () => {
  it('go with every request and come back in no failure', async () => {
    const server = await listen((_request, socket) =>
      socket.write(answerOf(401, 'x', { 'content-type': 'text/plain' })),
    )
    const headers = { Authorization: 'Bearer s3cr3t-token', 'X-Tenant': 'a' }
    const client = await clientOf(server.url, { headers })
    const results = [
      await client.wholeHealth(),
      await client.settlementById(8),
      await client.postReprocess(8),
    ]
    for (const request of server.requests) {
      expect(request.headers).toMatchObject({
        authorization: 'Bearer s3cr3t-token',
        'x-tenant': 'a',
      })
    }
    expect(server.requests).toHaveLength(3)
    expect(JSON.stringify(results)).not.toContain('s3cr3t')
    expect(server.requests[0]?.headers['accept']).toBe(
      'application/vnd.spring-boot.actuator.v3+json, application/json',
    )
  })

  it.each([
    [{ 'X-A\r\nX-B': 's3cr3t' }],
    [{ 'X-A': 's3cr3t\r\nX-B: 1' }],
    [{ 'X-A': 's3cr3t한글' }],
    [{ 'Transfer-Encoding': 's3cr3t' }],
    [{ 'Content-Length': '5' }],
    [{ '': 's3cr3t' }],
  ])(
    'are refused when they cannot be sent, without repeating their value (%#)',
    async (headers) => {
      const refusal = await refusalOf({ headers })
      expect(refusal).toMatchObject({ code: 'CONFIG', exitCode: 78 })
      expect(JSON.stringify(refusal.text) + refusal.message).not.toContain('s3cr3t')
    },
  )
})

describe('the time of an answer', () => {
  const answered = async (date: Record<string, string>) => {
    const headers = { 'content-type': 'application/json', ...date }
    const server = await listen((_request, socket) => socket.write(answerOf(200, UP, headers)))
    const read = await (await clientOf(server.url)).wholeHealth()
    return read.kind === 'ok' ? read.meta : undefined
  }

  it('is its Date header', async () => {
    const meta = await answered({ date: 'Mon, 23 Nov 2026 17:46:20 GMT' })
    expect(meta).toMatchObject({ httpStatus: 200, dateMs: Date.UTC(2026, 10, 23, 17, 46, 20) })
    expect(meta?.latencyMs).toBeGreaterThan(0)
  })

  it.each([
    {},
    { date: 'soon' },
    { date: '2026-11-23' },
    { date: 'Mon, 99 Nov 2026 17:46:20 GMT' },
  ])('is not known from %j', async (date) => {
    expect(await answered(date as Record<string, string>)).not.toHaveProperty('dateMs')
  })
})

const OPENSSL = 'openssl'
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0

interface Certificates {
  readonly ca: string
  readonly key: string
  readonly cert: string
}

/** A certificate authority of one's own, and a certificate for 127.0.0.1 or another host that it has signed. */
function certificates(host: string, days: string): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'mts-tls-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const at = (name: string) => join(directory, name)
  const openssl = (...args: string[]) =>
    execFileSync(OPENSSL, args, { stdio: 'pipe', cwd: directory })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test ca',
    '-days',
    '2',
  )
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server')
  writeFileSync(at('ext'), `subjectAltName=${host}\n`)
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.pem',
    '-days',
    days,
    '-extfile',
    'ext',
  )
  return {
    ca: at('ca.pem'),
    key: readFileSync(at('server.key'), 'utf8'),
    cert: readFileSync(at('server.pem'), 'utf8'),
  }
}

async function secureServer({ key, cert }: Certificates): Promise<string> {
  const server = createServer({ key, cert }, (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(UP)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.skipIf(!hasOpenssl)('TLS (skipped without the openssl command)', () => {
  it('trusts the configured authority, and nobody’s own word', async () => {
    const made = certificates('IP:127.0.0.1', '2')
    const url = await secureServer(made)
    const trusting = await clientOf(url, { caFile: made.ca })
    expect(await trusting.wholeHealth()).toMatchObject({ kind: 'ok', value: { status: 'UP' } })
    const stranger = await clientOf(url)
    expect(await stranger.wholeHealth()).toMatchObject({
      kind: 'unknown',
      failure: {
        kind: 'unreachable',
        message: { en: expect.stringContaining('TLS certificate not trusted') },
      },
    })
    expect(await stranger.postReprocess(8)).toMatchObject({ kind: 'not_sent' })
  })

  it('says that a certificate is for another host', async () => {
    const made = certificates('DNS:other.example', '2')
    const client = await clientOf(await secureServer(made), { caFile: made.ca })
    expect(await client.wholeHealth()).toMatchObject({
      failure: {
        kind: 'unreachable',
        systemCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
        message: { ko: expect.stringContaining('호스트 이름 불일치') },
      },
    })
  })

  it('says that a certificate has expired', async () => {
    const made = certificates('IP:127.0.0.1', '-1')
    const client = await clientOf(await secureServer(made), { caFile: made.ca })
    expect(await client.wholeHealth()).toMatchObject({
      failure: {
        kind: 'unreachable',
        systemCode: 'CERT_HAS_EXPIRED',
        message: { en: expect.stringContaining('expired') },
      },
    })
  })
})

describe('the file of a certificate authority', () => {
  it('is refused when it is not there, or holds no certificate', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mts-ca-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'ca.pem')
    expect(await refusalOf({ caFile: file })).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    writeFileSync(file, 'no certificate')
    expect(await refusalOf({ caFile: file })).toMatchObject({ code: 'CONFIG', exitCode: 78 })
  })
})
