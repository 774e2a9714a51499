/** Growth of heap, disk, connections and sales over the samples in the journal, and when a limit is reached. */
import { z } from 'zod'
import type { Sample } from '../core/journal.ts'
import { SAMPLED } from '../core/sampled-meters.ts'
import type { Settings } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { FEWEST_DAYS, forecast, type Forecast } from './forecast.ts'
import {
  highestOfDays,
  increaseOfDays,
  diskPercentSamples,
  heapPercentSamples,
  percentSamples,
  type DayFigure,
  type SampleReader,
} from './sample-series.ts'

export interface CapacityPorts {
  readonly samples: SampleReader
  readonly settings: Pick<Settings, 'thresholds' | 'instances'>
}

const capacityInput = z.object({
  /** A limit that is reached sooner is named. */
  horizonDays: z.int().min(1).max(365).default(90),
})

const SOURCE = 'journal samples'
/** As long as samples are kept. */
const HISTORY_MS = 90 * 86_400_000

interface Grown {
  readonly id: 'heap' | 'disk' | 'connections' | 'sales'
  readonly title: Text
  readonly limit?: number
  readonly forecast: Forecast | undefined
}

export function createCapacityProbe(
  ports: CapacityPorts,
): ProbeDeclaration<z.output<typeof capacityInput>> {
  return {
    id: 'capacity.forecast',
    title: text('용량 예측', 'when a limit is reached'),
    impact: 'read_only',
    idempotent: true,
    inputs: capacityInput,
    outputs: z.object({
      meters: z.array(
        z.object({
          id: z.string(),
          days: z.number(),
          now: z.number(),
          perDay: z.number(),
          limit: z.number().optional(),
          daysLeft: z.number().optional(),
          daysLeftRange: z
            .object({ earliest: z.number(), latest: z.number().optional() })
            .optional(),
          unsure: z.boolean().optional(),
        }),
      ),
      /** Limits that are reached within the horizon. */
      near: z.array(z.object({ id: z.string(), days: z.number() })),
      notSeen: z.array(z.string()),
    }),
    async observe({ horizonDays }, context) {
      const toMs = context.clock.now()
      const read = (metric: string): Promise<readonly Sample[]> =>
        ports.samples(metric, toMs - HISTORY_MS, toMs)
      const grown = await growths(ports, read)
      const seen = grown.flatMap((item) =>
        item.forecast === undefined ? [] : [{ ...item, forecast: item.forecast }],
      )
      if (seen.length === 0) return { kind: 'unknown', reason: TOO_FEW, source: SOURCE }
      const near = seen.flatMap(({ id, forecast: { daysLeft } }) =>
        daysLeft === undefined || daysLeft > horizonDays ? [] : [{ id, days: daysLeft }],
      )
      const unsure = seen.filter((item) => item.forecast.unsure === true)
      const notSeen = grown.filter((item) => item.forecast === undefined)
      return {
        kind: 'observed',
        value: {
          meters: seen.map(({ id, limit, forecast: ahead }) => ({
            id,
            ...ahead,
            ...(limit === undefined ? {} : { limit }),
          })),
          near,
          // A line through days that jump about is no forecast: it counts as not seen.
          notSeen: [...notSeen, ...unsure].map(({ id }) => id),
        },
        summary: wordsOf(
          seen.map(({ title, id, limit, forecast: ahead }) => meterWords(title, id, ahead, limit)),
          notSeen.map(({ title }) => title),
        ),
        source: SOURCE,
      }
    },
  }
}

const TOO_FEW = text(
  `표본이 ${FEWEST_DAYS}일치보다 적음: mts watch를 켜 두거나 prometheus.url을 설정하세요`,
  `samples of fewer than ${FEWEST_DAYS} days: keep mts watch running, or set prometheus.url`,
)

async function growths(
  { settings }: CapacityPorts,
  read: (metric: string) => Promise<readonly Sample[]>,
): Promise<readonly Grown[]> {
  const { heapPercent, diskPercent } = settings.thresholds
  const heap = await heapPercentSamples(read)
  const disk = await diskPercentSamples(read)
  const pool = percentSamples(
    await read(SAMPLED.poolActive.metric),
    await read(SAMPLED.poolMax.metric),
  )
  // Counters of several instances behind one address are mixed: no growth can be told from them.
  const sales: readonly DayFigure[] =
    settings.instances === 1 ? increaseOfDays(await read(SAMPLED.sales.metric)) : []
  const grown = (id: Grown['id'], title: Text, days: readonly DayFigure[], limit?: number) => ({
    id,
    title,
    forecast: forecast(days, limit),
    ...(limit === undefined ? {} : { limit }),
  })
  return [
    grown('heap', text('힙', 'heap'), highestOfDays(heap), heapPercent),
    grown('disk', text('디스크', 'disk'), highestOfDays(disk), diskPercent),
    grown('connections', text('DB 연결', 'connections'), highestOfDays(pool), 100),
    grown('sales', text('매출', 'sales'), sales),
  ]
}

function meterWords(title: Text, id: Grown['id'], ahead: Forecast, limit?: number): Text {
  const monthly = Math.round(ahead.perDay * 300) / 10
  const change = monthly > 0 ? `+${monthly}` : String(monthly)
  if (id === 'sales') {
    return text(
      `${title.ko} 하루 ${Math.round(ahead.now)}건(월 ${change}건)`,
      `${title.en} ${Math.round(ahead.now)} a day (${change} a month)`,
    )
  }
  const until = untilWords(ahead, limit)
  return text(
    `${title.ko} ${ahead.now}%(월 ${change}%p${until.ko})`,
    `${title.en} ${ahead.now} % (${change} points a month${until.en})`,
  )
}

function untilWords({ daysLeft, daysLeftRange, unsure }: Forecast, limit?: number): Text {
  if (unsure === true) {
    return text(', 편차가 커 예측하지 않음', ', too scattered to forecast')
  }
  if (daysLeft === undefined) return text('', '')
  if (daysLeft === 0) return text(`, 이미 ${limit}%`, `, already at ${limit} %`)
  if (daysLeftRange === undefined) {
    return text(`, ${daysLeft}일 뒤 ${limit}%`, `, ${limit} % in ${daysLeft} days`)
  }
  const { earliest, latest } = daysLeftRange
  const until = latest === undefined ? '' : String(latest)
  return text(
    `, 약 ${daysLeft}일(${earliest}~${until}) 뒤 ${limit}%`,
    `, ${limit} % in about ${daysLeft} days (${earliest} to ${until === '' ? '…' : until})`,
  )
}

function wordsOf(seen: readonly Text[], missing: readonly Text[]): Text {
  const ko = seen.map((words) => words.ko)
  const en = seen.map((words) => words.en)
  if (missing.length > 0) {
    ko.push(`표본 없음: ${missing.map((title) => title.ko).join(', ')}(mts watch 필요)`)
    en.push(`no samples: ${missing.map((title) => title.en).join(', ')} (keep mts watch running)`)
  }
  return text(ko.join(' · '), en.join('; '))
}
