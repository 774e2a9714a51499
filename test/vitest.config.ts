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
    // Tests start processes and servers of their own: more workers than cores only slow them down.
    pool: 'forks',
    unstubEnvs: true,
    env: { NO_COLOR: '1' },
  },
})
