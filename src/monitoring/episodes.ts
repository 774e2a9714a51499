/** How often an expression held for long enough: what an alert would have done in the past. */
import type { RangeAnswer } from '../core/monitoring.ts'

/**
 * Episodes of at least `forMs` over all series. A point is there only while the expression holds; a gap
 * of more than a step ends an episode. One that touches the end counts: it would be firing now.
 */
export function countEpisodes(
  { series }: RangeAnswer,
  range: { readonly stepMs: number; readonly forMs: number },
): number {
  let count = 0
  for (const { points } of series) {
    let startedMs: number | undefined
    let lastMs = 0
    const end = (): void => {
      if (startedMs !== undefined && lastMs - startedMs >= range.forMs) count++
      startedMs = undefined
    }
    for (const { atMs } of points) {
      if (startedMs !== undefined && atMs - lastMs > range.stepMs * 1.5) end()
      startedMs ??= atMs
      lastMs = atMs
    }
    end()
  }
  return count
}
