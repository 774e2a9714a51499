import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createFakeWorld } from '../support/ports.ts'
import { wallClock } from './servers.ts'

describe('mts metrics', () => {
  let listening: Listening
  beforeAll(async () => {
    listening = await listenDemo(createDemo({ clock: wallClock, historyDays: 3 }))
  })
  afterAll(() => listening.close())

  const metrics = async (...argv: readonly string[]) => {
    const world = createFakeWorld({ clock: wallClock, env: { MTS_URL: listening.url } })
    onTestFinished(() => world.dispose())
    return world.mts('metrics', ...argv)
  }

  it('lists every meter with the names it has in the scrape', async () => {
    const { code, json } = await metrics('-o', 'json')
    expect(code).toBe(0)
    const items = json()['items'] as { meter: string; series: string[] }[]
    const seriesOf = (name: string) => items.find(({ meter }) => meter === name)?.series
    expect(seriesOf('sales.amount.total')).toEqual(['sales_amount_total_KRW_total'])
    expect(seriesOf('process.uptime')).toEqual(['process_uptime_seconds'])
    expect(seriesOf('hikaricp.connections')).toEqual(['hikaricp_connections'])
    expect(seriesOf('http.server.requests')).toEqual([
      'http_server_requests_seconds',
      'http_server_requests_seconds_count',
      'http_server_requests_seconds_sum',
      'http_server_requests_seconds_max',
    ])
    expect(seriesOf('jvm.memory.used')).toEqual(['jvm_memory_used_bytes'])
  })

  it('shows a meter by tag from both sides, and that the scrape is blind to it', async () => {
    const { json } = await metrics('sales.by.payment.type.total', '-o', 'json')
    const value = json()
    expect(value).toMatchObject({
      kind: 'Meter',
      blind: true,
      scrape: [{ series: 'sales_by_payment_type_total', value: 0 }],
    })
    const tags = value['tags'] as { tag: string; values: { value: string; count: number }[] }[]
    const types = tags.find(({ tag }) => tag === 'payment_type')?.values ?? []
    const total = (value['measurements'] as { COUNT: number }).COUNT
    expect(types.map((one) => one.value)).toContain('CARD')
    expect(types.reduce((sum, { count }) => sum + count, 0)).toBe(total)
  })

  it('takes a name of the scrape, and a tag; what is fine is not called blind', async () => {
    const heap = await metrics('jvm_memory_used_bytes', '--tag', 'area:heap', '-o', 'json')
    const value = heap.json()
    expect(value).toMatchObject({ meter: 'jvm.memory.used', blind: false })
    const sides = value['scrape'] as { labels: { area: string }; value: number }[]
    expect(sides).toHaveLength(3)
    const used = sides.reduce((sum, side) => sum + side.value, 0)
    expect(used).toBeCloseTo((value['measurements'] as { VALUE: number }).VALUE, -6)
    const sold = await metrics('sales.created.total', '-o', 'json')
    expect(sold.json()).toMatchObject({ blind: false })
  })

  it('says what is not there: an unknown name with the nearest, a tag without a value', async () => {
    const unknown = await metrics('sales.craeted.total', '-o', 'json')
    expect(unknown.code).toBe(66)
    expect(JSON.stringify(unknown.json())).toContain('sales.created.total')
    expect((await metrics('settlement.result.total', '--tag', 'result:lost')).code).toBe(66)
    expect((await metrics('jvm.memory.used', '--tag', 'heap')).code).toBe(64)
  })

  it('fits a terminal of 80 columns', async () => {
    for (const argv of [[], ['settlement.result.total'], ['http.server.requests']]) {
      const { stdout } = await metrics(...argv)
      for (const line of stdout.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
    }
  })
})
