/** kill -9 at any moment of a reprocessing: what crosses processes, with the built program. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import { seoulTimeOf } from '../../src/core/dates.ts'
import { createDemo, type Demo } from '../../src/demo/demo.ts'
import { listenDemo, type Listening } from '../../src/demo/listen.ts'
import type { SettlementAction } from '../../src/settlement/action-value.ts'
import { describePrograms, type Program } from '../support/programs.ts'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

let program: Program
const use = (started: Program): void => {
  program = started
}
let directory: string
let demo: Demo
let listening: Listening
let settlementId: number

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mts-kill-'))
  demo = createDemo({ clock: createSystemClock(), faults: ['failed-batch-empty'], historyDays: 3 })
  listening = await listenDemo(demo)
  settlementId = demo.spoiled[0]?.settlementId ?? Number.NaN
})

afterEach(async () => {
  await listening.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Starts `mts`; `onStart` gets the process, to kill it when it likes. */
function mts(
  words: readonly string[],
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(program.file, [...program.args, ...words, '-o', 'json'], {
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      MTS_URL: listening.url,
      MTS_JOURNAL: join(directory, 'state', 'journal.db'),
      MTS_STORES: demo.stores.map((store) => store.businessNumber).join(','),
      MTS_VERIFY_AFTER: '100ms',
      // The real batch's window must not refuse a test that happens to run at 02:00 in Seoul.
      MTS_BATCH_AT: seoulTimeOf(Date.now() + 12 * 3_600_000),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  onStart((signal) => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

function posts(): number {
  return demo.requests.filter((request) => request.method === 'POST').length
}

function reprocess(
  more: readonly string[] = [],
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  return mts(['settle', 'reprocess', String(settlementId), ...more], onStart)
}

async function askForDigest(): Promise<{ readonly digest: string; readonly run: string }> {
  const asked = await reprocess()
  expect(asked.exitCode, asked.stdout + asked.stderr).toBe(4)
  const value = JSON.parse(asked.stdout) as SettlementAction
  return { digest: value.confirm ?? '', run: value.run }
}

/** The first POST has come in. */
async function requestIsOut(): Promise<void> {
  while (posts() === 0) await new Promise((resolve) => setTimeout(resolve, 2))
}

describePrograms('kill -9', use, ({ name }) => {
  // The executable is at work after a few milliseconds already.
  it.each(name === 'executable' ? [5, 30, 180] : [30, 110, 180, 300, 450])(
    'after %i ms, then resume: at most one POST, and the outcome is right',
    async (delayMs) => {
      demo.setPace({ beforeCommitMs: 150, afterCommitMs: 150 })
      const { digest, run } = await askForDigest()
      await reprocess(['--confirm', digest], (kill) => {
        setTimeout(() => kill('SIGKILL'), delayMs)
      })
      const sent = posts()
      expect(sent).toBeLessThanOrEqual(1)
      // Whatever the service was at work on has ended by now.
      await new Promise((resolve) => setTimeout(resolve, 350))
      const resumed = await mts(['run', 'resume', run])
      const value = JSON.parse(resumed.stdout) as SettlementAction
      expect(posts(), 'resume never sends again').toBe(sent)
      const settled = demo.settlementOnDate(demo.spoiled[0]?.date ?? '')
      if (sent === 0) {
        // Killed before the request left: nothing was changed, and only an open intent leaves doubt.
        expect(['confirmation_required', 'unknown']).toContain(value.outcome)
        expect(settled?.id).toBe(settlementId)
      } else {
        expect(value.outcome, resumed.stdout).toBe('succeeded')
        expect(value.newSettlementId).toBe(settled?.id)
        expect(settled?.status).toBe('COMPLETED')
      }
    },
  )

  it('of the first leaves the date locked to nobody: a second operator is told what is open, and nothing is sent', async () => {
    demo.setPace({ beforeCommitMs: 1500, afterCommitMs: 0 })
    const { digest } = await askForDigest()
    await reprocess(['--confirm', digest], (kill) => {
      void requestIsOut().then(() => kill('SIGKILL'))
    })
    const second = await reprocess()
    expect(second.exitCode).toBe(75)
    expect(JSON.parse(second.stdout)).toMatchObject({ kind: 'Error', code: 'INTENT_OPEN' })
    expect(posts()).toBe(1)
  })
})

describePrograms('two terminals', use, () => {
  it('a second action on the date ends with 75 while the first is at work', async () => {
    demo.setPace({ beforeCommitMs: 900, afterCommitMs: 0 })
    const first = await askForDigest()
    const second = await askForDigest()
    const ending = reprocess(['--confirm', first.digest])
    await requestIsOut()
    const other = await reprocess(['--confirm', second.digest])
    const ended = await ending
    expect(other.exitCode, other.stdout).toBe(75)
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0)
    expect(posts()).toBe(1)
  })

  it('a digest is good once', async () => {
    const { digest } = await askForDigest()
    expect((await reprocess(['--confirm', digest])).exitCode).toBe(0)
    const again = await reprocess(['--confirm', digest])
    expect([4, 5]).toContain(again.exitCode)
    expect(posts()).toBe(1)
  })

  it('an old digest does nothing once a sale has been added', async () => {
    const { digest } = await askForDigest()
    demo.addSale({ at: `${demo.spoiled[0]?.date ?? ''}T12:34:56`, amount: 7000 })
    const late = await reprocess(['--confirm', digest])
    expect(late.exitCode).toBe(4)
    const value = JSON.parse(late.stdout) as SettlementAction
    expect(value.reasons.map((reason) => reason.code)).toEqual(['EVIDENCE_CHANGED'])
    expect(value.confirm).not.toBe(digest)
    expect(posts()).toBe(0)
  })

  it('the first Ctrl-C while a request is out keeps reading, the second leaves with 130 and an open action', async () => {
    demo.setPace({ beforeCommitMs: 900, afterCommitMs: 0 })
    const { digest, run } = await askForDigest()
    const patient = await reprocess(['--confirm', digest], (kill) => {
      void requestIsOut().then(() => kill('SIGINT'))
    })
    expect(patient.exitCode, patient.stderr).toBe(0)
    expect(patient.stderr).toContain('이미 전송')
    expect(run).not.toBe('')
  })

  it('the second Ctrl-C leaves with 130; resume settles it by reading', async () => {
    demo.setPace({ beforeCommitMs: 900, afterCommitMs: 0 })
    const { digest, run } = await askForDigest()
    const left = await reprocess(['--confirm', digest], (kill) => {
      void requestIsOut().then(() => {
        kill('SIGINT')
        setTimeout(() => kill('SIGINT'), 100)
      })
    })
    expect(left.exitCode, left.stderr).toBe(130)
    const status = JSON.parse((await mts(['run', 'status', run])).stdout) as Record<string, unknown>
    expect(status).toMatchObject({
      kind: 'Run',
      run,
      pendingAction: { step: 'action', action: 'settlement.reprocess' },
    })
    await new Promise((resolve) => setTimeout(resolve, 1200))
    const resumed = await mts(['run', 'resume', run])
    expect((JSON.parse(resumed.stdout) as SettlementAction).outcome).toBe('succeeded')
    expect(posts()).toBe(1)
  })
})
