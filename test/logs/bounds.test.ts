import { describe, expect, it } from 'vitest'
import { createHistogram } from '../../src/logs/histogram.ts'
import { at, line, lines, mine, noted, shippedPatterns } from './mined.ts'

/** Words nobody has seen before, always others. */
function createWords(seed: number): (count: number) => string {
  let state = seed
  const letter = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return String.fromCharCode(97 + ((state >>> 16) % 26))
  }
  return (count) =>
    Array.from({ length: count }, () => Array.from({ length: 7 }, letter).join('')).join(' ')
}

/** Blocks of lines, made as they are asked for: the log is never there as a whole. */
function* blocks(count: number, makeLine: (index: number) => string): Generator<Buffer> {
  for (let from = 0; from < count; from += 500) {
    const block: string[] = []
    for (let index = from; index < Math.min(count, from + 500); index++) block.push(makeLine(index))
    yield Buffer.from(lines(...block))
  }
}

describe('a log in which every line is another', () => {
  const LINES = 15_000

  it('takes no more patterns than there is room for, and loses count of nothing', async () => {
    const words = createWords(7)
    const found = await mine(blocks(LINES, (index) => line(words(6), { time: at(index) })))
    expect(found.lines).toBe(LINES)
    expect(found.patterns.length).toBeLessThanOrEqual(1500)
    expect(found.events).toBe(LINES)
    const kept = found.patterns.reduce((sum, { count }) => sum + count, 0)
    expect(kept + found.dropped.events).toBe(LINES)
  })

  it('does not wash out a rare error, a steady line, or what has a name', async () => {
    const words = createWords(11)
    const found = await mine(
      blocks(LINES, (index) => {
        const time = at(index)
        if (index === 100)
          return line('=== 일일 정산 배치 실패: 2026-11-23 ===', { time, level: 'ERROR' })
        if (index === 150) return line('=== 일일 정산 배치 시작: 2026-11-23 ===', { time })
        if (index === 200) return line('결제 대사 불일치', { time, level: 'ERROR' })
        if (index % 1000 === 0) return line(`매출 ${index}건 처리`, { time })
        return line(words(6), { time })
      }),
      { known: shippedPatterns() },
    )
    const told = found.patterns.map(noted)
    expect(told).toContain('1 ERROR 결제 대사 불일치')
    expect(told).toContain('1 ERROR === 일일 정산 배치 실패: <date> ===')
    expect(told).toContain('1 INFO === 일일 정산 배치 시작: <date> ===')
    expect(told).toContain('15 INFO 매출 <n>건 처리')
  })

  it('does not wash out a rare error by chatter that repeats itself', async () => {
    const words = createWords(17)
    let chatter = { message: '', logger: '' }
    const found = await mine(
      blocks(9000, (index) => {
        if (index === 10) return line('결제 대사 불일치', { level: 'ERROR' })
        if (index % 3 === 0) chatter = { message: words(6), logger: `a.${words(1)}` }
        return line(chatter.message, { logger: chatter.logger })
      }),
    )
    expect(found.dropped.patterns).toBeGreaterThan(0)
    expect(found.patterns.map(noted)).toContain('1 ERROR 결제 대사 불일치')
  })

  it('does not wash out what has a name by any flood, nor take one pattern for another afterwards', async () => {
    const words = createWords(19)
    const found = await mine(
      blocks(6000, (index) => {
        if (index === 10) return line('=== 일일 정산 배치 시작: 2026-11-23 ===')
        if (index === 20 || index >= 5998) return line(`매출 ${index}건 처리`)
        return line(words(6), { level: 'ERROR', logger: `a.${words(1)}` })
      }),
      { known: shippedPatterns() },
    )
    const told = found.patterns.map(noted)
    expect(told).toContain('1 INFO === 일일 정산 배치 시작: <date> ===')
    // The first was forgotten; it is counted as such.
    expect(told).toContain('2 INFO 매출 <n>건 처리')
    expect(found.patterns.reduce((sum, { count }) => sum + count, 0) + found.dropped.events).toBe(
      6000,
    )
  })

  it('is bounded also when every line is an error with a trace, a logger and a level of its own', async () => {
    const words = createWords(13)
    const found = await mine(
      blocks(8000, () =>
        [
          line(words(1 + 3), { level: 'ERROR', logger: `a.${words(1)}` }),
          `x.y.E${words(1)}: ${words(3)}`,
          `\tat com.ours.app.C.${words(1)}(C.java:1)`,
        ].join('\n'),
      ),
    )
    expect(found.patterns.length).toBeLessThanOrEqual(1500)
    expect(found.patterns.reduce((sum, { count }) => sum + count, 0) + found.dropped.events).toBe(
      8000,
    )
  })
})

describe('events over time', () => {
  it('keep their number whatever the stretch, and whatever their order', () => {
    const times = [0, 1, 86_400_000, 5000, 31_536_000_000, -86_400_000, 1_700_000_000_000, 3]
    const histogram = createHistogram()
    for (const time of times) histogram.add(time)
    const other = createHistogram()
    for (const time of times.toReversed()) other.add(time)
    const told = (one: typeof histogram): string[] => {
      const rows: string[] = []
      one.each((startMs, count) => rows.push(`${startMs}:${count}`))
      return rows
    }
    expect(told(other)).toEqual(told(histogram))
    let sum = 0
    histogram.each((startMs, count) => {
      sum += count
      expect(
        times.filter((time) => time >= startMs && time < startMs + histogram.widthMs),
      ).toHaveLength(count)
    })
    expect(sum).toBe(times.length)
  })
})
