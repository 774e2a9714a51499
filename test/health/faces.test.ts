import { describe, expect, it } from 'vitest'
import type { Lang } from '../../src/core/text.ts'
import type { HealthSettings } from '../../src/health/observations.ts'
import { readdressNext, type Health } from '../../src/health/health.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { renderHealth, renderHealthNagios } from '../../src/render/health.ts'
import { PLAIN } from '../../src/render/paint.ts'
import type { View } from '../../src/render/view.ts'
import { round } from './fake-round.ts'
import {
  HANG,
  NOW_MS,
  SETTINGS,
  absent,
  failed,
  meter,
  ok,
  report,
  settlements,
  type Scripted,
} from './fake-service.ts'

const view = (lang: Lang): View => ({ lang, width: 80, paint: PLAIN, nowMs: NOW_MS })

interface Scene {
  readonly script: Record<string, Scripted>
  readonly settings?: HealthSettings
  readonly failedDays?: Record<number, string | null>
}

const SCENES: Readonly<Record<string, Scene>> = {
  healthy: { script: {} },
  'redis hangs': {
    script: { health: HANG, 'health/redis': HANG, 'health/customRedis': HANG },
  },
  unreachable: { script: { '*': { read: failed('unreachable', { systemCode: 'ECONNREFUSED' }) } } },
  silent: { script: { '*': HANG } },
  'not authorized': { script: { '*': { read: failed('unauthorized', { httpStatus: 401 }) } } },
  foreign: { script: { '*': { read: failed('foreign', { httpStatus: 200 }) } } },
  'details hidden': {
    script: {
      health: { read: ok({ status: 'UP', components: {} }) },
      'health/db': { read: absent() },
    },
  },
  'settlement failed': { script: {}, failedDays: { 0: 'FAILED', 3: 'FAILED' } },
  'no sales, slow, hot': {
    settings: { ...SETTINGS, stores: [] },
    script: {
      'metrics/http.server.requests': {
        read: meter(
          { MAX: 9 },
          {
            uri: [
              '/api/v1/sales/{businessNumber}',
              '/api/settlements/date/{date}',
              '/api/settlements/range',
              '/x',
            ],
          },
        ),
      },
      'metrics/http.server.requests?*': { read: meter({ MAX: 8.25 }) },
      'metrics/system.cpu.usage': { read: meter({ VALUE: 0.93 }) },
      'metrics/hikaricp.connections.pending': { read: meter({ VALUE: 4 }) },
      'metrics/hikaricp.connections.active': { read: meter({ VALUE: 10 }) },
      health: {
        read: ok(
          report({
            rabbit: {
              status: 'DOWN',
              details: {
                error:
                  'org.springframework.amqp.AmqpConnectException: java.net.ConnectException: Connection refused',
              },
            },
            mail: { status: 'DOWN', details: {} },
          }),
        ),
      },
    },
  },
}

async function scene(name: string): Promise<Health> {
  const { script, settings, failedDays } = SCENES[name] as Scene
  const { health } = await round(
    script,
    3,
    settings === undefined ? {} : { settings },
    settlements(30, failedDays),
  )
  return health
}

describe('the table', () => {
  it.each(Object.keys(SCENES).flatMap((name) => [[name, 'ko'] as const, [name, 'en'] as const]))(
    '%s (%s) is never wider than 80 cells, also with a long url',
    async (name, lang) => {
      const health = readdressNext(
        { ...(await scene(name)), url: `https://${'sales.'.repeat(14)}example.com:8443/base` },
        (command) => `${command} --url https://sales.internal.example.com:8443/base`,
      )
      for (const line of renderHealth(health, view(lang)).split('\n')) {
        expect(cellsOf(line), line).toBeLessThanOrEqual(80)
      }
    },
  )

  it('puts trouble first and alone, folds the rest, ends with what to do', async () => {
    const lines = renderHealth(await scene('redis hangs'), view('ko')).split('\n')
    expect(lines).toEqual([
      'mini-today-sales  http://localhost:8080                   11월 24일(화) 09:10:00',
      '위험   redis       응답 없음(2초 초과) · 영향: 매출 등록 실패',
      '정상   service 4ms · database 4ms · rabbitmq 4ms, 적체 0건',
      '       sales 지난 1시간 42건 · settlement 어제 COMPLETED(30일 중 8일 확인)',
      '       latency 최대 0.4초',
      '       jvm-memory 41% · cpu 12% · disk 60%',
      '위험 1 · 정상 9                                                              3초',
      '조치   mts playbook dependency-outage',
    ])
  })

  it('says once why nothing can be judged', async () => {
    const shown = renderHealth({ ...(await scene('unreachable')), elapsedMs: 6 }, view('ko'))
    expect(shown).toBe(
      [
        'mini-today-sales  http://localhost:8080                   11월 24일(화) 09:10:00',
        '위험       service     서비스 연결 불가(ECONNREFUSED)',
        '확인 불가  database · redis · rabbitmq · sales · settlement · latency',
        '           jvm-memory · cpu · disk',
        '           서비스 연결 불가(ECONNREFUSED)',
        '위험 1 · 확인 불가 9                                                         6ms',
        '조치       mts playbook service-down',
      ].join('\n'),
    )
  })

  it('has English words beside the Korean ones', async () => {
    for (const name of Object.keys(SCENES)) {
      expect(renderHealth(await scene(name), view('en'))).not.toMatch(/[가-힣]/)
    }
  })

  it('keeps control characters of the service off the terminal', async () => {
    const health = await scene('redis hangs')
    const tainted = {
      ...health,
      url: 'http://x\u001B[2J',
      checks: health.checks.map((check) => ({
        ...check,
        reason: { ko: 'a\u001B[31mb', en: 'a\nb' },
      })),
    }
    // eslint-disable-next-line no-control-regex
    expect(renderHealth(tainted, view('ko'))).not.toMatch(/\u001B/)
  })
})

/** One plugin line: words, a bar, and perfdata as the Nagios guidelines have it. */
const PERF = /^[A-Za-z_]+=(?:U|-?\d+(?:\.\d+)?(?:s|%|B|c)?(?:;[\d.:~@]*){0,4})$/

describe('the Nagios face', () => {
  it.each(Object.keys(SCENES).flatMap((name) => [[name, 'ko'] as const, [name, 'en'] as const]))(
    '%s (%s) is one line with well-formed perfdata',
    async (name, lang) => {
      const health = await scene(name)
      const line = renderHealthNagios(health, view(lang))
      expect(line).not.toContain('\n')
      const [words = '', perfdata = '', ...more] = line.split(' | ')
      expect(more).toEqual([])
      expect(words).toMatch(/^MTS (OK|WARNING|CRITICAL|UNKNOWN) - \S/)
      expect(words).not.toContain('|')
      for (const datum of perfdata.split(' ')) expect(datum).toMatch(PERF)
    },
  )

  it('carries values with their units and lines', async () => {
    const line = renderHealthNagios({ ...(await scene('healthy')), elapsedMs: 12 }, view('en'))
    expect(line).toBe(
      'MTS OK - 10 checks ok | time=0.012s;;;0 database_time=0.004s;;;0 redis_memory=1069548B;;;0 ' +
        'rabbitmq_queue=0;1000;;0 sales=42;;1:;0 latency=0.4s;3;;0 heap=41%;80;;0;100 ' +
        'cpu=12%;70;;0;100 disk=60%;85;;0;100',
    )
  })

  it('shows what was not measured as U, never as 0', async () => {
    const line = renderHealthNagios(await scene('unreachable'), view('en'))
    expect(line).toContain('sales=U latency=U heap=U cpu=U disk=U')
  })

  it('says once what several checks cannot be judged for', async () => {
    expect(renderHealthNagios(await scene('unreachable'), view('en'))).toContain(
      'database, redis, rabbitmq, sales, settlement, latency, jvm-memory, cpu, disk: the service:',
    )
  })

  it('keeps a bar in a reason from starting the perfdata', async () => {
    const health = await scene('redis hangs')
    const tainted = {
      ...health,
      checks: health.checks.map((check) => ({ ...check, reason: { ko: 'a|b\nc', en: 'a|b\nc' } })),
    }
    expect(renderHealthNagios(tainted, view('en')).split('|').length).toBe(2)
  })
})
