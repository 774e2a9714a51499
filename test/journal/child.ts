/** A process of its own that uses the journal: what the tests start, race and kill. */
import { readdirSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import { MtsError } from '../../src/core/errors.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: () => Promise.resolve(),
}

/** One line at once: what has been said must be on its way before the process can be killed. */
function say(value: unknown): void {
  writeSync(1, `${JSON.stringify(value)}\n`)
}

function stayUntilToldToGo(): void {
  process.stdin.resume()
  process.stdin.on('end', () => process.exit(0))
}

function main(mode: string, path: string, argument: string): void {
  if (mode === 'modes') process.umask(0)
  const journal = openJournal(path, { clock, process: createProcessIdentity() })
  const start = (data: unknown) =>
    journal.startRun({
      kind: 'action',
      subject: 'settlement.reprocess',
      url: 'http://localhost:8080',
      operator: `child ${process.pid}`,
      data,
    })
  switch (mode) {
    case 'append': {
      const writer = start({})
      const count = Number(argument)
      for (let index = 0; index < count; index++) {
        const event = writer.append({ kind: 'noteAdded', data: { index } })
        say({ run: event.run, seq: event.seq, hash: event.hash })
      }
      journal.close()
      return
    }
    case 'hold': {
      const writer = start({})
      journal.lockDate('http://localhost:8080', argument, writer.run)
      say({ run: writer.run, pid: process.pid })
      stayUntilToldToGo()
      return
    }
    case 'modes': {
      start({})
      const directory = dirname(path)
      const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)
      say({
        directory: modeOf(directory),
        files: Object.fromEntries(
          readdirSync(directory).map((name) => [name, modeOf(join(directory, name))]),
        ),
      })
      journal.close()
      return
    }
    default:
      throw new Error(`no such mode: ${mode}`)
  }
}

try {
  const [, , mode = '', path = '', argument = ''] = process.argv
  main(mode, path, argument)
} catch (error) {
  say({ error: error instanceof MtsError ? error.code : String(error) })
  process.exitCode = 1
}
