import { afterEach, describe, expect, it } from 'vitest'
import { createShiftedClock, STORES } from '../playbook/engine/demo-world.ts'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'
import { json } from './two-machines.ts'

const RUN = '20261124-01'

let close: (() => Promise<void>) | undefined
afterEach(async () => {
  await close?.()
  close = undefined
})

interface World extends FakeWorld {
  readonly clock: ReturnType<typeof createShiftedClock>
}

/** A run that waits at its sheet; `stdin` is what comes in by a pipe. */
async function waiting(stdin = ''): Promise<World> {
  const clock = createShiftedClock('2026-11-24T01:00:00+09:00')
  const demo = createDemo({
    clock,
    faults: ['failed-batch-linked'],
    timeScale: 0.001,
    historyDays: 3,
  })
  const listening = await listenDemo(demo)
  const world = createFakeWorld({
    clock,
    stdin,
    operator: 'kim',
    env: { MTS_URL: listening.url, MTS_STORES: STORES },
    service: (settings, own) => createServiceClient(settings, own),
  })
  close = async () => {
    world.dispose()
    await listening.close()
  }
  expect((await json(world, 'playbook', 'settlement-failure')).code).toBe(4)
  return { ...world, clock }
}

const notesOf = async (world: FakeWorld): Promise<readonly string[]> =>
  ((await json(world, 'run', 'status', RUN)).value.notes ?? []).map(({ text }) => text)

describe('mts run note', () => {
  it('takes lines from a pipe into the timeline, in order', async () => {
    const world = await waiting('02:00:01 batch begins\n02:00:04 AmqpConnectException\n')
    expect((await json(world, 'run', 'note', RUN, '-')).code).toBe(0)
    expect(await notesOf(world)).toEqual(['02:00:01 batch begins\n02:00:04 AmqpConnectException'])
    const report = await world.mts('report', RUN, '-o', 'markdown')
    expect(report.stdout).toContain('AmqpConnectException')
  })

  it('keeps neither colours and other control characters, nor secrets, nor persons', async () => {
    const world = await waiting(
      [
        '\u001b[31mERROR\u001b[0m \u001b]0;title\u0007broken\u0000 \u202etxt',
        'password=hunter22 token: abcdef1234567890',
        '{"ownerName":"김영희","phoneNumber":"02-1234-5678"}',
        '전화 010-9876-5432 카드 1234-5678-9012-3456 메일 kim@example.com',
      ].join('\r\n'),
    )
    await world.mts('run', 'note', '-')
    const [note = ''] = await notesOf(world)
    expect(note.split('\n')[0]).toBe('ERROR broken txt')
    expect(note).not.toMatch(/hunter22|abcdef123|김영희|1234-5678|9876|kim@example|\[31m/)
    expect(note).not.toContain('\u001b')
    expect(note.split('\n')).toHaveLength(4)
  })

  it('is bounded, says what was cut, and reads no more than it has to of an endless pipe', async () => {
    const world = await waiting('x')
    let sent = 0
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 65_536
        yield Buffer.from('0123456789 abc\n'.repeat(4370))
      }
    }
    const { run } = await import('../../src/cli/run.ts')
    expect(await run(['run', 'note', RUN, '-'], { ...world.ports, streamStdin: endless })).toBe(0)
    expect(sent).toBeLessThan(1_000_000)
    const [note = ''] = await notesOf(world)
    expect(note.length).toBeLessThan(4200)
    expect(note).toMatch(/cut: over 256 KB/)
  })

  it('without anything in the pipe is refused, and so is a blank note', async () => {
    const world = await waiting(' \n\n')
    expect((await json(world, 'run', 'note', RUN, '-')).code).toBe(64)
    expect((await json(world, 'run', 'note', RUN, ' ')).code).toBe(64)
    expect(await notesOf(world)).toEqual([])
  })
})

interface Listed {
  readonly items: readonly Record<string, unknown>[]
  readonly changed?: string
}

async function followUps(world: FakeWorld, ...words: readonly string[]): Promise<Listed> {
  return (await json(world, 'run', 'follow-up', ...words)).value as unknown as Listed
}

describe('mts run follow-up', () => {
  it('writes one down, lists it, and closes it with its proof', async () => {
    const world = await waiting()
    const words = ['--add', '자동 정산 확인', '--owner', '이준', '--due', '02:30']
    const added = await followUps(world, RUN, ...words)
    expect(added.changed).toBe(`${RUN}.1`)
    expect(added.items.find(({ id }) => id === `${RUN}.1`)).toMatchObject({
      kind: 'added',
      text: '자동 정산 확인',
      owner: '이준',
      due: '2026-11-24 02:30',
      status: 'open',
    })
    const closed = await followUps(world, '--close', `${RUN}.1`, '--reason', '#12 COMPLETED')
    expect(closed.items.find(({ id }) => id === `${RUN}.1`)).toMatchObject({
      status: 'closed',
      closedBy: 'kim',
      reason: '#12 COMPLETED',
    })
    const open = await followUps(world)
    expect(open.items.map(({ id }) => id)).not.toContain(`${RUN}.1`)
  })

  it('shows what is overdue, first', async () => {
    const world = await waiting()
    await followUps(world, RUN, '--add', '나중', '--due', '2026-12-01')
    await followUps(world, RUN, '--add', '먼저', '--due', '02:30')
    world.clock.set('2026-11-24T02:31:00+09:00')
    const shown = (await world.mts('run', 'follow-up', RUN)).stdout
    expect(shown).toMatch(/기한 지남\s+20261124-01\.2/)
    expect(shown.indexOf('20261124-01.2')).toBeLessThan(shown.indexOf('20261124-01.1'))
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('holds what a run that is over leaves: who was named, what was skipped, what was not seen', async () => {
    const world = await waiting()
    await json(world, 'run', 'resume', RUN, '--step', 'sheet', '--skip', '재무 부재')
    const asLeft = await followUps(world, RUN)
    expect(asLeft.items.map(({ id }) => id)).toContain(`${RUN}.sheet`)
    await json(
      world,
      ...(['run', 'resume', RUN, '--step', 'holds-sales', '--complete'] as const),
      '--value',
      'ticket=DEV-7',
    )
    await followUps(world, RUN, '--close', 'sheet', '--reason', '09:10 전달')
    // What nobody has to do any more is in the report, and not asked for every day.
    const left = await followUps(world)
    expect(left.items.map(({ id }) => id)).toEqual([`${RUN}.holds-sales`])
    const list = await json(world, 'run', 'list')
    expect(list.value['runs']).toMatchObject([{ run: RUN, openFollowUps: left.items.length }])
    const report = await world.mts('report', RUN, '-o', 'markdown')
    expect(report.stdout).toContain(`${RUN}.holds-sales`)
    expect(report.stdout).not.toContain(`· ${RUN}.sheet`)
  })

  it('can be written down after the run is over, and keeps it over', async () => {
    const world = await waiting()
    await world.mts('run', 'abort', RUN, '--reason', '오탐')
    await followUps(world, '--add', '임계값 조정')
    const { value } = await json(world, 'run', 'status', RUN)
    expect(value.status).toBe('aborted')
    expect((await followUps(world)).items).toMatchObject([{ text: '임계값 조정' }])
  })

  it('refuses what is no follow-up, with its exit code', async () => {
    const world = await waiting()
    const cases: readonly (readonly [readonly string[], number])[] = [
      [['--add', 'a', '--close', 'b'], 64],
      [['--close', `${RUN}.1`], 64],
      [['--close', `${RUN}.99`, '--reason', 'x'], 66],
      [['--close', '1', '--reason', 'x'], 64],
      [['--add', ' '], 64],
      [['--add', 'a', '--due', '25:00'], 64],
      [['--add', 'a', '--due', '2026-02-30'], 64],
      [['--owner', 'kim'], 64],
      [['20261124-77'], 66],
    ]
    for (const [words, code] of cases) {
      const ended = await json(world, 'run', 'follow-up', ...words)
      expect([words, ended.code]).toEqual([words, code])
    }
  })

  it('travels with an export', async () => {
    const world = await waiting()
    await followUps(world, RUN, '--add', '자동 정산 확인')
    const { stdout } = await world.mts('run', 'export', RUN, '-')
    expect((await followUps(world)).items).toEqual([])
    expect((await json(world, 'report', RUN)).value['followUps']).toEqual([])
    expect(stdout).toContain('자동 정산 확인')
  })
})
