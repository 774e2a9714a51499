/** Many at once: bounded, whole, and not slowed by those that hang. Time is fake. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkEach } from '../../src/fleet/check-fleet.ts'
import { createFakeClock } from '../health/fake-time.ts'

const AT_ONCE = 12
const USUAL_MS = 40
const DEADLINE_MS = 3000

/** Asks instances that take these times; gives the time it took and how many were out at most. */
async function ask(timesMs: readonly number[]) {
  const clock = createFakeClock(0)
  let out = 0
  let most = 0
  const results: number[] = []
  await clock.run(
    checkEach(timesMs, {
      clock,
      signal: new AbortController().signal,
      atOnce: AT_ONCE,
      check: async (ms) => {
        most = Math.max(most, ++out)
        await clock.sleep(ms)
        out--
        return ms
      },
      onResult: (ms, index) => {
        expect(results[index]).toBeUndefined()
        results[index] = ms
      },
    }),
  )
  return { tookMs: clock.monotonicMs(), most, results }
}

describe('asking many instances', () => {
  it('has a result for every one, whatever each takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 30 }),
        async (times) => {
          expect((await ask(times)).results).toEqual(times)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('never has more out than it may while they answer', async () => {
    const { most, tookMs } = await ask(Array.from({ length: 120 }, () => USUAL_MS))
    expect(most).toBe(AT_ONCE)
    expect(tookMs).toBe((120 / AT_ONCE) * USUAL_MS)
  })

  it('a hanging tenth costs at most one deadline', async () => {
    const sound = Array.from({ length: 300 }, () => USUAL_MS)
    const mixed = sound.map((ms, index) => (index % 10 === 9 ? DEADLINE_MS : ms))
    const alone = await ask(sound)
    const together = await ask(mixed)
    expect(together.tookMs - alone.tookMs).toBeLessThanOrEqual(DEADLINE_MS)
  })

  it('does not ask more when all of them are slow', async () => {
    const { most } = await ask(Array.from({ length: 120 }, () => 1000))
    expect(most).toBeLessThan(4 * AT_ONCE)
  })

  it('stops with the signal', async () => {
    const clock = createFakeClock(0)
    const stop = new AbortController()
    const asking = checkEach([1, 2, 3], {
      clock,
      signal: stop.signal,
      atOnce: 1,
      check: async () => stop.abort(new Error('enough')),
      onResult: () => expect.unreachable('nothing is told after the end'),
    })
    await expect(asking).rejects.toThrow('enough')
  })
})
