/** How the tests run: the whole of `test/`, and a last line that says how it ended. */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    reporters: [
      'default',
      fileURLToPath(new URL('support/last-line-reporter.ts', import.meta.url)),
    ],
    testTimeout: 30_000,
    // Many tests wait for processes and servers of their own: on two cores a third worker fills the gaps.
    pool: 'forks',
    maxWorkers: Math.max(3, availableParallelism()),
    unstubEnvs: true,
    env: { NO_COLOR: '1' },
  },
})
