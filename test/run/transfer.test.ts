import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'
import { createMachines, json, machineAt, type Machines } from './two-machines.ts'

let machines: Machines | undefined
afterEach(async () => {
  await machines?.close()
  machines = undefined
})

const RUN = '20261124-01'
const FILE = `mts-run-${RUN}.json`

/** A settlement that may only be handed over: the run waits at its sheet. */
async function waiting(): Promise<Machines> {
  machines = await createMachines(['failed-batch-linked'])
  const { code } = await json(machines.first, 'playbook', 'settlement-failure')
  expect(code).toBe(4)
  return machines
}

function copyOf(world: { readonly home: string }, file = FILE) {
  return JSON.parse(readFileSync(join(world.home, file), 'utf8')) as {
    events: { data: string; seq: number; kind: string }[]
    digest: string
  } & Record<string, unknown>
}

function write(world: { readonly home: string }, value: unknown, file = FILE): void {
  writeFileSync(join(world.home, file), typeof value === 'string' ? value : JSON.stringify(value))
}

describe('mts run export', () => {
  it('writes one file that only its owner may read, and closes the run here', async () => {
    const { first } = await waiting()
    const { code, value } = await json(first, 'run', 'export', RUN)
    expect(code).toBe(0)
    expect(value).toMatchObject({ kind: 'RunExported', run: RUN, closed: true, by: 'kim' })
    expect(statSync(join(first.home, FILE)).mode & 0o777).toBe(0o600)
    const status = await json(first, 'run', 'status', RUN)
    expect(status.code).toBe(0)
    expect(status.value).toMatchObject({ exported: { by: 'kim' } })
    expect(status.value.waitingFor).toBeUndefined()
    const shown = await first.mts('run', 'status', RUN)
    expect(shown.stdout).toContain('내보냄')
  })

  it('lets nobody act on what was given away, and says who has it and since when', async () => {
    const { first } = await waiting()
    await first.mts('run', 'export', RUN)
    for (const words of [
      ['resume', RUN, '--step', 'sheet', '--complete', '--value', 'recipient=재무'],
      ['resume', RUN],
      ['abort', RUN, '--reason', '시험'],
      ['note', RUN, '메모'],
      ['handoff', RUN, '--to', 'backend'],
      ['follow-up', RUN, '--add', '확인'],
    ]) {
      const { code, value } = await json(first, 'run', ...words)
      expect([words[0], code, value['code']]).toEqual([words[0], 75, 'RUN_EXPORTED'])
      expect(value['message']).toMatch(/2026-11-24 09:00:\d\d · kim@/)
    }
    const unnamed = await json(first, 'run', 'resume')
    expect(unnamed.code).toBe(66)
  })

  it('never writes over a file, and closes nothing when the file cannot be made', async () => {
    const { first } = await waiting()
    write(first, 'mine', 'kept.json')
    expect((await json(first, 'run', 'export', RUN, 'kept.json')).code).toBe(64)
    expect(readFileSync(join(first.home, 'kept.json'), 'utf8')).toBe('mine')
    expect((await json(first, 'run', 'export', RUN, 'no/such/dir.json')).code).toBe(78)
    const { value } = await json(first, 'run', 'status', RUN)
    expect(value).not.toHaveProperty('exported')
  })

  it('gives the same copy again, so that a lost file strands no run', async () => {
    const { first } = await waiting()
    await first.mts('run', 'export', RUN)
    await first.mts('run', 'export', RUN, 'again.json')
    expect(copyOf(first, 'again.json')).toEqual(copyOf(first))
  })

  it('holds nothing of a secret or a person', async () => {
    const { first } = await waiting()
    await first.mts('run', 'note', RUN, 'password=hunter22 010-1234-5678 kim@example.com')
    await first.mts('run', 'export', RUN)
    const content = readFileSync(join(first.home, FILE), 'utf8')
    expect(content).toContain('***')
    expect(content).not.toMatch(/hunter22|010-1234-5678|kim@example|김영희/)
  })
})

describe('mts run import', () => {
  it('goes on where the run stood, with all that was seen and said', async () => {
    const { first, second, carry } = await waiting()
    await first.mts('run', 'note', RUN, '재무팀 통보 03:10')
    await first.mts('run', 'export', RUN)
    carry(FILE)
    const taken = await json(second, 'run', 'import', FILE)
    expect(taken.code).toBe(0)
    expect(taken.value).toMatchObject({
      kind: 'RunImported',
      run: RUN,
      outcome: 'imported',
      from: { by: 'kim' },
    })
    const { code, value } = await json(
      ...([second, 'run', 'resume', RUN, '--step', 'sheet', '--complete'] as const),
      '--value',
      'recipient=재무 박',
    )
    expect(code).toBe(4)
    expect(value.waitingFor?.step).toBe('holds-sales')
    expect(value.operator).toBe('kim')
    expect(value.notes?.map(({ text }) => text)).toEqual(['재무팀 통보 03:10'])
    expect(value.startedAt).toBe((await json(first, 'run', 'status', RUN)).value.startedAt)
    expect(value).toMatchObject({ imported: { by: 'lee', from: { by: 'kim', run: RUN } } })
  })

  it('reads the copy from a pipe, in either form of output', async () => {
    const { first } = await waiting()
    const plain = await first.mts('run', 'export', RUN, '-')
    const asJson = await first.mts('run', 'export', RUN, '-', '-o', 'json')
    for (const { stdout } of [plain, asJson]) {
      const other = machineAt(first, { stdin: stdout })
      expect((await json(other, 'run', 'import', '-')).code).toBe(0)
      expect((await json(other, 'run', 'status', RUN)).value.waitingFor?.step).toBe('sheet')
      other.dispose()
    }
  })

  it('keeps the chain of both journals whole', async () => {
    const { first, second, carry } = await waiting()
    await first.mts('run', 'export', RUN)
    carry(FILE)
    await second.mts('run', 'import', FILE)
    for (const { home } of [first, second]) {
      const journal = openJournal(join(home, 'state', 'journal.db'), {
        clock: first.clock,
        process: createProcessIdentity(),
      })
      expect(journal.verifyChain()).toMatchObject({ intact: true })
      journal.close()
    }
  })

  it('refuses every file of which a part was changed, removed or cut, and says what', async () => {
    const { first, second } = await waiting()
    await first.mts('run', 'export', RUN)
    const whole = readFileSync(join(first.home, FILE), 'utf8')
    const copy = copyOf(first)
    const changed = structuredClone(copy)
    const [event] = changed.events
    if (event !== undefined) event.data = event.data.replace('2026-11-23', '2026-11-22')
    const shortened = structuredClone(copy)
    shortened.events.splice(3, 1)
    const endless = structuredClone(copy)
    endless.events.pop()
    const broken: readonly (readonly [string, unknown, RegExp])[] = [
      ['an event was changed', changed, /기록 1번\(runStarted\)이 변경/],
      ['an event was removed', shortened, /일부가 빠졌거나|변경되었습니다/],
      ['the end was removed', endless, /일부가 빠졌거나/],
      ['the url was changed', { ...copy, url: 'http://elsewhere' }, /일부가 빠졌거나/],
      ['the file was cut', whole.slice(0, whole.length / 2), /끝이 잘렸거나/],
      ['it is empty', '', /비어 있습니다/],
      ['it is something else', '{"kind":"Run"}', /mts run export로 만든 파일이 아닙니다/],
      ['it is newer', { ...copy, format: 2 }, /mts를 업데이트/],
    ]
    for (const [what, content, said] of broken) {
      write(second, content)
      const { code, value } = await json(second, 'run', 'import', FILE)
      expect([what, code, value['code']]).toEqual([what, 78, 'EXPORT_INVALID'])
      expect(value['message']).toMatch(said)
    }
    expect((await json(second, 'run', 'list')).value['runs']).toEqual([])
    expect((await json(second, 'run', 'import', 'nowhere.json')).code).toBe(66)
  })

  it('refuses every single character that was changed', async () => {
    const { first, second } = await waiting()
    await first.mts('run', 'export', RUN)
    const whole = readFileSync(join(first.home, FILE), 'utf8')
    for (let at = 7; at < whole.length; at += Math.ceil(whole.length / 40)) {
      const flipped = whole[at] === '1' ? '2' : '1'
      // White space between members carries nothing.
      if (/\s/.test(whole[at] ?? ' ')) continue
      write(second, whole.slice(0, at) + flipped + whole.slice(at + 1))
      expect([at, (await json(second, 'run', 'import', FILE)).code]).toEqual([at, 78])
    }
  })

  it('refuses the second import of a copy', async () => {
    const { first, second, carry } = await waiting()
    await first.mts('run', 'export', RUN)
    carry(FILE)
    await second.mts('run', 'import', FILE)
    const again = await json(second, 'run', 'import', FILE)
    expect(again.code).toBe(5)
    expect(again.value['code']).toBe('ALREADY_HERE')
    await second.mts('run', 'export', RUN, 'onwards.json')
    const older = await json(second, 'run', 'import', FILE)
    expect([older.code, older.value['code']]).toEqual([5, 'RUN_DIVERGED'])
  })

  it('takes a run back that nobody imported, once that is said', async () => {
    const { first } = await waiting()
    await first.mts('run', 'export', RUN)
    const asked = await json(first, 'run', 'import', FILE)
    expect([asked.code, asked.value['code']]).toEqual([4, 'REOPEN_UNCONFIRMED'])
    const back = await json(first, 'run', 'import', FILE, '--reopen')
    expect(back.value).toMatchObject({ outcome: 'reopened', run: RUN })
    const { code, value } = await json(first, 'run', 'resume', RUN)
    expect([code, value.waitingFor?.step]).toEqual([4, 'sheet'])
    expect((await json(first, 'run', 'import', FILE, '--reopen')).code).toBe(5)
  })

  it('brings home what was done elsewhere, and closes it there', async () => {
    const { first, second, carry } = await waiting()
    await first.mts('run', 'export', RUN)
    carry(FILE)
    await second.mts('run', 'import', FILE)
    await json(
      ...([second, 'run', 'resume', RUN, '--step', 'sheet', '--complete'] as const),
      '--value',
      'recipient=박',
    )
    await second.mts('run', 'export', RUN, 'home.json')
    write(first, readFileSync(join(second.home, 'home.json'), 'utf8'), 'home.json')
    const back = await json(first, 'run', 'import', 'home.json')
    expect(back.value).toMatchObject({ outcome: 'returned', run: RUN })
    const { value } = await json(first, 'run', 'resume', RUN)
    expect(value.waitingFor?.step).toBe('holds-sales')
    expect((await json(second, 'run', 'resume', RUN)).code).toBe(75)
  })

  it('gives it another number where its own is taken, and goes on by that', async () => {
    const { first, second, carry } = await waiting()
    await second.mts('playbook', 'settlement-failure')
    await first.mts('run', 'export', RUN)
    carry(FILE)
    const { value } = await json(second, 'run', 'import', FILE)
    expect(value).toMatchObject({ run: '20261124-02', formerly: RUN })
    const resumed = await json(second, 'run', 'resume', '20261124-02')
    expect(resumed.value.waitingFor?.step).toBe('sheet')
  })

  it('is bound to the service it was begun on', async () => {
    const { first, second, carry } = await waiting()
    await first.mts('run', 'export', RUN)
    carry(FILE)
    await second.mts('run', 'import', FILE)
    const { code } = await json(second, 'run', 'resume', RUN, '--url', 'http://127.0.0.1:1')
    expect(code).toBe(64)
  })

  it('does not take an approval that was asked for elsewhere', async () => {
    machines = await createMachines(['failed-batch-empty'])
    const { first, second, carry } = machines
    const asked = await json(first, 'playbook', 'settlement-failure')
    const confirm = asked.value.waitingFor?.confirm ?? ''
    expect(confirm).not.toBe('')
    await first.mts('run', 'export', RUN)
    carry(FILE)
    await second.mts('run', 'import', FILE)
    const status = await json(second, 'run', 'status', RUN)
    expect(status.value.waitingFor?.rerun).not.toContain('--confirm')
    const given = ['run', 'resume', RUN, '--step', 'reprocess', '--confirm', confirm] as const
    expect((await json(second, ...given)).code).toBe(4)
    expect(first.posts()).toBe(0)
    const fresh = await json(second, 'run', 'resume', RUN)
    const own = fresh.value.waitingFor?.confirm ?? ''
    await json(second, 'run', 'resume', RUN, '--step', 'reprocess', '--confirm', own)
    expect(first.posts()).toBe(1)
  })
})

describe('a request whose result is not known', () => {
  it('travels with the run, is read first where it goes on, and is never sent again', async () => {
    machines = await createMachines(['failed-batch-empty'])
    const { first, second, carry } = machines
    const asked = await json(first, 'playbook', 'settlement-failure')
    const journal = openJournal(join(first.home, 'state', 'journal.db'), {
      clock: first.clock,
      process: createProcessIdentity(),
    })
    // As a crash leaves it right after the request has gone out.
    const writer = journal.openRun(RUN)
    const requested = journal.events(RUN).findLast(({ kind }) => kind === 'approvalRequested')
    const { input } = (requested?.data ?? {}) as { input?: unknown }
    const digest = asked.value.waitingFor?.confirm ?? ''
    const { id } = input as { id: number }
    const record = first.demo.settlement(id)
    writer.intend({
      step: 'reprocess',
      action: 'settlement.reprocess',
      date: '2026-11-23',
      digest,
      nowMs: first.clock.now(),
      data: {
        input,
        look: {
          evidence: {},
          refusals: [],
          date: '2026-11-23',
          before: { id, date: '2026-11-23', status: record?.status, note: null },
          sales: { kind: 'unknown', reason: { ko: '', en: '' } },
          facts: { dependencies: {} },
        },
        sentAtMs: first.clock.now(),
      },
    })
    writer.release()
    journal.close()
    const exported = await json(first, 'run', 'export', RUN)
    expect(exported.value).toMatchObject({ pendingAction: { action: 'settlement.reprocess' } })
    carry(FILE)
    const taken = await json(second, 'run', 'import', FILE)
    expect(taken.value).toMatchObject({ pendingAction: { action: 'settlement.reprocess' } })
    // Its date is blocked for every other action of the new machine, too.
    const other = await json(second, 'settle', 'reprocess', String(id))
    expect([other.code, other.value['code']]).toEqual([75, 'INTENT_OPEN'])
    const before = first.demo.requests.length
    // Long enough after it went out: what has not taken effect by now never will.
    first.clock.set('2026-11-24T09:10:00+09:00')
    const { value } = await json(second, 'run', 'resume', RUN)
    const read = first.demo.requests.slice(before)
    expect(read.some(({ path }) => path.startsWith('/api/settlements'))).toBe(true)
    expect(value).not.toHaveProperty('pendingAction')
    expect(first.posts()).toBe(0)
    // Back home the date is free again as well.
    await second.mts('run', 'export', RUN, 'home.json')
    copyFileSync(join(second.home, 'home.json'), join(first.home, 'home.json'))
    await first.mts('run', 'import', 'home.json')
    expect((await json(first, 'settle', 'reprocess', String(id))).value['code']).not.toBe(
      'INTENT_OPEN',
    )
  })
})
