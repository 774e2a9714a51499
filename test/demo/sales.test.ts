/** The sales endpoint's edges: bounds, pages, and what it makes of bad parameters. */
import { describe, expect, it } from 'vitest'
import type { Demo } from '../../src/demo/demo.ts'
import { ask, createNewDemo, createUsualDemo } from './support.ts'

interface Page {
  readonly content: readonly { readonly id: number; readonly transactionTime: string }[]
  readonly totalElements: number
  readonly totalPages: number
  readonly size: number
  readonly number: number
  readonly first: boolean
  readonly last: boolean
}

const STORE = '/api/v1/sales/123-45-67890'

async function page(demo: Demo, query: string): Promise<Page> {
  const answer = await ask(demo, 'GET', `${STORE}?${query}`)
  expect(answer.status).toBe(200)
  return (JSON.parse(answer.body) as { data: Page }).data
}

function withSales(times: readonly string[]): Demo {
  const { demo } = createNewDemo()
  for (const at of times) demo.addSale({ at, amount: 1000 })
  return demo
}

describe('the range of sales', () => {
  it('includes both ends to the microsecond, newest first', async () => {
    const demo = withSales([
      '2026-11-19T23:59:59.999',
      '2026-11-20T00:00:00',
      '2026-11-20T23:59:59.999',
      '2026-11-21T00:00:00',
    ])
    const day = 'startDate=2026-11-20T00:00:00&endDate='
    const until = async (end: string): Promise<number[]> =>
      (await page(demo, day + end)).content.map(({ id }) => id)
    expect(await until('2026-11-20T23:59:59.999999')).toEqual([3, 2])
    expect(await until('2026-11-21T00:00:00')).toEqual([4, 3, 2])
    expect(await until('2026-11-20T23:59:59')).toEqual([2])
    // The driver rounds nanoseconds up into the next day.
    expect(await until('2026-11-20T23:59:59.999999999')).toEqual([4, 3, 2])
    expect(await until('2026-11-20T23:59:59.999999Z')).toEqual([3, 2])
  })

  it('finds the same sales in a range of years as day by day', async () => {
    const { demo } = createUsualDemo({ historyDays: 3 })
    const all = await page(demo, 'startDate=2020-01-01T00:00:00&endDate=2030-01-01T00:00:00')
    const days = ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24']
    let sum = 0
    for (const day of days) {
      const query = `startDate=${day}T00:00:00&endDate=${day}T23:59:59.999999`
      sum += (await page(demo, query)).totalElements
    }
    expect(all.totalElements).toBe(sum)
    expect(sum).toBeGreaterThan(300)
  })

  it('knows only the sales of the store that is asked for', async () => {
    const { demo } = createNewDemo()
    demo.addSale({ at: '2026-11-20T10:00:00', amount: 1000, store: '234-56-78901' })
    const query = 'startDate=2026-11-20T00:00:00&endDate=2026-11-20T23:59:59'
    expect((await page(demo, query)).totalElements).toBe(0)
    const other = await ask(demo, 'GET', `/api/v1/sales/234-56-78901?${query}`)
    expect(other.body).toContain('"totalElements":1,')
  })
})

describe('pages', () => {
  const RANGE = 'startDate=2026-11-23T00:00:00&endDate=2026-11-23T23:59:59.999999'

  it('hold 20 sales unless asked, and together every sale once', async () => {
    const { demo } = createUsualDemo({ historyDays: 2 })
    const first = await page(demo, RANGE)
    expect(first).toMatchObject({ size: 20, number: 0, first: true, last: false })
    const ids = new Set<number>()
    for (let number = 0; number < first.totalPages; number++) {
      const next = await page(demo, `${RANGE}&page=${number}`)
      for (const { id } of next.content) ids.add(id)
      expect(next.last).toBe(number === first.totalPages - 1)
    }
    expect(ids.size).toBe(first.totalElements)
  })

  it.each([
    ['page=-1', { number: 0, size: 20 }],
    ['page=x&size=y', { number: 0, size: 20 }],
    ['size=0', { size: 20 }],
    ['size=5000', { size: 2000 }],
    ['page=9999&size=7', { number: 9999, size: 7, content: [], last: true }],
  ])('fall back or are limited: %s', async (query, expected) => {
    expect(await page(withSales(['2026-11-23T10:00:00']), `${RANGE}&${query}`)).toMatchObject(
      expected,
    )
  })
})

describe('bad parameters', () => {
  it.each([
    ['a bare date', `${STORE}?startDate=2026-11-20&endDate=2026-11-21`, 400, 'TYPE_MISMATCH'],
    ['no endDate', `${STORE}?startDate=2026-11-20T00:00:00`, 500, 'INTERNAL_SERVER_ERROR'],
    [
      'start after end',
      `${STORE}?startDate=2026-11-21T00:00:00&endDate=2026-11-20T00:00:00`,
      400,
      '',
    ],
    [
      'an unknown store',
      '/api/v1/sales/999-99-99999?startDate=2026-11-20T00:00:00&endDate=2026-11-21T00:00:00',
      500,
      '"success":false',
    ],
  ])('%s', async (_, path, status, body) => {
    const answer = await ask(createNewDemo().demo, 'GET', path)
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(body)
  })
})
