import { describe, expect, it } from 'vitest'
import type { OverTime } from '../../src/core/over-time.ts'
import { createOverTime } from '../../src/telemetry/over-time.ts'
import {
  INTERVAL_MS,
  matrix,
  queryOf,
  serveSeries,
  vector,
  type Reply,
  type Target,
} from './prometheus-answers.ts'
import { json, prometheusOf, wallClock, type TestServer } from './servers.ts'

const URL = 'http://localhost:8080'

async function open(
  replies: readonly Reply[],
  targets?: readonly Target[],
  url = URL,
): Promise<{ readonly overTime: OverTime; readonly server: TestServer }> {
  const server = await serveSeries(replies, targets)
  return { server, overTime: createOverTime(await prometheusOf(server.url), url, wallClock) }
}

const ask = (overTime: OverTime, everyInstance = false) =>
  overTime.number(
    ({ job, instance }) => ({
      expression: `answer(x{${everyInstance ? job : instance}})`,
      basis: `x{${job}}`,
      everyInstance,
    }),
    { timeoutMs: 300 },
  )

const ANSWER: Reply = { when: 'answer(', with: vector([[{}, '0.25']]) }

describe('finding the service in Prometheus', () => {
  const selected = async (targets: readonly Target[], url?: string): Promise<string> => {
    const { overTime, server } = await open([ANSWER], targets, url)
    const answer = await ask(overTime)
    if (answer.kind === 'unknown') return answer.reason.en
    return server.asked.map(queryOf).find((query) => query.includes('answer(')) ?? ''
  }

  it('takes the instance that has the address of the configured url, by whatever name of this machine', async () => {
    const other = { job: 'staging', instance: 'app-9:8080' }
    for (const instance of ['localhost:8080', '127.0.0.1:8080']) {
      expect(await selected([other, { job: 'sales', instance }])).toBe(
        `answer(x{job="sales",instance="${instance}"})`,
      )
    }
    expect(await selected([other, { job: 'web', instance: 'shop:443' }], 'https://shop')).toBe(
      'answer(x{job="web",instance="shop:443"})',
    )
  })

  it('else takes the usual job, or the only one that has the meter', async () => {
    const targets = [
      { job: 'mini-today-sales', instance: 'a:1' },
      { job: 'staging', instance: 'b:1' },
    ]
    expect(await selected(targets)).toBe('answer(x{job="mini-today-sales"})')
    expect(await selected([{ job: 'shop', instance: 'a:1' }])).toBe('answer(x{job="shop"})')
  })

  it('takes none of several that it could be, and says so', async () => {
    const targets = [
      { job: 'one', instance: 'a:1' },
      { job: 'two', instance: 'b:1' },
    ]
    expect(await selected(targets)).toContain('one, two')
    expect(await selected([])).toContain('no series of this service')
  })
})

describe('a number over time', () => {
  it('is known when it is finite, whole and fresh', async () => {
    const { overTime } = await open([ANSWER])
    expect(await ask(overTime)).toMatchObject({ kind: 'known', value: 0.25 })
  })

  const nowMs = Date.now()
  const stamp = (ageMs: number): Reply => ({
    when: 'timestamp(',
    with: vector([[{}, String((nowMs - ageMs) / 1000)]], nowMs),
  })
  it.each([
    ['empty', 'empty', [{ when: 'answer(', with: vector([]) }]],
    ['NaN', 'not_a_number', [{ when: 'answer(', with: vector([[{}, 'NaN']]) }]],
    ['infinite', 'not_a_number', [{ when: 'answer(', with: vector([[{}, '+Inf']]) }]],
    ['older than two scrapes', 'stale', [ANSWER, stamp(2 * INTERVAL_MS + 1000)]],
    ['of a series that has gone', 'empty', [ANSWER, { when: 'timestamp(', with: vector([]) }]],
    [
      'a part of the whole',
      'partial',
      [{ when: 'answer(', with: { ...vector([[{}, '1']]), warnings: ['store 3 unavailable'] } }],
    ],
    [
      'two numbers',
      'ambiguous',
      [
        {
          when: 'answer(',
          with: vector([
            [{ a: '1' }, '1'],
            [{ a: '2' }, '2'],
          ]),
        },
      ],
    ],
    [
      'refused',
      'unreachable',
      [{ when: 'answer(', with: (response) => json(response, 401, { no: true }) }],
    ],
    ['never given', 'unreachable', [{ when: 'answer(', with: () => undefined }]],
  ] as [string, string, readonly Reply[]][])(
    '%s is unknown (%s), never 0',
    async (_name, why, replies) => {
      const { overTime } = await open(replies)
      expect(await ask(overTime)).toMatchObject({ kind: 'unknown', why })
    },
  )

  it('two scrapes old is still fresh, by the clock of Prometheus and not by ours', async () => {
    const hourMs = 3_600_000
    const { overTime } = await open([
      ANSWER,
      {
        when: 'timestamp(',
        with: vector([[{}, String((nowMs - hourMs - 29_000) / 1000)]], nowMs - hourMs),
      },
    ])
    expect(await ask(overTime)).toMatchObject({ kind: 'known' })
  })

  it('over every instance is partial while one of them is not scraped', async () => {
    const targets: readonly Target[] = [
      { job: 'mini-today-sales', instance: 'a:1' },
      { job: 'mini-today-sales', instance: 'b:1', ups: [1, 1, 0] },
      { job: 'mini-today-sales', instance: 'localhost:8080' },
    ]
    const { overTime } = await open([ANSWER], targets)
    const whole = await ask(overTime, true)
    expect(whole).toMatchObject({ kind: 'unknown', why: 'partial' })
    expect(whole.kind === 'unknown' && whole.reason.en).toBe('not scraped: b:1')
    // The one that was asked for is scraped.
    expect((await ask(overTime)).kind).toBe('known')
  })
})

describe('samples as scraped', () => {
  const at = Date.now() - 60_000
  const series = (values: readonly (readonly [number, string])[]): Reply => ({
    when: 'x{',
    with: matrix([{ metric: { instance: 'a:1' }, values }]),
  })
  const scraped = (overTime: OverTime, backMs = 0) =>
    overTime.scraped(({ job }) => `x{${job}}`, { windowMs: 420_000, backMs })

  it('come with the rhythm of the scrapes, NaN left out', async () => {
    const { overTime, server } = await open([
      series([
        [at, '1'],
        [at + 15_000, 'NaN'],
        [at + 30_000, '4'],
      ]),
    ])
    expect(await scraped(overTime)).toMatchObject({
      kind: 'known',
      scrapeIntervalMs: INTERVAL_MS,
      notScraped: [],
      series: [
        {
          instance: 'a:1',
          samples: [
            { atMs: at, value: 1 },
            { atMs: at + 30_000, value: 4 },
          ],
        },
      ],
    })
    expect(server.asked.map(queryOf).at(-1)).toBe('x{job="mini-today-sales"}[7m]')
  })

  it('of a week ago are asked for at that time', async () => {
    const { overTime, server } = await open([series([[at, '1']])])
    await scraped(overTime, 7 * 86_400_000)
    const time = Number(
      new globalThis.URL(server.asked.at(-1)?.path ?? '', 'http://x').searchParams.get('time'),
    )
    expect(Math.abs(Date.now() - time * 1000 - 7 * 86_400_000)).toBeLessThan(5000)
  })

  it('that are none, or a part, are unknown', async () => {
    const none = await open([{ when: 'x{', with: matrix([]) }])
    expect((await scraped(none.overTime)).kind).toBe('unknown')
    const partial = await open([
      { when: 'x{', with: matrix([{ metric: {}, values: [[at, '1']] }], ['a store is missing']) },
    ])
    expect((await scraped(partial.overTime)).kind).toBe('unknown')
  })
})

describe('a curve', () => {
  const grid = { fromMs: 1_000_000, toMs: 1_240_000, stepMs: 60_000 }
  const curve = async (
    values: readonly (readonly [number, string])[],
    replies: readonly Reply[] = [],
  ) => {
    const { overTime } = await open([
      ...replies,
      { when: 'answer(', with: matrix([{ metric: {}, values }]) },
    ])
    return overTime.range(() => ({ expression: 'answer()', basis: 'x' }), grid)
  }

  it('has a point for each step, and a gap where there was no number', async () => {
    const read = await curve([
      [1_000_000, '0'],
      [1_060_000, 'NaN'],
      [1_180_000, '3'],
      [1_240_000, '4'],
    ])
    expect(read).toMatchObject({ kind: 'known', latest: { kind: 'known', value: 4 } })
    expect(read.kind === 'known' && read.points.map(({ value }) => value)).toEqual([
      0,
      null,
      null,
      3,
      4,
    ])
  })

  it('whose last step is missing, or stale, has no latest value', async () => {
    expect(await curve([[1_180_000, '3']])).toMatchObject({ latest: { kind: 'unknown' } })
    const stale: Reply = {
      when: 'timestamp(',
      with: vector([[{}, String(Date.now() / 1000 - 120)]], Date.now()),
    }
    expect(await curve([[1_240_000, '4']], [stale])).toMatchObject({
      kind: 'known',
      latest: { kind: 'unknown', why: 'stale' },
    })
  })
})
