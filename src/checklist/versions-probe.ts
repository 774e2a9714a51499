/** Which versions run, and whether anybody still mends them. */
import { z } from 'zod'
import { seoulDateOf, daysBetween, type SeoulDate } from '../core/dates.ts'
import type { ComponentHealth, RequestOptions, ServiceReader } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import {
  databaseOf,
  javaVersion,
  supportOf,
  type Support,
  type SupportTable,
} from './support-table.ts'

export interface VersionPorts {
  readonly reader: ServiceReader
  readonly settings: Pick<Settings, 'springBoot' | 'timeoutMs'>
  loadSupportTable(): Promise<SupportTable>
}

type Nothing = Record<string, never>
const nothing = z.object({}) as z.ZodType<Nothing>

const SOURCE = '/api/monitoring/system/info, /actuator/health/{component}'
/** A table that is older has missed at least one round of releases. */
const OLD_TABLE_DAYS = 365

const TITLES = {
  java: 'Java',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
  redis: 'Redis',
  rabbitmq: 'RabbitMQ',
  'spring-boot': 'Spring Boot',
} as const
type Product = keyof typeof TITLES

interface Running {
  readonly product: Product
  /** Absent: the service does not say, or nobody has configured it. */
  readonly version?: string
  readonly why?: Text
}

const versionsOutputs = z.object({
  asOf: z.string(),
  tableAgeDays: z.number(),
  versions: z.array(
    z.object({
      product: z.string(),
      version: z.string().optional(),
      state: z.enum(['supported', 'ending', 'ended', 'unknown']),
      until: z.string().optional(),
    }),
  ),
  /** No longer mended. */
  ended: z.array(z.string()),
  /** No longer mended within half a year. */
  ending: z.array(z.string()),
  /** Not known: not shown, not configured, or not in the table. */
  notKnown: z.array(z.string()),
})

export function createVersionsProbe(ports: VersionPorts): ProbeDeclaration<Nothing> {
  return {
    id: 'versions.support',
    title: text('사용 중인 버전의 지원 기간', 'are the running versions still mended'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: versionsOutputs,
    async observe(_input, context) {
      const { timeoutMs } = ports.settings
      const options = {
        signal: context.signal,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }
      const [running, table] = await Promise.all([
        runningVersions(ports, options),
        ports.loadSupportTable(),
      ])
      const today = seoulDateOf(context.clock.now())
      const judged = running.map((item) => ({
        item,
        support: supportOfRunning(table, item, today),
      }))
      const shown = judged.filter(({ item }) => item.version !== undefined)
      if (shown.length === 0) {
        const why = running[0]?.why ?? text('조회 못 함', 'not seen')
        return { kind: 'unknown', reason: why, source: SOURCE }
      }
      const of = (state: Support['state']): string[] =>
        judged.filter(({ support }) => support.state === state).map(({ item }) => item.product)
      return {
        kind: 'observed',
        value: {
          asOf: table.asOf,
          tableAgeDays: daysBetween(table.asOf, today),
          versions: judged.map(({ item, support }) => ({
            product: item.product,
            state: support.state,
            ...(item.version === undefined ? {} : { version: item.version }),
            ...('until' in support ? { until: support.until } : {}),
          })),
          ended: of('ended'),
          ending: of('ending'),
          notKnown: of('unknown'),
        },
        summary: versionWords(judged, table, today),
        source: SOURCE,
      }
    },
  }
}

function supportOfRunning(
  table: SupportTable,
  { product, version }: Running,
  today: SeoulDate,
): Support {
  return version === undefined ? { state: 'unknown' } : supportOf(table, product, version, today)
}

async function runningVersions(
  { reader, settings }: VersionPorts,
  options: RequestOptions,
): Promise<readonly Running[]> {
  const [info, database, redis, rabbit] = await Promise.all([
    reader.systemInfo(options),
    reader.componentHealth('customDatabase', options),
    reader.componentHealth('redis', options),
    reader.componentHealth('rabbit', options),
  ])
  const detail = (
    read: Awaited<ReturnType<ServiceReader['componentHealth']>>,
  ): string | undefined => (read.kind === 'ok' ? versionIn(read.value) : undefined)
  const shown = (product: Product, version: string | undefined): Running =>
    version === undefined
      ? { product, why: text('서비스가 보여 주지 않음', 'the service does not show it') }
      : { product, version }
  const databaseVersion = detail(database)
  const known = databaseVersion === undefined ? undefined : databaseOf(databaseVersion)
  return [
    shown('java', info.kind === 'ok' ? javaVersion(info.value.javaVersion) : undefined),
    known === undefined
      ? shown('mysql', undefined)
      : shown(known.product === 'mariadb' ? 'mariadb' : 'mysql', known.version),
    shown('redis', detail(redis)),
    shown('rabbitmq', detail(rabbit)),
    settings.springBoot === undefined
      ? {
          product: 'spring-boot',
          why: text('설정 springBoot에 버전을 적으세요', 'set springBoot to its version'),
        }
      : { product: 'spring-boot', version: settings.springBoot },
  ]
}

function versionIn({ details }: ComponentHealth): string | undefined {
  const { version } = details
  return typeof version === 'string' && version !== '' ? version : undefined
}

/** What is no longer mended first; what is fine is only named. */
function versionWords(
  judged: readonly { readonly item: Running; readonly support: Support }[],
  table: SupportTable,
  today: SeoulDate,
): Text {
  const ko: string[] = []
  const en: string[] = []
  const say = (words: Text): void => {
    ko.push(words.ko)
    en.push(words.en)
  }
  const order: readonly Support['state'][] = ['ended', 'ending', 'unknown', 'supported']
  for (const state of order) {
    for (const { item, support } of judged) {
      if (support.state === state) say(oneVersion(item, support))
    }
  }
  const age = daysBetween(table.asOf, today)
  say(
    age > OLD_TABLE_DAYS
      ? text(
          `지원 기간 표가 오래됨(${table.asOf}): mts를 업데이트하세요`,
          `the table is old (${table.asOf}): update mts`,
        )
      : text(`표 기준일 ${table.asOf}`, `table of ${table.asOf}`),
  )
  return text(ko.join(' · '), en.join('; '))
}

function oneVersion(item: Running, support: Support): Text {
  const name = `${TITLES[item.product]}${item.version === undefined ? '' : ` ${item.version}`}`
  switch (support.state) {
    case 'ended':
      return text(`${name} 지원 종료(${support.until})`, `${name} ended ${support.until}`)
    case 'ending':
      return text(`${name} 곧 종료(${support.until})`, `${name} ends ${support.until}`)
    case 'supported':
      return text(`${name} 지원 중(${support.until}까지)`, `${name} until ${support.until}`)
    case 'unknown': {
      const why = item.why ?? text('표에 없음', 'not in the table')
      return text(`${name} 확인 불가(${why.ko})`, `${name} not known (${why.en})`)
    }
  }
}
