import { describe, expect, it } from 'vitest'
// Loaded before any story begins: virtual time must not pass while a module is read.
import '../../src/cli/execute.ts'
import '../../src/render/settlement-action.ts'
import { tellStory } from './story.ts'

const SEEDS = Number(process.env['MTS_SEEDS'] ?? 400)
const FIRST = Number(process.env['MTS_FIRST_SEED'] ?? 1)

describe('the settlement path, in simulated worlds', () => {
  it('never sends twice, never without approval or against the interlock, and says what really happened', async () => {
    const breaches: string[] = []
    const outcomes = new Map<string, number>()
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const end = await tellStory(seed)
      breaches.push(...end.breaches)
      for (const outcome of end.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    expect(breaches).toEqual([])
    // The stories have to reach every ending, or they prove nothing.
    for (const outcome of [
      'succeeded',
      'refused',
      'confirmation_required',
      'failed',
      'violated',
      'unknown',
      'crash',
    ]) {
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0)
    }
  }, 120_000)
})
