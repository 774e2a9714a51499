/**
 * What speaks to the system below (the wire, the journal, the receivers) under Bun, the runtime inside
 * the standalone executable: the same tests that hold for Node, among them every way to lose a POST.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bunBinary } from '../../.ci/executables.mjs'
import { PROJECT_DIR } from '../support/ports.ts'

const TESTS = [
  'test/service/post',
  'test/service/hostile',
  'test/service/address',
  'test/journal',
  'test/notify/deliver',
  'test/externals',
]

const BUN = bunBinary()
const needed = BUN !== undefined || process.env['CI'] !== undefined

describe.skipIf(!needed)('under Bun', () => {
  it('every test of the wire, the journal and the receivers passes', async () => {
    const vitest = join(PROJECT_DIR, 'node_modules', 'vitest', 'vitest.mjs')
    const config = ['--config', 'test/vitest.bun.config.ts']
    const child = spawn(
      BUN ?? 'bun is not installed',
      ['--bun', vitest, 'run', ...config, ...TESTS],
      {
        cwd: PROJECT_DIR,
        env: { ...process.env, FAILED_CHECKS: '0', VITEST: undefined, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    }
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    expect(code, said.slice(-4000)).toBe(0)
    // A run that found nothing to run would pass as well.
    expect(
      Number(/^(\d+) passed, 0 failed$/m.exec(said)?.[1] ?? 0),
      said.slice(-4000),
    ).toBeGreaterThan(200)
  }, 120_000)
})
