import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readHappenings, type LogHappening } from '../../src/logs/happenings.ts'

const at = (time: string): number => Date.parse(`2026-11-24T${time}+09:00`)

function line(time: string, level: string, logger: string, message: string, more = ''): string {
  return `2026-11-24 ${time}.000 ${level.padStart(5)} 42 --- [main] ${logger} : ${message}\n${more}`
}

async function happen(log: string, from = '00:00:00', to = '23:59:59') {
  const directory = mkdtempSync(join(tmpdir(), 'mts-happen-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'service.log')
  writeFileSync(path, log)
  return readHappenings(path, at(from), at(to), new AbortController().signal)
}

async function told(log: string, from?: string, to?: string): Promise<readonly LogHappening[]> {
  const read = await happen(log, from, to)
  if (read.kind !== 'read') throw new Error(read.reason.en)
  return read.happenings
}

const trace = (exception: string): string =>
  `\norg.springframework.x.Outer: failed\n\tat a.b.C.d(C.java:1)\nCaused by: ${exception}: no\n`

describe('what happened according to a log', () => {
  it.each([
    ['redis', 'org.springframework.data.redis.RedisConnectionFailureException'],
    ['database', 'org.springframework.jdbc.CannotGetJdbcConnectionException'],
    ['rabbitmq', 'org.springframework.amqp.AmqpConnectException'],
  ])(
    'an outage of %s is known by its exceptions, also as the cause of another',
    async (component, exception) => {
      const log = ['01:00:00', '01:00:30', '01:02:00']
        .map((time) =>
          line(time, 'ERROR', 'c.o.t.SalesController', '매출 등록 중 오류 발생', trace(exception)),
        )
        .join('')
      expect(await told(log)).toEqual([
        {
          kind: 'outage',
          component,
          atMs: at('01:00:00'),
          untilMs: at('01:02:00'),
          errors: 3,
          recovered: false,
        },
      ])
    },
  )

  it('an outage ends when the log says that the connection is there again, and another is another', async () => {
    const gone = (time: string) =>
      line(
        time,
        'WARN',
        'o.s.X',
        'Consumer raised exception',
        trace('org.springframework.amqp.AmqpConnectException'),
      )
    const back = line(
      '01:05:00',
      'INFO',
      'o.s.a.r.c.CachingConnectionFactory',
      'Created new connection: x',
    )
    const outages = await told(`${gone('01:00:00')}${back}${gone('02:00:00')}${gone('02:30:00')}`)
    expect(
      outages.map((outage) => [outage.atMs, 'recovered' in outage && outage.recovered]),
    ).toEqual([
      [at('01:00:00'), true],
      [at('02:00:00'), false],
      [at('02:30:00'), false],
    ])
  })

  it('errors close together are one burst with its causes; those of every healthy sale are none', async () => {
    const log = [
      line('01:00:00', 'ERROR', 'c.o.t.A', 'x', trace('a.b.OneException')),
      line('01:00:10', 'ERROR', 'c.o.t.A', 'x', '\na.b.TwoException: y\n'),
      line('01:00:20', 'ERROR', 'c.o.t.B', 'x'),
      line('01:00:25', 'ERROR', 'c.o.t.listener.SalesEventListener', 'DLQ 메시지 처리 완료'),
      line('01:10:00', 'ERROR', 'c.o.t.B', 'x'),
    ].join('')
    const bursts = await told(log)
    expect(bursts).toMatchObject([
      { kind: 'errors', count: 3, untilMs: at('01:00:20') },
      { kind: 'errors', count: 1 },
    ])
    expect(bursts[0]).toHaveProperty('causes', [
      { cause: 'OneException', count: 1 },
      { cause: 'TwoException', count: 1 },
      { cause: 'B', count: 1 },
    ])
  })

  it('a batch that is done is told, and one that failed with what it failed of', async () => {
    const service = 'c.o.t.service.SettlementBatchService'
    const log = [
      line('02:00:00', 'INFO', service, '=== 일일 정산 배치 시작: 2026-11-23 ==='),
      line('02:00:01', 'INFO', service, '=== 일일 정산 배치 완료: 2026-11-23 ==='),
      line('03:00:00', 'INFO', service, '=== 일일 정산 배치 시작: 2026-11-23 ==='),
      line(
        '03:00:01',
        'ERROR',
        service,
        '정산 처리 중 오류 발생: 2026-11-23',
        '\na.b.BadException: y\n',
      ),
      line('03:00:02', 'ERROR', service, '=== 일일 정산 배치 실패: 2026-11-23 ==='),
    ].join('')
    expect((await told(log)).filter(({ kind }) => kind === 'batch')).toMatchObject([
      { phase: 'started' },
      { phase: 'completed' },
      { phase: 'started' },
      { phase: 'failed', cause: 'BadException' },
    ])
  })

  it('finds a stretch in the midst of a long file, whatever lies around it', async () => {
    const filler = `${'x'.repeat(200)}\n`.repeat(20)
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) => {
      const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`
      return line(
        time,
        'INFO',
        'c.o.t.service.SettlementBatchService',
        '수동 정산 시작: 2026-11-22',
        filler,
      )
    })
    const log = minutes.join('')
    expect(log.length).toBeGreaterThan(5_000_000)
    for (const hour of ['01', '13', '23']) {
      const found = await told(log, `${hour}:30:00`, `${hour}:34:30`)
      const minutesOf = ['30', '31', '32', '33', '34'].map((minute) => at(`${hour}:${minute}:00`))
      expect(found.map(({ atMs }) => atMs)).toEqual(minutesOf)
    }
  })

  it('says where the log begins too late, holds nothing of the time, is no log, or is not there', async () => {
    const one = line('10:00:00', 'INFO', 'a.B', 'x')
    expect(await happen(one)).toMatchObject({ kind: 'read', beginsLate: true })
    expect(await happen(`${line('00:00:00', 'INFO', 'a.B', 'x')}${one}`)).toMatchObject({
      beginsLate: false,
    })
    expect(await happen(one, '11:00:00')).not.toHaveProperty('firstMs')
    expect(await happen('')).toMatchObject({ kind: 'unknown' })
    expect(await happen('GET / 200\n')).toMatchObject({ kind: 'unknown' })
    const signal = new AbortController().signal
    expect(await readHappenings('/nowhere/x.log', 0, 1, signal)).toMatchObject({ kind: 'unknown' })
  })
})
