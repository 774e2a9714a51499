import { describe, expect, it } from 'vitest'
import {
  createErrorMeterProbe,
  createLogProbe,
  createRecentErrorsProbe,
  type CountLogErrors,
} from '../../src/health/log-probes.ts'
import {
  createAnswerRateProbe,
  createDeadLetterProbe,
  createSummaryProbe,
} from '../../src/health/meter-probes.ts'
import { createComponentProbe, createOverviewProbe } from '../../src/health/probes.ts'
import type { Observation, ProbeDeclaration } from '../../src/playbook/operation.ts'
import { createFakeClock } from './fake-time.ts'
import {
  absent,
  createFakeService,
  failed,
  meter,
  NOW_MS,
  ok,
  SETTINGS,
  type Scripted,
} from './fake-service.ts'

type Script = Readonly<Record<string, Scripted>>

/** Observes through the declared inputs; what was observed has to be of the declared shape. */
async function observe<I>(
  make: (reader: ReturnType<typeof createFakeService>) => ProbeDeclaration<I>,
  script: Script,
  input: unknown = {},
): Promise<Observation> {
  const clock = createFakeClock(NOW_MS)
  const probe = make(createFakeService(clock, script))
  const signal = new AbortController().signal
  const seen = await clock.run(probe.observe(probe.inputs.parse(input), { clock, signal }))
  if (seen.kind === 'observed') expect(probe.outputs.safeParse(seen.value).error).toBeUndefined()
  return seen
}

const DOWN = { status: 'DOWN', details: { error: 'java.net.ConnectException: refused' } } as const
const HTTP = 'metrics/http.server.requests'

describe('health.component', () => {
  const state = async (script: Script): Promise<unknown> => {
    const seen = await observe(
      (reader) => createComponentProbe({ reader, settings: SETTINGS }),
      script,
      { name: 'rabbitmq' },
    )
    return seen.kind === 'observed' ? (seen.value as { state: string }).state : 'unknown'
  }

  it('is up only when an answer says so and none says otherwise', async () => {
    expect(await state({})).toBe('up')
    expect(await state({ 'health/rabbit': { read: ok(DOWN) } })).toBe('down')
    expect(await state({ 'health/customRabbitMQ': { read: ok(DOWN) } })).toBe('down')
    expect(await state({ 'health/customRabbitMQ': { read: absent() } })).toBe('up')
  })

  it('tells hanging from down, and what cannot be read from both', async () => {
    expect(await state({ 'health/rabbit': { read: failed('timeout') } })).toBe('hanging')
    expect(await state({ 'health/rabbit': { read: failed('foreign') } })).toBe('unknown')
    expect(
      await state({
        'health/rabbit': { read: absent() },
        'health/customRabbitMQ': { read: absent() },
      }),
    ).toBe('unknown')
    expect(await state({ 'health/rabbit': { read: ok({ status: 'UNKNOWN', details: {} }) } })).toBe(
      'unknown',
    )
  })
})

describe('health.overview', () => {
  const overview = (script: Script, input: unknown): Promise<Observation> =>
    observe((reader) => createOverviewProbe({ reader, settings: SETTINGS }), script, input)

  it('gives the status of each check of the level', async () => {
    expect(await overview({}, { level: 1 })).toMatchObject({
      value: {
        status: 'ok',
        notOk: [],
        checks: { service: 'ok', database: 'ok', redis: 'ok', rabbitmq: 'ok' },
      },
    })
  })

  it('judges together only the checks that are named', async () => {
    const script: Script = { 'metrics/system.cpu.usage': { read: meter({ VALUE: 0.99 }) } }
    const seen = await overview(script, { level: 3, checks: ['jvm-memory', 'disk'] })
    expect(seen).toMatchObject({ value: { status: 'ok', notOk: [] } })
    const cpu = await overview(script, { level: 3, checks: ['cpu'] })
    expect(cpu).toMatchObject({ value: { status: 'unknown', notOk: ['cpu'] } })
  })

  it('is evidence, not an error, when nothing answers', async () => {
    expect(await overview({ '*': { read: failed('unreachable') } }, { level: 1 })).toMatchObject({
      value: { checks: { service: 'critical', redis: 'unknown' } },
    })
  })
})

describe('http.answerRate', () => {
  const rate = (script: Script): Promise<Observation> =>
    observe((reader) => createAnswerRateProbe({ reader }), script)

  it('takes a tag that has not appeared yet for 0, because the meter itself is there', async () => {
    const script: Script = {
      [`${HTTP}?uri=/api/settlements/range&outcome=SERVER_ERROR`]: { read: absent() },
    }
    expect(await rate(script)).toMatchObject({
      value: { requests: 900, serverErrors: 0, percent: 100, worst: [] },
    })
  })

  it('names the endpoint with most errors, leaves the monitoring’s own calls out and never rounds up to 100 %', async () => {
    const seen = await rate({
      [HTTP]: { read: meter({ COUNT: 1 }, { uri: ['/actuator/health', '/api/a', '/api/b'] }) },
      [`${HTTP}?uri=/api/a`]: { read: meter({ COUNT: 50_000 }) },
      [`${HTTP}?uri=/api/b`]: { read: meter({ COUNT: 10 }) },
      [`${HTTP}?uri=/api/a&outcome=SERVER_ERROR`]: { read: meter({ COUNT: 1 }) },
      [`${HTTP}?uri=/api/b&outcome=SERVER_ERROR`]: { read: absent() },
    })
    expect(seen).toMatchObject({
      value: { requests: 50_010, serverErrors: 1, worst: [{ uri: '/api/a', serverErrors: 1 }] },
    })
    expect(seen.kind === 'observed' && seen.summary.ko).toContain('99.99%')
  })

  it('is unknown without requests, without the meter, and when a number is missing', async () => {
    const unknowns: readonly Script[] = [
      { [HTTP]: { read: absent() } },
      { [HTTP]: { read: meter({ COUNT: 3 }, { uri: ['/actuator/health'] }) } },
      {
        [`${HTTP}?uri=/api/settlements/range`]: { read: meter({ COUNT: 0 }) },
        [`${HTTP}?uri=/api/settlements/range&outcome=SERVER_ERROR`]: { read: absent() },
      },
      { [`${HTTP}?uri=/api/settlements/range`]: { read: meter({}) } },
      { [`${HTTP}?uri=/api/settlements/range&outcome=SERVER_ERROR`]: { read: failed('timeout') } },
    ]
    for (const script of unknowns) expect((await rate(script)).kind).toBe('unknown')
  })
})

describe('errors', () => {
  const LOGGED = 'metrics/logback.events?level=error'
  const UPTIME: Script = { 'metrics/process.uptime': { read: meter({ VALUE: 3600 }) } }

  it('of the meter are held against what healthy sales leave', async () => {
    const errors = (count: number): Promise<Observation> =>
      observe((reader) => createErrorMeterProbe({ reader }), {
        ...UPTIME,
        [LOGGED]: { read: meter({ COUNT: count }) },
      })
    // 40 sales at 7 lines each.
    expect(await errors(280)).toMatchObject({ value: { errors: 280, beyondNoise: 0 } })
    expect(await errors(300)).toMatchObject({ value: { errors: 300, beyondNoise: 20 } })
  })

  it('are unknown, never 0, when the meter is not there', async () => {
    const seen = await observe((reader) => createErrorMeterProbe({ reader }), {
      ...UPTIME,
      [LOGGED]: { read: absent() },
      'metrics/logback.events': { read: absent() },
    })
    expect(seen.kind).toBe('unknown')
  })

  const counted: CountLogErrors = async (fromMs, toMs) => ({
    kind: 'counted',
    file: 'service.log',
    count: {
      errors: 50,
      noise: 42,
      firstMs: fromMs + 1000,
      lastMs: toMs,
      loggers: [{ logger: 'Batch', count: 8 }],
      partial: false,
    },
  })

  it('come from the log file where one is configured, and from the meter otherwise', async () => {
    const script: Script = { ...UPTIME, [LOGGED]: { read: meter({ COUNT: 300 }) } }
    const from = (count?: CountLogErrors): Promise<Observation> =>
      observe(
        (reader) =>
          createRecentErrorsProbe({
            reader,
            ...(count === undefined ? {} : { countLogErrors: count }),
          }),
        script,
      )
    expect(await from(counted)).toMatchObject({ source: 'service.log', value: { beyondNoise: 8 } })
    expect(await from()).toMatchObject({ value: { beyondNoise: 20 } })
    const broken: CountLogErrors = async () => ({ kind: 'unknown', reason: { ko: '', en: '' } })
    expect((await from(broken)).kind).toBe('unknown')
  })

  it('of the log are unknown when no file is configured', async () => {
    const seen = await observe((reader) => createLogProbe({ reader }), {})
    expect(seen).toMatchObject({
      kind: 'unknown',
      reason: { en: expect.stringMatching(/MTS_LOG/) },
    })
  })
})

describe('counts', () => {
  it('of dead letters and of the summary are unknown when they cannot be read', async () => {
    const lost: Script = {
      dlq: { read: failed('service_error') },
      summary: { read: failed('cut') },
    }
    expect((await observe((reader) => createDeadLetterProbe({ reader }), lost)).kind).toBe(
      'unknown',
    )
    expect((await observe((reader) => createSummaryProbe({ reader }), lost)).kind).toBe('unknown')
    expect(await observe((reader) => createDeadLetterProbe({ reader }), {})).toMatchObject({
      value: { waiting: 0 },
      summary: { ko: expect.stringMatching(/유실이 없다는 뜻은 아님/) },
    })
  })
})
