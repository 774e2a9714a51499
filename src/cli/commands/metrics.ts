/** `mts metrics [name]`: a meter with its tags, as the service counts it and as the scrape shows it. */
import { setMaxListeners } from 'node:events'
import { isoSeoul } from '../../core/dates.ts'
import type { Exposition } from '../../core/exposition.ts'
import { EXIT } from '../../core/exit-code.ts'
import { MtsError } from '../../core/errors.ts'
import type { Read } from '../../core/read.ts'
import type { Metric, RequestOptions, Service, ServiceRareReader } from '../../core/service.ts'
import { text } from '../../core/text.ts'
import type { MeterList, MeterView } from '../../render/metrics.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

export const metricsCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('metrics [name]')
        .description(word('지표 조회(서비스와 수집 지표 양쪽)', 'a meter, from both sides'))
        .option(
          '--tag <key:value>',
          word('태그로 좁히기(여러 번 지정 가능)', 'only this tag; may be given several times'),
          (value: string, before: readonly string[]) => [...before, value],
          [] as readonly string[],
        )
        .action((name: string | undefined, options: { tag: readonly string[] }) =>
          perform((context) =>
            name === undefined ? list(context) : show(context, name, tagsOf(options.tag)),
          ),
        ),
      lang,
      [
        ['mts metrics', text('지표 이름과 수집 이름', 'names, and the names in the scrape')],
        ['mts metrics settlement.result.total', text('태그별 값과 사각지대', 'by tag')],
        ['mts metrics jvm.memory.used --tag area:heap', text('태그로 좁히기', 'one tag')],
      ],
    )
  },
}

type WholeService = Service & ServiceRareReader

async function withService<T>(
  context: CommandContext,
  work: (service: WholeService, options: RequestOptions) => Promise<T>,
): Promise<T> {
  const { createServiceClient } = await import('../../service/client.ts')
  const service = await createServiceClient(await context.settings(), context.ports.clock)
  // As many questions listen to it as are asked at once.
  const signal = AbortSignal.any([context.signal])
  setMaxListeners(0, signal)
  try {
    return await work(service, { signal })
  } finally {
    await service.close()
  }
}

async function list(context: CommandContext): Promise<Outcome<MeterList>> {
  const { readScrape } = await import('../doctor-facts.ts')
  const { renderMeterList } = await import('../../render/metrics.ts')
  const { url } = await context.settings()
  return withService(context, async (service, options) => {
    const [names, scrape] = await Promise.all([
      service.metricNames(options),
      readScrape(service, options),
    ])
    const known = await valueOrThrow(names)
    const value: MeterList = {
      kind: 'MeterList',
      url,
      observedAt: isoSeoul(context.ports.clock.now()),
      items: [...known].sort().map((meter) => ({
        meter,
        series:
          scrape.exposition === undefined
            ? null
            : [...new Set(samplesOf(meter, known, scrape.exposition).map(({ name }) => name))],
      })),
      scrapeReason: scrape.reason ?? null,
    }
    return { value, exitCode: EXIT.ok, faces: { table: renderMeterList } }
  })
}

async function show(
  context: CommandContext,
  given: string,
  tags: Readonly<Record<string, string>>,
): Promise<Outcome<MeterView>> {
  const { readScrape } = await import('../doctor-facts.ts')
  const { renderMeter } = await import('../../render/metrics.ts')
  const { url } = await context.settings()
  return withService(context, async (service, options) => {
    const scraping = readScrape(service, options)
    const names = await valueOrThrow(await service.metricNames(options))
    const meter = await meterNamed(names, given)
    const metric = await valueOrThrow(await service.metric(meter, tags, options), meter)
    const [scrape, byTag] = await Promise.all([
      scraping,
      breakDown(service, metric, meter, tags, options),
    ])
    const samples =
      scrape.exposition === undefined ? undefined : samplesOf(meter, names, scrape.exposition)
    const value: MeterView = {
      kind: 'Meter',
      url,
      observedAt: isoSeoul(context.ports.clock.now()),
      meter,
      unit: metric.baseUnit,
      measurements: metric.measurements,
      tags: byTag,
      scrape: samples === undefined ? null : sidesOf(tags, samples),
      scrapeReason: scrape.reason ?? null,
      blind: samples !== undefined && isBlind(metric, tags, samples),
    }
    return { value, exitCode: EXIT.ok, faces: { table: renderMeter } }
  })
}

/** Also takes a name as the scrape has it: `settlement_result_total`. */
async function meterNamed(names: readonly string[], given: string): Promise<string> {
  if (names.includes(given)) return given
  const same = names.filter((name) => isOf(baseOf(name), given))
  const [longest] = same.toSorted((left, right) => right.length - left.length)
  if (longest !== undefined) return longest
  const { nearestName } = await import('../../core/nearest.ts')
  const near = nearestName(given, names)
  throw new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(
      `그런 지표가 없습니다: ${given}${near === undefined ? '' : ` (혹시 ${near}?)`}`,
      `there is no such meter: ${given}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    ),
    next: [...(near === undefined ? [] : [`mts metrics ${near}`]), 'mts metrics'],
  })
}

/** Values of one tag that are asked for; transaction counts make a tag value each. */
const MOST_VALUES = 12

async function breakDown(
  service: WholeService,
  metric: Metric,
  meter: string,
  tags: Readonly<Record<string, string>>,
  options: RequestOptions,
): Promise<MeterView['tags']> {
  const [statistic] = Object.keys(metric.measurements)
  return Promise.all(
    Object.entries(metric.tags).map(async ([tag, all]) => ({
      tag,
      more: Math.max(0, all.length - MOST_VALUES),
      values: await Promise.all(
        all.slice(0, MOST_VALUES).map(async (value) => {
          const read = await service.metric(meter, { ...tags, [tag]: value }, options)
          const count = read.kind === 'ok' ? read.value.measurements[statistic ?? ''] : undefined
          return { value, count: count ?? null }
        }),
      ),
    })),
  )
}

type Samples = Exposition['samples']

/**
 * Series of a meter: its name with dots as underscores, unit and suffixes behind. One whose name begins
 * like two meters belongs to the longer; buckets are left out.
 */
function samplesOf(meter: string, names: readonly string[], { samples }: Exposition): Samples {
  const base = baseOf(meter)
  const longer = names.map(baseOf).filter((other) => other !== base && other.startsWith(`${base}_`))
  return samples.filter(
    ({ name }) =>
      isOf(base, name) && !name.endsWith('_bucket') && !longer.some((other) => isOf(other, name)),
  )
}

function baseOf(meter: string): string {
  return meter.replaceAll('.', '_')
}

function isOf(base: string, series: string): boolean {
  return series === base || series.startsWith(`${base}_`)
}

function sidesOf(tags: Readonly<Record<string, string>>, samples: Samples): MeterView['scrape'] {
  return samples
    .filter(({ labels }) =>
      Object.entries(tags).every(([tag, value]) => labels[baseOf(tag)] === value),
    )
    .map(({ name, labels, value }) => ({
      series: name,
      labels,
      value: Number.isFinite(value) ? value : null,
    }))
}

/** A count that moves for the service and not for the scrape, or a tag that the scrape lacks. */
function isBlind(
  metric: Metric,
  tags: Readonly<Record<string, string>>,
  samples: Samples,
): boolean {
  const count = metric.measurements['COUNT']
  if (count === undefined) return false
  const own = samples.filter(({ name }) => /_(?:total|count)$/.test(name))
  if (own.length === 0) return true
  const sum = own.reduce((total, { value }) => total + value, 0)
  const labels = new Set(own.flatMap((sample) => Object.keys(sample.labels)))
  const lost = [...Object.keys(metric.tags), ...Object.keys(tags)].some(
    (tag) => !labels.has(baseOf(tag)),
  )
  return (count > 0 && sum === 0) || lost
}

async function valueOrThrow<T>(read: Read<T>, meter?: string): Promise<T> {
  if (read.kind === 'ok') return read.value
  if (read.kind === 'absent') {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message:
        meter === undefined
          ? text(
              '이 서비스에는 지표 조회가 없습니다(404)',
              'this service publishes no meters (404)',
            )
          : text(
              `그 태그의 값이 아직 없습니다: ${meter}`,
              `${meter} has no value with these tags yet`,
            ),
      next: meter === undefined ? ['mts health'] : [`mts metrics ${meter}`],
    })
  }
  const { fetchError } = await import('../fetch-error.ts')
  throw fetchError(read.failure)
}

function tagsOf(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const colon = word.indexOf(':')
      if (colon < 1 || colon === word.length - 1) {
        throw usageError(
          text(`태그 형식이 아닙니다: ${word} (예: area:heap)`, `no tag: ${word} (as area:heap)`),
          ['mts metrics --help'],
        )
      }
      return [word.slice(0, colon), word.slice(colon + 1)] as const
    }),
  )
}
