import { describe, expect, it } from 'vitest'
import {
  createRetentionProbe,
  createToolsProbe,
  type MonitoringPorts,
} from '../../src/checklist/monitoring-probes.ts'
import { parseSupportTable } from '../../src/checklist/support-table.ts'
import type { Alertmanager, PrometheusReader } from '../../src/core/monitoring.ts'
import type { Read } from '../../src/core/read.ts'
import { text } from '../../src/core/text.ts'
import { createFakeClock } from '../support/ports.ts'

const NOW = '2026-12-01T09:00:00+09:00'
const DAY_MS = 86_400_000
const context = { clock: createFakeClock(NOW), signal: new AbortController().signal }
const META = { httpStatus: 200, latencyMs: 1 }
const LOST: Read<never> = {
  kind: 'unknown',
  latencyMs: 1,
  failure: { kind: 'unreachable', message: text('연결 불가', 'cannot be reached') },
}

const loadSupportTable = async () =>
  parseSupportTable(
    JSON.stringify({
      asOf: '2026-04-30',
      source: 'test',
      products: { prometheus: { '2.42': '2023-03-14' } },
    }),
  )

/** A Prometheus that answers these questions and no other. */
function prometheus(answers: Partial<PrometheusReader>): MonitoringPorts {
  return { loadSupportTable, withPrometheus: (work) => work(answers as PrometheusReader) }
}

function daysBack(days: number): PrometheusReader['queryRange'] {
  return async (_expression, { toMs }) => ({
    kind: 'ok',
    meta: META,
    value: {
      series: [
        {
          labels: {},
          points: Array.from({ length: days + 1 }, (_, back) => ({
            atMs: toMs - (days - back) * DAY_MS,
            value: { kind: 'number' as const, value: 1 },
          })),
        },
      ],
      histograms: 0,
      warnings: [],
      infos: [],
    },
  })
}

describe('retention of metrics', () => {
  it('is how far back Prometheus has anything', async () => {
    const short = createRetentionProbe(prometheus({ queryRange: daysBack(15) }))
    expect(await short.observe({ wantedDays: 30 }, context)).toMatchObject({
      value: { oldestDays: 15, enough: false },
    })
    const long = createRetentionProbe(prometheus({ queryRange: daysBack(30) }))
    expect(await long.observe({ wantedDays: 30 }, context)).toMatchObject({
      value: { oldestDays: 30, enough: true },
    })
  })

  it('is unknown of one that holds nothing, does not answer, or is not configured', async () => {
    const nothing: PrometheusReader['queryRange'] = async () => ({
      kind: 'ok',
      meta: META,
      value: { series: [], histograms: 0, warnings: [], infos: [] },
    })
    for (const ports of [
      prometheus({ queryRange: nothing }),
      prometheus({ queryRange: async () => LOST }),
      { loadSupportTable },
    ]) {
      const seen = await createRetentionProbe(ports).observe({ wantedDays: 30 }, context)
      expect(seen.kind).toBe('unknown')
    }
  })
})

describe('the monitoring tools', () => {
  it('are held against the table; one that is not in it is not called supported', async () => {
    const of = (version: string) =>
      createToolsProbe({
        ...prometheus({ version: async () => ({ kind: 'ok', meta: META, value: version }) }),
        withAlertmanager: (work) => work({ status: async () => LOST } as unknown as Alertmanager),
      })
    expect(await of('2.42.0').observe({}, context)).toMatchObject({
      value: { prometheus: '2.42.0', prometheusState: 'ended', until: '2023-03-14' },
      summary: { ko: expect.stringContaining('Alertmanager 조회 실패') },
    })
    expect(await of('4.1.0').observe({}, context)).toMatchObject({
      value: { prometheusState: 'unknown' },
    })
  })

  it('are unknown where Prometheus does not say its version', async () => {
    const probe = createToolsProbe(prometheus({ version: async () => LOST }))
    expect((await probe.observe({}, context)).kind).toBe('unknown')
    expect((await createToolsProbe({ loadSupportTable }).observe({}, context)).kind).toBe('unknown')
  })
})
