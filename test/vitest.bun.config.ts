/** How the tests of what differs between the runtimes run under Bun, as in the standalone executable. */
import { mergeConfig } from 'vitest/config'
import config from './vitest.config.ts'

export default mergeConfig(config, {
  // Chooses the files of `imports` in package.json, as the build of the executable does.
  ssr: { resolve: { conditions: ['bun', 'node'] } },
  test: {
    // Bun and vitest disagree on what the default export of these is.
    server: { deps: { inline: ['zod'] } },
  },
})
