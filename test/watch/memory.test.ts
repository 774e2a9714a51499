import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { watchOnMarks } from '../../src/cli/watch-loop.ts'
import { openSqlite } from '../../src/journal/driver.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'
import { createDeliverer } from '../../src/notify/deliver.ts'
import { createSenders } from '../../src/notify/senders.ts'
import { DEFAULT_EVERY_MS } from '../../src/watch/rhythm.ts'
import { createFakeClock } from '../support/ports.ts'
import { POLICY, URL, at, checkOf } from './simulation.ts'

const DAY_MS = 86_400_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

it('a week of watching takes no more memory than its first day', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mts-week-'))
  const clock = createFakeClock(at('00:00'))
  const journal = openJournal(join(directory, 'journal.db'), {
    clock,
    process: createProcessIdentity(),
    openDatabase: (path, options) => {
      const database = openSqlite(path, options)
      const exec = (sql: string): void => database.exec(sql.replace('= FULL', '= OFF'))
      return {
        prepare: (sql) => database.prepare(sql),
        exec,
        inTransaction: false,
        close: () => database.close(),
      }
    },
  })
  const records = journal.watching
  if (records === undefined) throw new Error('no watch')
  const hold = records.hold(clock.now())
  const stop = new AbortController()
  const heaps: number[] = []
  let sent = 0
  const post = (): Promise<{ kind: 'answered'; httpStatus: number; body: string }> => {
    sent++
    return Promise.resolve({ kind: 'answered', httpStatus: 200, body: 'ok' })
  }
  const senders = createSenders({ slackUrl: 'https://hooks.test/slack' }, post)
  const deliverer = createDeliverer({ outbox: hold, senders, clock })
  try {
    await watchOnMarks({
      clock,
      url: URL,
      policy: { ...POLICY, channels: ['slack'] },
      rhythm: { everyMs: DEFAULT_EVERY_MS, jitterMs: 0 },
      records,
      hold,
      signal: stop.signal,
      commandLine: (words) => words.join(' '),
      random: () => 0,
      async look(level) {
        await deliverer.drain(stop.signal)
        const minute = Math.floor((clock.now() - at('00:00')) / 60_000)
        const redis = minute % 97 < 9 ? 'critical' : 'ok'
        const day = clock.now() - at('00:00')
        if (day >= DAY_MS * (heaps.length + 1)) heaps.push(heapBytes())
        if (heaps.length === 7) stop.abort(new Error('end'))
        return {
          checks: [
            checkOf('redis', 1, redis),
            checkOf('sales', level, minute % 41 < 3 ? 'unknown' : 'ok'),
          ],
          samples: [{ atMs: clock.now(), url: URL, metric: 'system.cpu.usage', value: 0.1 }],
        }
      },
      onRound: () => undefined,
      onMissed: () => undefined,
    })
  } finally {
    journal.close()
    rmSync(directory, { recursive: true, force: true })
  }
  const [first = Number.NaN] = heaps
  expect(heaps).toHaveLength(7)
  expect(sent).toBeGreaterThan(100)
  expect((heaps.at(-1) ?? Number.NaN) / first).toBeLessThan(1.1)
})
