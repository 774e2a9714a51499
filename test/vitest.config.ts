/** How the tests run: the whole of `test/`, and a last line that says how it ended. */
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
    // Tests wait for processes and servers of their own: a worker for each core, and no more.
    pool: 'forks',
    maxWorkers: '100%',
    unstubEnvs: true,
    env: { NO_COLOR: '1' },
  },
})
