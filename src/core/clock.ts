/** Time is a port, so that tests never sleep and a simulated hour takes no time. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number
  /** Monotonic, ms from an arbitrary start: for durations and deadlines. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
