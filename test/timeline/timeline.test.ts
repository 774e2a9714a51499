import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cellsOf } from '../../src/render/columns.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createNight, HOSTILE } from '../report/incident-world.ts'
import { answerOf, listen, recordedBody, recordedBytes, recording } from '../service/wire.ts'
import { createShiftedClock } from '../playbook/engine/demo-world.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'

const worlds: FakeWorld[] = []
afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

/** The morning after the recorded night: its log, and the service as it answered at the end. */
async function recordedNight(
  log: string | Buffer = recordedBytes('service.log'),
): Promise<FakeWorld> {
  const after = recording('batch-failed-with-linked-sales').exchanges.at(-1)
  const body = after === undefined ? '' : recordedBody(after)
  const { url } = await listen(({ path }, socket) => {
    const end = /endDate=([\d-]+)/.exec(path)?.[1]
    if (end === undefined) socket.write(answerOf(200, 'true'))
    else socket.write(answerOf(200, end < '2026-11-23' ? '[]' : `[${body}]`))
  })
  return worldOf(log, url)
}

function worldOf(log: string | Buffer, url: string, now = '2026-11-24T09:00:00+09:00'): FakeWorld {
  const world = createFakeWorld({
    clock: createShiftedClock(now),
    env: { MTS_URL: url, MTS_LOG: 'service.log' },
    service: (settings, clock) => createServiceClient(settings, clock),
  })
  writeFileSync(join(world.home, 'service.log'), log)
  worlds.push(world)
  return world
}

interface Told {
  readonly at: string
  readonly source: string
  readonly code: string
  readonly tone: string
  readonly text: string
}

async function entriesOf(world: FakeWorld, ...words: string[]): Promise<readonly Told[]> {
  const { json } = await world.mts('timeline', ...words, '-o', 'json')
  return json()['entries'] as readonly Told[]
}

describe('mts timeline over the recorded night', () => {
  it('names RabbitMQ down, the failed batch and the reprocessing, in this order, each with its source', async () => {
    const world = await recordedNight()
    const { code, json } = await world.mts(
      'timeline',
      '--from',
      '02:00',
      '--to',
      '03:00',
      '-o',
      'json',
    )
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      kind: 'Timeline',
      from: '2026-11-24T02:00:00+09:00',
      to: '2026-11-24T03:00:00+09:00',
      journal: { intact: true },
    })
    const entries = json()['entries'] as readonly Told[]
    const wanted = [
      'OUTAGE',
      'BATCH_STARTED',
      'MARKED_FAILED',
      'BATCH_FAILED',
      'REPROCESSED_SALES_MISSING',
    ]
    const told = entries.filter((entry) => wanted.includes(entry.code))
    expect(told.map(({ at, source, code: what }) => [at.slice(11, 19), source, what])).toEqual([
      ['02:54:08', 'log', 'OUTAGE'],
      ['02:55:00', 'log', 'BATCH_STARTED'],
      ['02:55:01', 'log', 'MARKED_FAILED'],
      ['02:55:04', 'log', 'BATCH_FAILED'],
      ['02:55:23', 'settlements', 'REPROCESSED_SALES_MISSING'],
    ])
    expect(told[0]?.text).toContain('RabbitMQ')
    expect(told[3]?.text).toContain('AmqpConnectException')
    // Three sales were settled before, none after: the timeline says so, although the answer was 200.
    expect(told[4]?.text).toMatch(/#8 → #9.*0건 0원.*3건 60,000원.*삭제/)
    expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).toSorted())
  })

  it('tells each start and stop of the service, and one that died without a word', async () => {
    const entries = await entriesOf(await recordedNight(), '--from', '02:00', '--to', '03:00')
    const told = entries.filter(({ code }) => /^(?:START|STOP|REPLAC)/.test(code))
    expect(told.map(({ at, code }) => `${at.slice(11, 19)} ${code}`)).toEqual([
      '02:45:03 STARTING',
      '02:45:08 STARTED',
      '02:46:12 STOPPED',
      '02:46:14 STARTING',
      '02:46:19 STARTED',
      '02:54:02 REPLACED',
      '02:54:06 STARTED',
    ])
  })

  it('is one list of at most 80 cells, Korean or English, and says from when on the log is silent', async () => {
    const world = await recordedNight()
    for (const lang of ['ko', 'en']) {
      const { stdout } = await world.mts(
        'timeline',
        '--from',
        '02:00',
        '--to',
        '03:00',
        '--lang',
        lang,
      )
      for (const line of stdout.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(80)
      expect(stdout.indexOf('RabbitMQ')).toBeLessThan(stdout.indexOf('AmqpConnectException'))
      expect(stdout).toContain(lang === 'ko' ? '일부만' : 'In part')
    }
  })

  it('leaves out what was before and after', async () => {
    const entries = await entriesOf(await recordedNight(), '--from', '02:54', '--to', '02:55')
    expect(entries.map(({ code }) => code)).toEqual(['REPLACED', 'STARTED', 'OUTAGE'])
  })
})

describe('the sources of a timeline', () => {
  it('goes on without the service, says so, and ends with 3', async () => {
    const world = worldOf(recordedBytes('service.log'), 'http://127.0.0.1:9')
    const { code, stdout } = await world.mts('timeline', '--from', '02:00', '--to', '03:00')
    expect(code).toBe(3)
    expect(stdout).toContain('정산 배치 실패')
    expect(stdout).toMatch(/확인 불가 정산:/)
  })

  it('says that a log is missing, empty, or not configured, and never that nothing happened there', async () => {
    const empty = await recordedNight('')
    expect(await empty.mts('timeline', '--from', '02:00')).toMatchObject({ code: 3 })
    const world = await recordedNight()
    const { code, stdout } = await world.mts(
      'timeline',
      '--from',
      '2026-11-20',
      '--to',
      '2026-11-20',
    )
    expect(code).toBe(0)
    expect(stdout).toContain('이 시간대의 로그가 없음')
  })

  it('has the runs of the journal: begun, refused, sent, ended', async () => {
    const night = await createNight()
    try {
      const { json } = await night.world.mts('timeline', '-o', 'json')
      const entries = json()['entries'] as readonly (Told & { run?: string })[]
      const ofRun = (run: string) =>
        entries.filter((entry) => entry.run === run).map(({ code }) => code)
      expect(ofRun(night.refused)).toEqual(['RUN_STARTED', 'REFUSED'])
      expect(ofRun(night.reprocessed)).toEqual([
        'RUN_STARTED',
        'APPROVAL_GIVEN',
        'ACTION_SENT',
        'ACTION_FINISHED',
        'RUN_FINISHED',
      ])
      expect(entries.some(({ source }) => source === 'settlements')).toBe(true)
      const times = entries.map((entry) => entry.at)
      expect(times).toEqual(times.toSorted())
    } finally {
      await night.world.close()
    }
  })

  it('shows hostile words of log, settlement and note as words on a line', async () => {
    const line = (rest: string) =>
      `2026-11-24 02:30:00.000 ERROR 7 --- [main] c.o.t.X\u001b[2J : ${rest}\n`
    const log = `${line(HOSTILE)}${line('x\u202e')}evil.<script>Exception: y\n`
    const record = `{"id":3,"settlementDate":"2026-11-23","totalAmount":0,"totalFee":0,"netAmount":0,"transactionCount":0,"status":"FAILED","note":${JSON.stringify(HOSTILE)},"createdAt":"2026-11-24T02:30:00","completedAt":null,"sales":[]}`
    const { url } = await listen((_, socket) => socket.write(answerOf(200, `[${record}]`)))
    const { stdout } = await worldOf(log, url).mts('timeline', '--from', '02:00', '--to', '03:00')
    expect(stdout).toContain('FAILED')
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })
})

describe('--from and --to', () => {
  const at = async (...words: string[]) => {
    const world = worldOf('', 'http://127.0.0.1:9', '2026-11-24T01:00:00+09:00')
    const { code, json } = await world.mts('timeline', ...words, '-o', 'json')
    return code === 64
      ? 'usage'
      : [json()['from'], json()['to']].map((iso) => String(iso).slice(5, 16))
  }

  it.each([
    [[], ['11-23T13:00', '11-24T01:00']],
    [
      ['--from', '22:00', '--to', '00:30'],
      ['11-23T22:00', '11-24T00:30'],
    ],
    [
      ['--from', '02:00', '--to', '03:00'],
      ['11-23T02:00', '11-23T03:00'],
    ],
    [
      ['--from', '2026-11-22', '--to', '2026-11-22'],
      ['11-22T00:00', '11-22T23:59'],
    ],
    [
      ['--from', '2026-11-23T02:00'],
      ['11-23T02:00', '11-24T01:00'],
    ],
    [
      ['--from', '02:00', '--to', '2026-11-22T03:00'],
      ['11-22T02:00', '11-22T03:00'],
    ],
    [['--from', '25:00'], 'usage'],
    [['--from', '2026-13-01'], 'usage'],
    [['--from', '2026-11-23', '--to', '2026-11-22'], 'usage'],
    [['--from', '2026-01-01', '--to', '2026-11-22'], 'usage'],
  ])('%j is %j', async (words, expected) => {
    expect(await at(...words)).toEqual(expected)
  })
})
