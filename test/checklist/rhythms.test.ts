import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChecklistHistory } from '../../src/checklist/history.ts'
import type { ChecklistItem, ChecklistRun } from '../../src/checklist/run.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function open(
  faults: readonly string[] = [],
  config = '',
  env: Readonly<Record<string, string>> = {},
): Promise<DemoWorld> {
  world = await createDemoWorld(faults, { env })
  mkdirSync(world.ports.directories.config, { recursive: true })
  writeFileSync(
    join(world.ports.directories.config, 'config.yaml'),
    `externals:\n  - { id: pg, url: '${world.url}/actuator/info' }\nspringBoot: '2.7.18'\n${config}`,
    { mode: 0o600 },
  )
  return world
}

interface Walked {
  readonly code: number
  readonly checklist: ChecklistRun
  item(id: string): ChecklistItem
}

async function walk(mts: DemoWorld, ...words: string[]): Promise<Walked> {
  const { code, json } = await mts.mts(...words, '-o', 'json')
  const checklist = json() as unknown as ChecklistRun
  return {
    code,
    checklist,
    item: (id) => {
      const found = checklist.items.find((item) => item.id === id)
      if (found === undefined) throw new Error(`no item ${id}`)
      return found
    },
  }
}

const statuses = ({ checklist }: Walked): Record<string, string> =>
  Object.fromEntries(checklist.items.map(({ id, status }) => [id, status]))

async function sign(mts: DemoWorld, checklist: ChecklistRun): Promise<Walked> {
  return walk(mts, ...wordsOf(checklist.rerun ?? ''))
}

/** What the bank says, in won. */
function depositOf(mts: DemoWorld, date: string): string {
  const net = mts.demo.settlementOnDate(date)?.netAmount ?? 0n
  return String(Number(net) / 100)
}

function dailyAnswers(mts: DemoWorld, date = '2026-11-23'): string[] {
  return ['--answer', `payout=${depositOf(mts, date)}`, '--answer', 'notices=yes']
}

describe('each checklist against the demo service', () => {
  it('daily: healthy, answered beforehand, all passes', async () => {
    const mts = await open()
    const done = await walk(mts, 'checklist', 'daily', ...dailyAnswers(mts))
    expect(new Set(Object.values(statuses(done)))).toEqual(new Set(['pass']))
    expect(done.code).toBe(0)
  })

  it('daily: two nights that failed are told apart, whatever else stands out', async () => {
    const mts = await open(['failed-batch-linked', 'failed-batch-empty', 'high-memory'])
    const seen = await walk(mts, 'checklist', 'daily')
    expect(statuses(seen)).toMatchObject({
      settlement: 'fail',
      batch: 'fail',
      resources: 'warning',
      backlog: 'fail',
      errors: 'pass',
    })
    expect(seen.code).toBe(2)
    // It is begun with the date that stands open, not with yesterday.
    expect(seen.item('backlog').next).toBe(
      'mts playbook settlement-failure --input date=2026-11-22',
    )
    expect(seen.item('settlement').next).toBe('mts playbook settlement-failure')
  })

  it('evening: what is missing for tonight is critical', async () => {
    const mts = await open()
    mts.demo.setFault('rabbit-down')
    const notReady = await walk(mts, 'checklist', 'evening')
    expect(statuses(notReady)).toMatchObject({ dependencies: 'fail', queue: 'fail' })
    expect(notReady.code).toBe(2)
    expect(notReady.item('dependencies').next).toContain('mts playbook dependency-outage')
  })

  it('evening: a database that answers for no date is not asked about eight', async () => {
    const mts = await open(['db-down'])
    const seen = await walk(mts, 'checklist', 'evening')
    expect(seen.item('backlog').status).toBe('unknown')
    const dates = mts.demo.requests.flatMap(
      ({ path }) => /^\/api\/settlements\/date\/([\d-]+)/.exec(path)?.[1] ?? [],
    )
    expect(new Set(dates).size).toBeLessThan(4)
  })

  it('weekly: says what is out of support and what nobody measures', async () => {
    const mts = await open()
    const seen = await walk(mts, 'checklist', 'weekly')
    expect(seen.item('patches').evidence?.value).toMatchObject({
      ended: ['redis', 'rabbitmq', 'spring-boot'],
      notKnown: [],
    })
    expect(JSON.stringify(seen.item('performance').reason)).toContain('prometheus.url')
    expect(JSON.stringify(seen.item('thresholds').reason)).toContain('mts watch')
  })

  it('weekly: a restore test is proof only as long as it is fresh', async () => {
    const mts = await open()
    const link = 'https://wiki.example/restore/1'
    const answers = (date: string) => [
      '--answer',
      `backup.date=${date}`,
      '--answer',
      `backup.link=${link}`,
    ]
    const old = await walk(mts, 'checklist', 'weekly', ...answers('2026-09-30'))
    expect(old.item('backup').answers).toEqual({ date: '2026-09-30', link })
    expect(old.item('backup-age')).toMatchObject({ status: 'warning' })
  })

  it('monthly: without samples and Prometheus is unknown, with what cures it', async () => {
    const mts = await open()
    const seen = await walk(mts, 'checklist', 'monthly')
    expect(JSON.stringify(seen.item('retention').reason)).toContain('MTS_PROMETHEUS_URL')
  })

  it('monthly: an incident that is not over is counted, with what is left of it', async () => {
    const mts = await open(['failed-batch-linked'])
    await mts.mts('playbook', 'settlement-failure', '-o', 'json')
    const seen = await walk(mts, 'checklist', 'monthly')
    expect(seen.item('incidents')).toMatchObject({
      status: 'warning',
      evidence: { value: { incidentCount: 1, resolvedCount: 0 } },
    })
  })
})

/** A drill on record as `mts drill` leaves it, which takes a service and a person. */
async function keepDrill(mts: DemoWorld, status: 'succeeded' | 'failed'): Promise<void> {
  const { ports } = mts
  const journal = await ports.openJournal(join(ports.directories.state, 'journal.db'), ports.clock)
  const writer = journal.startRun({
    kind: 'action',
    subject: 'drill',
    url: 'http://127.0.0.1:1',
    operator: 'kim',
    data: {},
  })
  writer.append({ kind: 'runFinished', data: { status } }, { status })
  writer.release()
  journal.close()
}

it('monthly: says how often it was rehearsed, and how well', async () => {
  const mts = await open()
  const without = await walk(mts, 'checklist', 'monthly')
  expect(without.item('incidents').evidence).toMatchObject({ value: { drillCount: 0 } })
  await keepDrill(mts, 'failed')
  await keepDrill(mts, 'succeeded')
  const seen = await walk(mts, 'checklist', 'monthly')
  expect(seen.item('incidents').evidence).toMatchObject({
    value: { incidentCount: 0, drillCount: 2, passedDrillCount: 1 },
  })
  expect(JSON.stringify(seen.item('incidents').observed)).toContain('훈련 2회(합격 1)')
})

describe('two days in a row', () => {
  it('the second shows exactly what has changed', async () => {
    const mts = await open()
    const first = await walk(mts, 'checklist', 'daily', ...dailyAnswers(mts))
    expect((await sign(mts, first.checklist)).code).toBe(0)

    mts.clock.set('2026-11-25T09:00:00+09:00')
    mts.demo.setFault('high-memory')
    const second = await walk(mts, 'checklist', 'daily', ...dailyAnswers(mts, '2026-11-24'))
    const changed = second.checklist.items.filter((item) => item.before !== undefined)
    expect(changed.map(({ id, before, status }) => [id, before, status])).toEqual([
      ['resources', 'pass', 'warning'],
    ])
    expect(second.checklist.changed).toEqual({ items: 1, since: '2026-11-24' })
    const heap = second.item('resources').change?.find(({ field }) => field === 'heapPercent')
    expect(heap).toMatchObject({ unit: '%p' })
    expect(Number(heap?.difference)).toBeGreaterThan(10)

    const { stdout } = await mts.mts('checklist', 'daily')
    const lines = stdout.split('\n')
    expect(lines[0]).toContain('지난 점검(11/24)과 달라진 것 1')
    expect(lines[1]).toMatch(/^경고 +3 /)
    expect(stdout).toMatch(/힙 \+\d+(?:\.\d)?%p/)
    expect(stdout).toMatch(/정산액 [+-][\d,]+원/)
    // Money tells enough of a record; how many they were is in JSON.
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(80)
    // What is as it was folds into one line; with --all each stands on its own.
    expect(lines.filter((line) => line.startsWith('변동 없음'))).toHaveLength(1)
    expect(stdout).not.toMatch(/^통과/m)
    const all = (await mts.mts('checklist', 'daily', '--all')).stdout.split('\n')
    expect(all.filter((line) => line.startsWith('통과'))).toHaveLength(
      second.checklist.items.length - 1,
    )
  })

  it('keeps a history of every item, the last run of each day', async () => {
    const mts = await open()
    await walk(mts, 'checklist', 'daily')
    mts.clock.set('2026-11-25T09:00:00+09:00')
    mts.demo.setFault('high-memory')
    const today = await walk(mts, 'checklist', 'daily')
    expect(today.item('resources').caughtCount).toBe(1)
    const { code, json } = await mts.mts('checklist', 'history', '-o', 'json')
    expect(code).toBe(0)
    const history = json() as unknown as ChecklistHistory
    expect(history).toMatchObject({
      kind: 'ChecklistHistory',
      checklist: 'daily',
      from: '2026-11-24',
      to: '2026-11-25',
    })
    const resources = history.items.find(({ id }) => id === 'resources')
    expect(resources?.points.map(({ date, status }) => [date, status])).toEqual([
      ['2026-11-24', 'pass'],
      ['2026-11-25', 'warning'],
    ])
    const table = (await mts.mts('checklist', 'history', 'daily')).stdout
    expect(table).toMatch(/시스템 리소스 사용률 +▁▄ +90일 걸림 1회/)
    for (const line of table.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
    expect((await mts.mts('checklist', 'history', 'hourly')).code).toBe(66)
    // One item, the newest day first, with what was seen.
    const item = (await mts.mts('checklist', 'history', 'daily', 'resources')).stdout.split('\n')
    expect(item[0]).toContain('시스템 리소스 사용률  90일 걸림 1회')
    expect(item[1]).toMatch(/^11\/25 {2}▄ 경고 +힙 93% /)
    expect(item.find((line) => line.startsWith('11/24'))).toMatch(/▁ 통과 +힙 \d+%/)
    const none = await mts.mts('checklist', 'history', 'daily', 'resource')
    expect(none.code).toBe(66)
    expect(none.stderr).toContain('혹시 resources?')
  })
})

describe('a checklist and its day', () => {
  it('stopped half-way goes on the next minute, and what was seen stands', async () => {
    const mts = await open()
    const begun = await walk(mts, 'checklist', 'daily')
    mts.clock.set('2026-11-24T09:01:00+09:00')
    const requests = mts.demo.requests.length
    const resumed = await walk(mts, 'run', 'resume', begun.checklist.run)
    expect(resumed.checklist.run).toBe(begun.checklist.run)
    expect(resumed.item('settlement').status).toBe('pass')
    expect(mts.demo.requests.length).toBe(requests)
  })

  it('after an hour is read anew, and is not signed on what was seen before', async () => {
    const mts = await open()
    const begun = await walk(mts, 'checklist', 'daily', ...dailyAnswers(mts))
    mts.clock.set('2026-11-24T11:00:00+09:00')
    const refused = await mts.mts(...wordsOf(begun.checklist.rerun ?? ''), '-o', 'json')
    expect(refused.code).toBe(5)
    expect(refused.json()).toMatchObject({ code: 'EVIDENCE_EXPIRED' })
    mts.demo.setFault('high-memory')
    const anew = await walk(mts, 'run', 'resume', begun.checklist.run)
    expect(anew.item('resources').status).toBe('warning')
    expect(anew.item('payout').status).toBe('pass')
    expect((await sign(mts, anew.checklist)).checklist.signed).toBeDefined()
  })

  it('after its day is refused, and nothing is read', async () => {
    const mts = await open()
    const { run } = (await walk(mts, 'checklist', 'daily')).checklist
    mts.clock.set('2026-11-25T09:00:00+09:00')
    const requests = mts.demo.requests.length
    const late = await mts.mts('run', 'resume', run, '-o', 'json')
    expect(late.code).toBe(5)
    expect(late.json()).toMatchObject({
      code: 'CHECKLIST_DAY_OVER',
      message: expect.stringContaining('11/24'),
    })
    expect(mts.demo.requests.length).toBe(requests)
    // It can still be ended.
    const ended = await mts.mts('run', 'abort', run, '--reason', '휴일', '-o', 'json')
    expect(ended.json()).toMatchObject({ status: 'aborted' })
  })

  it('names what else is due, and the day it was due on', async () => {
    const mts = await open([], "holidays: ['2026-11-23']\n")
    const daily = await walk(mts, 'checklist', 'daily')
    expect(daily.checklist.alsoDue).toEqual(['weekly'])
    expect(daily.checklist).not.toHaveProperty('dueOn')
    // After the holiday it answers for every day since the one that was looked at last.
    expect(daily.item('backlog').evidence?.value).toMatchObject({
      from: '2026-11-19',
      to: '2026-11-22',
      daysCount: 4,
    })
    expect((await walk(mts, 'checklist', 'monthly')).checklist.dueOn).toBe('2026-11-02')
    const early = await mts.mts('checklist', 'monthly', '--if-due', '-o', 'json')
    expect(early.code).toBe(0)
    expect(early.json()).toMatchObject({ kind: 'ChecklistNotDue', dueOn: '2026-11-02' })
    const remind = (await mts.mts('checklist', 'evening', '--remind')).stdout
    expect(remind).toContain('OnCalendar=Mon..Fri 18:00 Asia/Seoul')
    expect(remind).toContain(`0 18 * * 1-5 mts checklist evening --if-due`)
    expect(remind).toContain(mts.url)
  })
})

describe('a signature', () => {
  it('is told to the channel in one line, once; a channel that refuses it changes nothing', async () => {
    const taken: string[] = []
    const answers = ['ok', 'invalid_token']
    const receiver = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (part: string) => taken.push(part))
      request.on('end', () => {
        const answer = answers.shift() ?? 'ok'
        response.writeHead(answer === 'ok' ? 200 : 403).end(answer)
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    try {
      const mts = await open(['high-memory'], `slack: { webhookUrl: '\${HOOK}' }\n`, {
        HOOK: `http://127.0.0.1:${port}/services/secret`,
      })
      const done = await walk(mts, 'checklist', 'daily', ...dailyAnswers(mts))
      expect(taken).toEqual([])
      const signed = await sign(mts, done.checklist)
      expect(signed.checklist.signed).toMatchObject({ by: 'tester' })
      expect(taken).toHaveLength(1)
      expect(taken[0]).toContain('일일 점검 완료 · 경고 1 · 담당 tester')
      // Asked for again, it is not told again.
      await mts.mts('run', 'resume', done.checklist.run)
      expect(taken).toHaveLength(1)
      const again = await walk(mts, 'checklist', 'daily', ...dailyAnswers(mts))
      const refused = await mts.mts(...wordsOf(again.checklist.rerun ?? ''))
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('invalid_token')
      expect(refused.stderr).not.toContain('secret')
    } finally {
      receiver.closeAllConnections()
      receiver.close()
    }
  })
})

describe('answers given beforehand', () => {
  it('come from a file too; an item that is not asked, a field that is not there, an empty no are refused', async () => {
    const mts = await open()
    writeFileSync(join(mts.home, 'answers.yaml'), 'payout: 1\nnotices: { skip: 담당자 부재 }\n')
    const seen = await walk(mts, 'checklist', 'daily', '--answers', 'answers.yaml')
    expect(statuses(seen)).toMatchObject({
      payout: 'pass',
      'payout-match': 'fail',
      notices: 'skipped',
    })
    expect(seen.code).toBe(2)
    for (const answer of ['payot=1', 'payout.amont=1', 'notices=no', 'payout']) {
      expect((await mts.mts('checklist', 'daily', '--answer', answer)).code).toBe(64)
    }
    writeFileSync(join(mts.home, 'answers.yaml'), 'payout: [1]\n')
    expect((await mts.mts('checklist', 'daily', '--answers', 'answers.yaml')).code).toBe(78)
    expect((await mts.mts('checklist', 'daily', '--answers', 'none.yaml')).code).toBe(78)
  })
})
