/** When to look: on marks of the wall clock, so that rounds of every level fall together. */
import type { Level } from '../health/health.ts'

export interface Rhythm {
  /** How often each level is judged, ms. A level's round judges the levels below it as well. */
  readonly everyMs: Readonly<Record<Level, number>>
  /** Rounds begin up to this much after their mark, so that many watches do not ask at once, ms. */
  readonly jitterMs: number
}

export const DEFAULT_EVERY_MS: Readonly<Record<Level, number>> = {
  1: 60_000,
  2: 5 * 60_000,
  3: 30 * 60_000,
}

/** The shortest of the three: on every mark of it something is due. */
export function stepOf(rhythm: Rhythm): number {
  return Math.min(...Object.values(rhythm.everyMs))
}

/** The first mark after `nowMs`. */
export function markAfter(nowMs: number, rhythm: Rhythm): number {
  const step = stepOf(rhythm)
  return Math.floor(nowMs / step) * step + step
}

/**
 * The deepest level due in (`afterMs`, `untilMs`]: marks that were missed are made good by one round
 * that covers what they would have.
 */
export function levelDue(afterMs: number, untilMs: number, rhythm: Rhythm): Level {
  const isDue = (level: Level): boolean => {
    const every = rhythm.everyMs[level]
    return Math.floor(untilMs / every) > Math.floor(afterMs / every)
  }
  return isDue(3) ? 3 : isDue(2) ? 2 : 1
}

/** Marks in (`afterMs`, `untilMs`) that no round was begun for. */
export function missedMarks(afterMs: number, untilMs: number, rhythm: Rhythm): readonly number[] {
  const missed: number[] = []
  for (let mark = markAfter(afterMs, rhythm); mark < untilMs && missed.length < 10_000;) {
    missed.push(mark)
    mark = markAfter(mark, rhythm)
  }
  return missed
}
