import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countLogErrors, type ErrorCount } from '../../src/logs/count-errors.ts'

const RECORDED = fileURLToPath(new URL('../recordings/service.log', import.meta.url))
const never = new AbortController().signal

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mts-log-'))
})
afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
})

async function count(path: string, from: string, to: string): Promise<ErrorCount> {
  const result = await countLogErrors(path, Date.parse(from), Date.parse(to), never)
  if (result.kind === 'unknown') throw new Error(result.reason.en)
  return result.count
}

function line(time: string, level: string, message = 'something', logger = 'c.o.t.Some'): string {
  return `2026-11-24 ${time}  ${level} 12 --- [main] ${logger} : ${message}\n`
}

describe('counting errors in a log', () => {
  it('counts every ERROR of the recorded log, and knows those that healthy sales leave', async () => {
    const all = await count(RECORDED, '2026-01-01T00:00:00+09:00', '2027-01-01T00:00:00+09:00')
    expect(all).toMatchObject({ errors: 382, noise: 42, partial: true })
    expect(all.loggers[0]).toEqual({ logger: 'SimpleMessageListenerContainer', count: 312 })
  })

  it('counts within the window only, both ends included, in Seoul time', async () => {
    const file = join(dir, 'window.log')
    await writeFile(
      file,
      [
        line('01:00:00.000', 'INFO'),
        line('01:59:59.999', 'ERROR'),
        line('02:00:00.000', 'ERROR'),
        '\tat java.base/Thread.run(Thread.java:1)\n',
        line('02:05:00.000', 'WARN'),
        line('02:10:00.000', 'ERROR', 'x', 'a.b.Other'),
        line('02:10:00.001', 'ERROR'),
      ].join(''),
    )
    const found = await count(file, '2026-11-24T02:00:00+09:00', '2026-11-24T02:10:00+09:00')
    expect(found).toEqual({
      errors: 2,
      noise: 0,
      firstMs: Date.parse('2026-11-24T02:00:00+09:00'),
      lastMs: Date.parse('2026-11-24T02:10:00+09:00'),
      loggers: [
        { logger: 'Some', count: 1 },
        { logger: 'Other', count: 1 },
      ],
      partial: false,
    })
  })

  it('counts lines that lie across the blocks it reads exactly once, and no more of the file than it needs', async () => {
    const file = join(dir, 'large.log')
    const early = line('00:00:01.000', 'ERROR').repeat(10)
    const filler = line('01:00:00.000', 'INFO', 'x'.repeat(200))
    const late = (
      line('03:00:00.000', 'ERROR', '가'.repeat(37)) + filler.replace('01:', '03:')
    ).repeat(10_000)
    await writeFile(file, early + filler.repeat(20_000) + late)
    const found = await count(file, '2026-11-24T02:00:00+09:00', '2026-11-24T04:00:00+09:00')
    expect(found).toMatchObject({ errors: 10_000, partial: false })
    const whole = await count(file, '2026-11-24T00:00:00+09:00', '2026-11-24T04:00:00+09:00')
    expect(whole.errors).toBe(10_010)
  })

  it('counts an event of megabytes once, even if its message looks like more events', async () => {
    const file = join(dir, 'long.log')
    const before = line('01:00:00.000', 'INFO') + line('02:00:00.000', 'ERROR')
    // 64 bytes: every block that is read begins with one of them.
    const alike = line('02:00:30.000', 'ERROR', '').trimEnd().padEnd(64, 'y')
    await writeFile(file, before + alike.repeat((3 * 1024 * 1024) / 64))
    const found = await count(file, '2026-11-24T00:30:00+09:00', '2026-11-24T04:00:00+09:00')
    expect(found.errors).toBe(2)
  })

  it('is unknown, never 0, when the file is missing, empty or no log of Spring', async () => {
    await writeFile(join(dir, 'empty.log'), '')
    await writeFile(join(dir, 'other.log'), '{"level":"error"}\n'.repeat(10))
    for (const name of ['missing.log', 'empty.log', 'other.log', '.']) {
      const result = await countLogErrors(join(dir, name), 0, Date.now(), never)
      expect(result.kind, name).toBe('unknown')
    }
  })
})
