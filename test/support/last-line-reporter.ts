/** Prints `N passed, N failed` as the very last line. What could not even be loaded has failed. */
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** A default export because vitest loads reporters by their default. */
export default class LastLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    // Checks that came before the tests and failed (`.ci/run`) count with them.
    let failed = unhandled.length + Number(process.env['FAILED_CHECKS'] ?? 0)
    let skipped = 0
    for (const module of modules) {
      let ran = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'skipped') skipped++
        else failed++
        ran++
      }
      // A hook that failed takes its tests with it, as skipped ones.
      for (const suite of module.children.allSuites()) failed += suite.errors().length
      // A file that did not load, holds no tests, or broke outside of them.
      const broken = module.state() === 'failed' && module.errors().length > 0
      if (broken || ran === 0) failed++
    }
    if (modules.length === 0) failed++
    // Skipped ones are said before: whoever looks for the last line looks for just these words.
    const said = skipped === 0 ? '' : `${skipped} skipped (what they need is not on this machine)\n`
    const line = `${said}${passed} passed, ${failed} failed\n`
    // vitest's own reporter still writes when this is called: the last word is had at the exit.
    process.once('exit', () => {
      if (failed > 0 && (process.exitCode ?? 0) === 0) process.exitCode = 1
      process.stdout.write(line)
    })
  }
}
