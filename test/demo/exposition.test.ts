/** The scrape: the recorded families under the recorded names, and what it is blind to. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ask, createNewDemo, createUsualDemo } from './support.ts'

const RECORDED = readFileSync(new URL('../recordings/exposition.txt', import.meta.url), 'utf8')

function families(text: string): Set<string> {
  return new Set([...text.matchAll(/^# TYPE (\S+ \S+)$/gm)].map((match) => match[1] ?? ''))
}

function samples(text: string): Set<string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Set(lines.map((line) => line.replace(/[{ ].*$/, '')))
}

describe('the exposition', () => {
  it('has the recorded families, types, sample names and buckets', async () => {
    const { demo } = createNewDemo()
    await ask(demo, 'GET', '/actuator/info')
    const answer = await ask(demo, 'GET', '/actuator/prometheus', {
      headers: { accept: 'text/plain' },
    })
    expect(answer.headers['content-type']).toBe('text/plain;version=0.0.4;charset=utf-8')
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.body)))
    expect(families(answer.body)).toEqual(families(RECORDED))
    expect(samples(answer.body)).toEqual(samples(RECORDED))
    const bounds = (text: string): Set<string> =>
      new Set([...text.matchAll(/le="([^"]+)"/g)].map((match) => match[1] ?? ''))
    expect(bounds(answer.body)).toEqual(bounds(RECORDED))
  })

  it('says 0 for ever of what the metrics endpoint counts', async () => {
    const { demo } = createUsualDemo({ historyDays: 3, faults: ['failed-batch-linked'] })
    const { body } = await ask(demo, 'GET', '/api/monitoring/prometheus')
    for (const blind of [
      'settlement_result_total',
      'settlement_failure_total',
      'sales_by_payment_type_total',
      'api_calls_total',
    ]) {
      expect(body).toContain(`${blind}{application="mini-today-sales",} 0.0\n`)
      expect(body.match(new RegExp(`^${blind}\\{`, 'gm'))).toHaveLength(1)
    }
    const created = /^sales_created_total\{[^}]*\} (\S+)$/m.exec(body)?.[1]
    const counted = await ask(demo, 'GET', '/actuator/metrics/sales.created.total')
    expect(counted.body).toContain(`"value":${created}}`)
    expect(Number(created)).toBeGreaterThan(500)
    expect(body).toMatch(/^jvm_memory_max_bytes\{area="heap",id="G1 Eden Space",\} -1\.0$/m)
  })

  it('never lets a bucket hold less than the one below it', async () => {
    const { demo } = createUsualDemo({ historyDays: 1 })
    const { body } = await ask(demo, 'GET', '/actuator/prometheus')
    let last = { series: '', count: 0 }
    let compared = 0
    for (const match of body.matchAll(/^(\S+_bucket\{.*)le="[^"]+",\} (\S+)$/gm)) {
      const [, series = '', count = ''] = match
      if (series === last.series) {
        expect(Number(count)).toBeGreaterThanOrEqual(last.count)
        compared++
      }
      last = { series, count: Number(count) }
    }
    expect(compared).toBeGreaterThan(400)
  })

  it('speaks OpenMetrics when asked', async () => {
    const { demo } = createNewDemo()
    const accept = 'application/openmetrics-text; version=1.0.0'
    const answer = await ask(demo, 'GET', '/actuator/prometheus', { headers: { accept } })
    expect(answer.headers['content-type']).toBe(
      'application/openmetrics-text;version=1.0.0;charset=utf-8',
    )
    expect(answer.body).toMatch(/# EOF\n$/)
    expect(answer.body).toContain('# TYPE sales_created counter\n# HELP sales_created Total')
    expect(answer.body).toContain('sales_created_total{application="mini-today-sales"} 0.0\n')
  })
})

describe('actuator', () => {
  it('answers in its own media type unless plain JSON is asked for first', async () => {
    const { demo } = createNewDemo()
    const type = async (accept: string): Promise<string | undefined> =>
      (await ask(demo, 'GET', '/actuator/health', { headers: { accept } })).headers['content-type']
    const own = 'application/vnd.spring-boot.actuator.v3+json'
    expect(await type('*/*')).toBe(own)
    expect(await type(`${own}, application/json`)).toBe(own)
    expect(await type('application/json')).toBe('application/json')
    const bare = await demo.handle({ method: 'GET', path: '/actuator/health' })
    expect(bare).toMatchObject({ headers: { 'content-type': own } })
  })

  it('keeps the order and spelling of numbers that Java has', async () => {
    const { demo } = createNewDemo()
    demo.addSale({ at: '2026-11-20T10:00:00', amount: 12_345_678.5 })
    const { body } = await ask(demo, 'GET', '/api/monitoring/metrics/summary')
    expect(body).toContain('"total_sales_amount":1.23456785E7,')
  })
})
