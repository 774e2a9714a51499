import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Read } from '../../src/core/read.ts'
import type { Sale, SalesPage, ServiceReader } from '../../src/core/service.ts'
import { readSalesOfDay } from '../../src/settlement/sales-of-day.ts'

const DATE = '2026-11-23'

function sale(id: number, status = 'COMPLETED'): Sale {
  return {
    id,
    transactionTime: `${DATE}T10:00:00`,
    amount: String(id * 10),
    fee: '1',
    netAmount: String(id * 10 - 1),
    status,
    paymentType: 'CARD',
    channel: 'ONLINE',
    orderNumber: `N-${id}`,
  }
}

/** A store whose sales may change between two pages; `size` is forced small so that there are pages. */
function reader(
  pages: (store: string, page: number, asked: number) => Read<SalesPage>,
): ServiceReader {
  let asked = 0
  return {
    salesPage: (store: string, _from: string, _to: string, page: number) =>
      Promise.resolve(pages(store, page, asked++)),
  } as unknown as ServiceReader
}

function pageOf(sales: readonly Sale[], page: number, size: number): Read<SalesPage> {
  return {
    kind: 'ok',
    meta: { httpStatus: 200, latencyMs: 1 },
    value: {
      sales: sales.slice(page * size, (page + 1) * size),
      page,
      totalElements: sales.length,
      totalPages: Math.ceil(sales.length / size),
    },
  }
}

describe('the sales of a day', () => {
  it('are all there whatever the number of pages and stores, and only COMPLETED ones count', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, size) => {
          const all = Array.from({ length: count }, (_, index) =>
            sale(index + 1, index % 5 === 4 ? 'CANCELLED' : 'COMPLETED'),
          )
          const stores = {
            a: all.filter((item) => item.id % 2 === 0),
            b: all.filter((item) => item.id % 2 === 1),
          }
          const day = await readSalesOfDay(
            reader((store, page) => pageOf(stores[store as 'a' | 'b'], page, size)),
            ['a', 'b', 'a'],
            DATE,
          )
          if (day.kind !== 'known') throw new Error(JSON.stringify(day))
          const completed = all.filter((item) => item.status === 'COMPLETED')
          expect(day.sales.length).toBe(count)
          expect(day.completed.count).toBe(completed.length)
          expect(day.completed.amount).toBe(
            String(completed.reduce((sum, item) => sum + Number(item.amount), 0)),
          )
        },
      ),
    )
  })

  it('that shift while pages are read are read once more, whole', async () => {
    const before = [sale(3), sale(2), sale(1)]
    const after = [sale(4), ...before]
    const day = await readSalesOfDay(
      reader((_store, page, asked) => pageOf(asked === 0 ? before : after, page, 2)),
      ['a'],
      DATE,
    )
    expect(day.kind === 'known' && day.sales.map((item) => item.id)).toEqual([4, 3, 2, 1])
  })

  it('that keep shifting are unknown, never a wrong sum', async () => {
    const growing = await readSalesOfDay(
      reader((_store, page, asked) =>
        pageOf(
          Array.from({ length: 3 + asked }, (_, index) => sale(50 - index)),
          page,
          2,
        ),
      ),
      ['a'],
      DATE,
    )
    expect(growing.kind).toBe('unknown')
  })

  it('without stores are not checked, and a page that cannot be read makes the day unknown', async () => {
    const failing = reader(() => ({
      kind: 'unknown',
      latencyMs: 1,
      failure: { kind: 'service_error', message: { ko: '오류', en: 'error' } },
    }))
    expect((await readSalesOfDay(failing, [], DATE)).kind).toBe('not_checked')
    expect((await readSalesOfDay(failing, ['a'], DATE)).kind).toBe('unknown')
    const foreign = reader((_store, page) =>
      pageOf([{ ...sale(1), transactionTime: '2026-11-24T00:00:00' }], page, 2),
    )
    expect((await readSalesOfDay(foreign, ['a'], DATE)).kind).toBe('unknown')
  })
})
