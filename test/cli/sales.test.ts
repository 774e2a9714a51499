import { afterEach, describe, expect, it } from 'vitest'
import type { Failure, Read } from '../../src/core/read.ts'
import type { Sale, SalesPage, Service } from '../../src/core/service.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeOptions, FakeWorld } from '../support/ports.ts'

const worlds: FakeWorld[] = []

function worldOf(options: FakeOptions): FakeWorld {
  const world = createFakeWorld(options)
  worlds.push(world)
  return world
}

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

const META = { httpStatus: 200, latencyMs: 1 }

function sale(id: number, more: Partial<Sale> = {}): Sale {
  return {
    id,
    transactionTime: '2026-11-23T12:00:00',
    amount: '1000.5',
    fee: '10',
    netAmount: '990.5',
    status: 'COMPLETED',
    paymentType: 'CARD',
    channel: 'OFFLINE',
    orderNumber: `A${id}`,
    ...more,
  }
}

interface Asked {
  readonly store: string
  readonly from: string
  readonly to: string
  readonly page: number
}

/** Sells by store; `onPage` runs before each answer, to change what is sold in between. */
function shop(
  byStore: Record<string, Sale[]>,
  onPage: (asked: Asked) => void = () => undefined,
): { readonly service: Service; readonly asked: Asked[] } {
  const asked: Asked[] = []
  const service = {
    url: 'http://h',
    close: () => Promise.resolve(),
    salesPage: async (
      store: string,
      from: string,
      to: string,
      page: number,
      size: number,
    ): Promise<Read<SalesPage>> => {
      asked.push({ store, from, to, page })
      onPage({ store, from, to, page })
      const sales = byStore[store] ?? []
      return {
        kind: 'ok',
        meta: META,
        value: {
          sales: sales.slice(page * size, (page + 1) * size),
          page,
          totalElements: sales.length,
          totalPages: Math.ceil(sales.length / size),
        },
      }
    },
  }
  return { service: service as unknown as Service, asked }
}

const failing = (failure: Failure): Service =>
  ({
    close: () => Promise.resolve(),
    salesPage: async () => ({ kind: 'unknown', failure, latencyMs: 1 }),
  }) as unknown as Service

const failure = (kind: Failure['kind']): Failure => ({
  kind,
  message: { ko: `실패 ${kind}`, en: `failed ${kind}` },
})

const env = { MTS_STORES: '1-1,2-2' }

describe('mts sales', () => {
  it('adds up every page of every store, by store, payment type and status', async () => {
    const many = Array.from({ length: 2345 }, (_, index) => sale(index + 1))
    const { service, asked } = shop({
      '1-1': [...many, sale(9001, { paymentType: 'CASH', status: 'CANCELLED', amount: '7' })],
      '2-2': [],
    })
    const result = await worldOf({ service, env }).mts(
      'sales',
      '--date',
      '2026-11-23',
      '-o',
      'json',
    )
    expect(result.code).toBe(0)
    expect(result.json()).toMatchObject({
      kind: 'Sales',
      date: '2026-11-23',
      stores: [
        { store: '1-1', count: 2345, amount: '2346172.5' },
        { store: '2-2', count: 0, amount: '0' },
      ],
      completed: { count: 2345, amount: '2346172.5', fee: '23450', net: '2322722.5' },
      others: { count: 1, amount: '7' },
      rows: [
        { store: '1-1', paymentType: 'CARD', status: 'COMPLETED', count: 2345 },
        { store: '1-1', paymentType: 'CASH', status: 'CANCELLED', count: 1 },
      ],
    })
    expect(new Set(asked.map(({ from, to }) => `${from} ${to}`))).toEqual(
      new Set(['2026-11-23T00:00:00 2026-11-23T23:59:59.999999']),
    )
  })

  it('means today in Seoul where no date is named', async () => {
    const { service, asked } = shop({})
    const world = worldOf({ service, env })
    await world.mts('sales')
    expect(asked[0]?.from).toBe('2026-11-24T00:00:00')
  })

  it('reads a store again when a sale comes in between two pages', async () => {
    const sales = Array.from({ length: 1500 }, (_, index) => sale(index + 1))
    let late = 1
    const { service } = shop({ '1-1': sales }, ({ page }) => {
      if (page === 1 && late-- > 0) sales.unshift(sale(9000))
    })
    const result = await worldOf({ service, env: { MTS_STORES: '1-1' } }).mts(
      ...['sales', '--date', '2026-11-23', '-o', 'json'],
    )
    expect(result.json()).toMatchObject({ completed: { count: 1501 } })
  })

  it('says that it does not know rather than a wrong sum, when sales never stop coming', async () => {
    const sales = Array.from({ length: 1500 }, (_, index) => sale(index + 1))
    let next = 9000
    const { service } = shop({ '1-1': sales }, ({ page }) => {
      if (page === 1) sales.unshift(sale(next++))
    })
    const result = await worldOf({ service, env: { MTS_STORES: '1-1' } }).mts(
      ...['sales', '--date', '2026-11-23', '-o', 'json'],
    )
    expect(result.code).toBe(3)
    expect(result.json()).toMatchObject({ kind: 'Error', code: 'SALES_UNREADABLE' })
  })

  it.each([
    ['unreachable', 69],
    ['timeout', 69],
    ['cut', 69],
    ['foreign', 69],
    ['unauthorized', 3],
    ['service_error', 3],
    ['unreadable', 3],
  ] as const)('ends a read that was %s with %i, never with a sum', async (kind, code) => {
    const result = await worldOf({ service: failing(failure(kind)), env }).mts(
      'sales',
      '-o',
      'json',
    )
    expect(result.code).toBe(code)
    expect(result.json()).toMatchObject({ kind: 'Error', message: `실패 ${kind}` })
  })

  it('asks for stores where none are configured, and takes them as an option', async () => {
    const { service, asked } = shop({ '9-9': [sale(1)] })
    const none = await worldOf({ service }).mts('sales')
    expect(none.code).toBe(78)
    expect(none.stderr).toContain('MTS_STORES')
    const some = await worldOf({ service }).mts(
      'sales',
      '--date',
      '2026-11-23',
      '--store',
      '9-9',
      '8-8',
      '-o',
      'json',
    )
    expect(some.code).toBe(0)
    expect(asked.map(({ store }) => store)).toEqual(['9-9', '8-8'])
  })

  it('refuses what is no date or no store with 64, before anything is asked', async () => {
    const { service, asked } = shop({})
    const world = worldOf({ service, env })
    expect((await world.mts('sales', '--date', '2026-02-30')).code).toBe(64)
    expect((await world.mts('sales', '--store', '../x')).code).toBe(64)
    expect(asked).toEqual([])
  })

  it('prints CSV with plain numbers', async () => {
    const { service } = shop({ '1-1': [sale(1), sale(2, { paymentType: 'CASH' })], '2-2': [] })
    const { stdout } = await worldOf({ service, env }).mts(
      'sales',
      '--date',
      '2026-11-23',
      '-o',
      'csv',
    )
    expect(stdout).toBe(
      [
        'date,store,paymentType,status,count,amount,fee,net',
        '2026-11-23,1-1,CARD,COMPLETED,1,1000.5,10,990.5',
        '2026-11-23,1-1,CASH,COMPLETED,1,1000.5,10,990.5',
        '',
      ].join('\r\n'),
    )
  })

  it('shows stores without sales too', async () => {
    const { service } = shop({ '1-1': [sale(1)] })
    const { stdout } = await worldOf({ service, env }).mts('sales', '--date', '2026-11-23')
    expect(stdout).toContain('11월 23일(월) 매출 1건 1,000.5원 · 가맹점 2곳')
    expect(stdout).toContain('매출 없음: 2-2')
  })
})
