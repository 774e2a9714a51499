import { describe, expect, it } from 'vitest'
import type { Read } from '../../src/core/read.ts'
import { judgeNumber, readNumber } from '../../src/telemetry/read-number.ts'
import { json, prometheusOf, replay, serve } from './servers.ts'

function valueOf<T>(read: Read<T>): T {
  if (read.kind !== 'ok') throw new Error(`expected a value, got ${JSON.stringify(read)}`)
  return read.value
}

const success = (data: unknown, more: object = {}): object => ({ status: 'success', data, ...more })
const vector = (...values: readonly string[]): object =>
  success({
    resultType: 'vector',
    result: values.map((value, at) => ({
      metric: { n: String(at) },
      value: [1795457543.5, value],
    })),
  })

describe('the client of Prometheus, against what was recorded of 2.42', () => {
  it('reads rules with their durations, states and alerts', async () => {
    const { url } = await replay('prometheus-service-down')
    const groups = valueOf(await (await prometheusOf(url)).rules())
    const [critical] = groups
    const down = critical?.rules.find((rule) => rule.name === 'ServiceDown')
    expect(critical?.name).toBe('mini-today-sales-critical')
    expect(critical?.intervalMs).toBe(5000)
    expect(down).toMatchObject({
      kind: 'alerting',
      query: 'up{job="mini-today-sales"} == 0',
      forMs: 5000,
      state: 'firing',
      labels: { severity: 'critical', team: 'backend' },
      alerts: [{ state: 'firing', labels: { instance: '127.0.0.1:8080' } }],
    })
  })

  it('reads targets, with why one is down', async () => {
    const { url } = await replay('prometheus-service-down')
    const targets = valueOf(await (await prometheusOf(url)).targets())
    expect(targets).toMatchObject([
      {
        job: 'mini-today-sales',
        instance: '127.0.0.1:8080',
        health: 'down',
        scrapeIntervalMs: 5000,
        scrapeTimeoutMs: 5000,
      },
    ])
    expect(targets[0]?.lastError).toContain('connection refused')
  })

  it('reads alerts, the version, metadata, vectors, scalars and matrices', async () => {
    const { url } = await replay('prometheus-healthy')
    const client = await prometheusOf(url)
    expect(valueOf(await client.alerts())).toMatchObject([
      { state: 'firing', labels: { alertname: 'NoSalesDetected' } },
    ])
    expect(valueOf(await client.version())).toBe('2.42.0+ds')
    expect(valueOf(await client.metadata()).size).toBe(0)
    const up = valueOf(await client.query('up'))
    expect(up.elements).toMatchObject([{ value: { kind: 'number', value: 1 } }])
    expect(up.elements[0]?.atMs).toBe(1795457543075)
    expect(valueOf(await client.query('0/0'))).toMatchObject({
      kind: 'scalar',
      elements: [{ value: { kind: 'special', spelling: 'NaN' } }],
    })
    const p95 =
      'histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket{uri!~"/actuator.*"}[1m])))'
    const range = valueOf(await client.queryRange(p95, { fromMs: 0, toMs: 1, stepMs: 1 }))
    expect(range.series[0]?.points.map(({ value }) => value.kind)).toEqual([
      'special',
      'special',
      'special',
      'number',
    ])
  })

  it('says in Prometheus’ own words what is wrong with a query', async () => {
    const { url } = await replay('prometheus-healthy')
    const read = await (await prometheusOf(url)).query('sum(rate(')
    expect(read).toMatchObject({
      kind: 'unknown',
      failure: { kind: 'service_error', httpStatus: 400 },
    })
    if (read.kind === 'unknown') {
      expect(read.failure.message.en).toContain('bad_data')
      expect(read.failure.message.en).toContain('unclosed left parenthesis')
    }
  })
})

describe('what is not an answer of Prometheus', () => {
  const questions: Readonly<Record<string, (body: string) => [number, string, string]>> = {
    "a proxy's page": () => [502, 'text/html', '<html>Bad Gateway</html>'],
    'a page under 200': () => [200, 'text/html', '<html>login</html>'],
    'an answer of another type': (body) => [200, 'text/html', body],
    'JSON of somebody else': () => [200, 'application/json', '{"ok":true}'],
    'JSON that breaks off': (body) => [200, 'application/json', body.slice(0, -9)],
    'a vector that holds words for a value': () => [
      200,
      'application/json',
      JSON.stringify(vector('fast')),
    ],
    'a success without data': () => [200, 'application/json', '{"status":"success"}'],
    'a redirect': () => [302, 'text/html', ''],
    nothing: () => [200, 'application/json', ''],
  }
  for (const [name, make] of Object.entries(questions)) {
    it(`${name} is not known`, async () => {
      const [status, type, body] = make(JSON.stringify(vector('1')))
      const { url } = await serve((_asked, response) => {
        response.writeHead(status, { 'content-type': type, location: 'http://elsewhere/' })
        response.end(body)
      })
      const read = await (await prometheusOf(url)).query('up')
      expect(read.kind).toBe('unknown')
      if (read.kind === 'unknown') expect(['foreign', 'unreadable']).toContain(read.failure.kind)
    })
  }

  it('an answer that never ends is cut off at our own deadline', async () => {
    const { url } = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"status":')
    })
    const client = await prometheusOf(url)
    const read = await client.query('up', { timeoutMs: 150 })
    expect(read).toMatchObject({ kind: 'unknown', failure: { kind: 'timeout' } })
  })

  it('an answer without end is read up to a limit and no further', async () => {
    const { url } = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(1024 * 1024, 32)
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', pour)
      pour()
    })
    const read = await (await prometheusOf(url)).query('up')
    expect(read).toMatchObject({ kind: 'unknown', failure: { kind: 'unreadable' } })
  })

  it('a 401 is told apart', async () => {
    const { url } = await serve((_asked, response) => json(response, 401, { no: true }))
    const read = await (await prometheusOf(url)).query('up')
    expect(read).toMatchObject({ kind: 'unknown', failure: { kind: 'unauthorized' } })
  })

  it('422 and 503 carry the reason of Prometheus', async () => {
    for (const [status, errorType] of [
      [422, 'execution'],
      [503, 'timeout'],
    ] as const) {
      const { url } = await serve((_asked, response) =>
        json(response, status, { status: 'error', errorType, error: 'too many samples' }),
      )
      const read = await (await prometheusOf(url)).query('up')
      expect(read).toMatchObject({ kind: 'unknown', failure: { kind: 'service_error' } })
      if (read.kind === 'unknown') expect(read.failure.message.en).toContain(errorType)
    }
  })
})

describe('how Prometheus is asked', () => {
  it('sends the configured headers, and the deadline as its own time limit', async () => {
    const server = await serve((_asked, response) => json(response, 200, vector('1')))
    const client = await prometheusOf(server.url, {
      headers: { authorization: 'Bearer s3cret', 'x-scope-orgid': 'ops' },
      timeoutMs: 2000,
    })
    await client.query('up')
    expect(server.asked[0]?.headers).toMatchObject({
      authorization: 'Bearer s3cret',
      'x-scope-orgid': 'ops',
    })
    expect(server.asked[0]?.path).toBe('/api/v1/query?query=up&timeout=2000ms')
  })

  it('keeps the prefix of a path', async () => {
    const server = await serve((_asked, response) => json(response, 200, vector('1')))
    await (await prometheusOf(`${server.url}/prometheus/`)).query('up')
    expect(server.asked[0]?.path).toMatch(/^\/prometheus\/api\/v1\/query\?/)
  })

  it('sends a long query as a form', async () => {
    const server = await serve((_asked, response) => json(response, 200, vector('1')))
    const long = `sum(${Array.from({ length: 200 }, (_none, n) => `metric_${n}`).join(' + ')})`
    const read = await (await prometheusOf(server.url)).query(long)
    expect(read.kind).toBe('ok')
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/api/v1/query' })
    expect(new URLSearchParams(server.asked[0]?.body).get('query')).toBe(long)
  })

  it('takes the lists that version 3 leaves out or sends as null', async () => {
    const { url } = await serve((asked, response) =>
      json(
        response,
        200,
        asked.path.includes('rules')
          ? success({
              groups: [
                {
                  name: 'g',
                  rules: [{ type: 'alerting', name: 'A', query: 'up', alerts: null }],
                },
                { name: 'empty', rules: null },
              ],
            })
          : success({ activeTargets: null }),
      ),
    )
    const client = await prometheusOf(url)
    expect(valueOf(await client.rules()).map(({ rules }) => rules.length)).toEqual([1, 0])
    expect(valueOf(await client.targets())).toEqual([])
  })
})

describe('one number out of Prometheus', () => {
  const nowMs = 1795457543500
  async function ask(value: object, stamp: object = vector(String(nowMs / 1000 - 5))) {
    const { url } = await serve((asked, response) =>
      json(response, 200, asked.path.includes('timestamp') ? stamp : value),
    )
    return readNumber(await prometheusOf(url), {
      expression: 'sum(x)',
      freshness: { selector: 'x', maxAgeMs: 30_000 },
    })
  }

  it('is known when it is single, finite and fresh', async () => {
    expect(await ask(vector('0.25'))).toEqual({ kind: 'known', value: 0.25, atMs: nowMs - 5000 })
  })

  it('is unknown, never 0, when it is empty, NaN, infinite, stale, partial or not single', async () => {
    const stale = vector(String(nowMs / 1000 - 31))
    const partial = { ...vector('1'), warnings: ['partial response: store 3 unavailable'] }
    const answers = await Promise.all([
      ask(vector()),
      ask(vector('NaN')),
      ask(vector('+Inf')),
      ask(vector('1'), stale),
      ask(vector('1'), vector()),
      ask(partial),
      ask(vector('1', '2')),
    ])
    expect(answers.map((answer) => (answer.kind === 'unknown' ? answer.why : answer.kind))).toEqual(
      ['empty', 'not_a_number', 'not_a_number', 'stale', 'empty', 'partial', 'ambiguous'],
    )
  })

  it('counts a native histogram as something that cannot be judged', async () => {
    const { url } = await serve((_asked, response) =>
      json(
        response,
        200,
        success({
          resultType: 'vector',
          result: [{ metric: {}, histogram: [1795457543.5, { count: '3', sum: '1' }] }],
        }),
      ),
    )
    const read = await (await prometheusOf(url)).query('x')
    expect(judgeNumber(read)).toMatchObject({ kind: 'unknown', why: 'ambiguous' })
  })
})
