/** Parts of the program alone, as processes for the bench: `journal FILE EVENTS`, `runs FILE RUNS`, `exposition FILE TIMES`. */
import { readFileSync } from 'node:fs'
import { createSystemClock } from '../../src/cli/clock.ts'
import { openSqlite } from '../../src/journal/driver.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'
import { parseExposition } from '../../src/telemetry/exposition.ts'

const URL = 'http://localhost:8080'

function open(path: string) {
  return openJournal(path, { clock: createSystemClock(), process: createProcessIdentity() })
}

/** One run and as many notes as make that number of events. */
function writeEvents(path: string, events: number): void {
  const journal = open(path)
  const about = { kind: 'playbook', subject: 'bench', url: URL, operator: 'bench' } as const
  const run = journal.startRun({ ...about, data: {} })
  for (let event = 1; event < events; event++) {
    run.append({ kind: 'noteAdded', data: { words: 'bench' } })
  }
  run.release()
  journal.close()
}

/** The newest run over and over, with its events: by hand, since a sync for each would take minutes. */
function writeRuns(path: string, runs: number): void {
  const database = openSqlite(path, { busyTimeoutMs: 1000 })
  const [first] = database.prepare('SELECT run FROM runs ORDER BY started_at_ms DESC').all([])
  const model = String(first?.['run'])
  const insertRun = database.prepare(
    `INSERT INTO runs (run, day, number, kind, subject, url, operator, started_at_ms, ended_at_ms,
       status, epoch)
     SELECT ?, ?, ?, kind, subject, url, operator, ?, ?, 'succeeded', 1 FROM runs WHERE run = ?`,
  )
  const insertEvents = database.prepare(
    `INSERT INTO events (seq, run, at_ms, kind, step, data, hash)
     SELECT (SELECT max(seq) FROM events) + 1, ?, at_ms, kind, step, data, hash
     FROM events WHERE run = ? AND kind = ?`,
  )
  const startMs = Date.UTC(2020, 0, 1)
  database.exec('BEGIN')
  for (let index = 0; index < runs; index++) {
    const day = new Date(startMs + Math.floor(index / 90) * 86_400_000)
    const date = day.toISOString().slice(0, 10).replaceAll('-', '')
    const number = (index % 90) + 1
    const atMs = day.getTime() + number * 60_000
    const run = `${date}-${String(number).padStart(2, '0')}`
    insertRun.run([run, date, number, atMs, atMs + 1000, model])
    for (const kind of ['runStarted', 'runFinished']) insertEvents.run([run, model, kind])
  }
  database.exec('COMMIT')
  database.close()
}

function readExpositions(path: string, times: number): void {
  const source = readFileSync(path)
  let samples = 0
  for (let time = 0; time < times; time++) {
    const read = parseExposition(source, 'text')
    if (read.kind !== 'whole') throw new Error(`not whole: line ${read.line}, ${read.reason}`)
    samples += read.exposition.samples.length
  }
  console.log(samples)
}

const [what, path = '', count = '0'] = process.argv.slice(2)
const parts = { journal: writeEvents, runs: writeRuns, exposition: readExpositions }
const part = parts[what as keyof typeof parts]
if (part === undefined) throw new Error(`no such part: ${what}`)
part(path, Number(count))
