/** Sales by the service's own meters, which the scrape cannot see: since the start, failed ones counted too. */
import { z } from 'zod'
import { SALES_POST } from '../core/api-calls.ts'
import { text } from '../core/text.ts'
import type { Observation, ProbeDeclaration } from '../playbook/operation.ts'
import { askEach } from './asker.ts'
import { countOf, nothing, optionsOf, type MeterProbePorts, type Nothing } from './meter-count.ts'
import {
  SCRAPED_REQUESTS,
  SPAN_WORDS,
  askPrometheus,
  requestsOfLastHour,
  type RequestCount,
} from './scraped-requests.ts'
import { failureWords } from './words.ts'

export function createSalesMeterProbes(
  ports: MeterProbePorts,
): readonly ProbeDeclaration<Nothing>[] {
  return [byPaymentTypeProbe(ports), requestsProbe(ports), messagesProbe(ports)]
}

const BY_TYPE = 'sales.by.payment.type.total'
const MAX_VALUES = 20

function byPaymentTypeProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  const row = z.object({ id: z.string(), count: z.number() })
  return {
    id: 'sales.byPaymentType',
    title: text('결제수단·채널별 누계', 'sales by payment type and channel'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({ types: z.array(row), channels: z.array(row), total: z.number() }),
    async observe(_input, context) {
      const source = `/actuator/metrics/${BY_TYPE}`
      const options = optionsOf(ports, context)
      const meter = await ports.reader.metric(BY_TYPE, undefined, options)
      if (meter.kind !== 'ok') return { kind: 'unknown', reason: failureWords(meter), source }
      const rows: Record<'payment_type' | 'channel', { id: string; count: number }[]> = {
        payment_type: [],
        channel: [],
      }
      for (const tag of ['payment_type', 'channel'] as const) {
        const ids = (meter.value.tags[tag] ?? []).slice(0, MAX_VALUES)
        const counts = await askEach(ids, 6, async (id) => ({
          id,
          count: await countOf(ports.reader, BY_TYPE, { [tag]: id }, options),
        }))
        for (const { id, count } of counts) {
          if (count.kind === 'unknown') return { kind: 'unknown', reason: count.reason, source }
          rows[tag].push({ id, count: count.value })
        }
        rows[tag].sort((left, right) => right.count - left.count)
      }
      const total = rows.payment_type.reduce((sum, { count }) => sum + count, 0)
      const words = rows.payment_type.map(({ id, count }) => `${id} ${count}`).join(', ')
      return {
        kind: 'observed',
        value: { types: rows.payment_type, channels: rows.channel, total },
        summary: text(
          `기동 후 ${total}건(실패 포함): ${words}`,
          `${total} since the start, failed ones included: ${words}`,
        ),
        source,
      }
    },
  }
}

function requestsProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'sales.requests',
    title: text('매출 등록 요청', 'requests that register sales'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      requests: z.number(),
      failed: z.number(),
      /** 0 while nothing was asked. */
      failedPercent: z.number(),
      /** What was counted: the last hour by Prometheus, or since the service began. */
      span: z.enum(['hour', 'start']).optional(),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/http.server.requests'
      const options = optionsOf(ports, context)
      const hour = await askPrometheus(ports.withOverTime, (overTime) =>
        requestsOfLastHour(overTime, `uri="${SALES_POST}"`, options),
      )
      if (hour.kind === 'known') {
        const sum = (of: readonly RequestCount[]): number =>
          of.reduce((total, { count }) => total + count, 0)
        const failed = hour.value.filter(({ outcome }) => outcome.endsWith('_ERROR'))
        return requestsSeen(sum(hour.value), sum(failed), 'hour', SCRAPED_REQUESTS)
      }
      const meter = 'http.server.requests'
      const [requests, server, client] = await Promise.all([
        countOf(ports.reader, meter, { uri: SALES_POST }, options),
        countOf(ports.reader, meter, { uri: SALES_POST, outcome: 'SERVER_ERROR' }, options),
        countOf(ports.reader, meter, { uri: SALES_POST, outcome: 'CLIENT_ERROR' }, options),
      ])
      for (const count of [requests, server, client]) {
        if (count.kind === 'unknown') return { kind: 'unknown', reason: count.reason, source }
      }
      const of = (count: typeof requests): number => (count.kind === 'known' ? count.value : 0)
      return requestsSeen(of(requests), of(server) + of(client), 'start', source)
    },
  }
}

function requestsSeen(
  requests: number,
  failed: number,
  span: 'hour' | 'start',
  source: string,
): Observation {
  const failedPercent = requests === 0 ? 0 : (failed / requests) * 100
  const since = SPAN_WORDS[span]
  return {
    kind: 'observed',
    value: { requests, failed, failedPercent, span },
    summary: text(
      `${since.ko} 등록 요청 ${requests}건 · 실패 ${failed}건(${failedPercent.toFixed(1)}%)`,
      `${requests} requests ${since.en}, ${failed} failed (${failedPercent.toFixed(1)} %)`,
    ),
    source,
  }
}

function messagesProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'messages.rejected',
    title: text('거부된 메시지', 'rejected messages'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      published: z.number(),
      rejected: z.number(),
      sales: z.number(),
      /** Healthy sales leave rejected messages too on this build: only the share tells. */
      perSale: z.number(),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/rabbitmq.rejected'
      const options = optionsOf(ports, context)
      const [published, rejected, sales] = await Promise.all([
        countOf(ports.reader, 'rabbitmq.published', {}, options),
        countOf(ports.reader, 'rabbitmq.rejected', {}, options),
        countOf(ports.reader, 'sales.created.total', {}, options),
      ])
      for (const count of [published, rejected, sales]) {
        if (count.kind === 'unknown') return { kind: 'unknown', reason: count.reason, source }
      }
      const of = (count: typeof sales): number => (count.kind === 'known' ? count.value : 0)
      const perSale = of(sales) === 0 ? 0 : of(rejected) / of(sales)
      return {
        kind: 'observed',
        value: { published: of(published), rejected: of(rejected), sales: of(sales), perSale },
        summary: text(
          `기동 후 거부 ${of(rejected)}건 · 매출당 ${perSale.toFixed(2)}건(정상 매출도 남김)`,
          `${of(rejected)} rejected since the start, ${perSale.toFixed(2)} a sale (healthy ones leave some)`,
        ),
        source,
      }
    },
  }
}
