import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'
import { childProcesses } from './child-processes.ts'
import { DATE, URL, fakeClock, startRun, temporaryDirectory, thrownBy } from './fixture.ts'

const start = childProcesses()

function newPath(): string {
  return join(temporaryDirectory(), 'state', 'journal.db')
}

function open(path: string) {
  return openJournal(path, { clock: fakeClock(), process: createProcessIdentity() })
}

describe('several processes', () => {
  it('make the same new journal at once, claim runs of their own and keep one chain', async () => {
    const path = newPath()
    const children = Array.from({ length: 4 }, () => start('append', path, '40'))
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0, 0, 0])
    const journal = open(path)
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: 4 * 41 })
    const said = children.flatMap((child) => child.lines)
    const runs = new Set(said.map(({ run }) => run))
    expect(runs.size).toBe(4)
    for (const run of runs) {
      const stored = journal.events(run ?? '').slice(1)
      expect(stored.map(({ seq, hash }) => ({ run, seq, hash }))).toEqual(
        said.filter((line) => line.run === run),
      )
    }
    journal.close()
  })

  it('lose nothing that was acknowledged to a kill -9, and pass the run on at once', async () => {
    const path = newPath()
    for (const after of [1, 17, 60]) {
      const child = start('append', path, '1000000')
      await child.said(after)
      child.process.kill('SIGKILL')
      expect(await child.ended).toBeNull()
      const journal = open(path)
      const run = child.lines[0]?.run ?? ''
      const stored = new Map(journal.events(run).map(({ seq, hash }) => [seq, hash]))
      expect(child.lines.length).toBeGreaterThanOrEqual(after)
      for (const { seq, hash } of child.lines) expect(stored.get(seq ?? 0)).toBe(hash)
      expect(journal.verifyChain().intact).toBe(true)
      expect(journal.run(run)?.status).toBe('interrupted')
      const writer = journal.openRun(run)
      expect(writer.epoch).toBe(2)
      writer.append({ kind: 'runResumed', data: {} })
      expect(journal.verifyChain().intact).toBe(true)
      journal.close()
    }
  })

  it('cannot take a run or a date from a living one, and can as soon as it is killed', async () => {
    const path = newPath()
    const child = start('hold', path, DATE)
    await child.said(1)
    const [{ run = '', pid } = {}] = child.lines
    const journal = open(path)
    const own = startRun(journal)
    for (const attempt of [
      () => journal.openRun(run),
      () => journal.lockDate(URL, DATE, own.run),
    ]) {
      const error = thrownBy(attempt)
      expect(error).toMatchObject({ code: 'BUSY', exitCode: 75 })
      expect(error.text.en).toContain(`pid ${pid}, operator child ${pid}`)
    }
    expect(journal.run(run)?.status).toBe('running')
    // The exit event comes when the system has let go of the process.
    child.process.kill('SIGKILL')
    await child.ended
    expect(journal.run(run)?.status).toBe('interrupted')
    journal.lockDate(URL, DATE, own.run)
    expect(journal.openRun(run).epoch).toBe(2)
    journal.close()
  })
})
