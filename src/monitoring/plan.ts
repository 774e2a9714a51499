/** What a rendered monitoring is for: the service, its thresholds, and where alerts go. */
import type { OpeningHours, Settings, Thresholds } from '../core/settings.ts'

export interface MonitoringPlan {
  /** The scrape's job; rules select by it. */
  readonly job: string
  /** The `service` label of every alert: alerts without an instance are told apart by it. */
  readonly service: string
  readonly scheme: 'http' | 'https'
  /** `host:port`. */
  readonly targets: readonly string[]
  readonly metricsPath: string
  readonly authorization:
    | { readonly kind: 'none' }
    | { readonly kind: 'bearer' }
    | { readonly kind: 'basic'; readonly user: string }
  readonly alertmanagers: readonly string[]
  readonly slackChannel: string
  readonly pagerdutyUrl?: string
  readonly thresholds: Thresholds
  readonly openingHours?: OpeningHours
  readonly holidays: readonly string[]
  readonly batchGraceMs: number
  /** How often is scraped and evaluated, ms before scaling. */
  readonly intervalMs: number
  /** Multiplies every duration: 1 in earnest, less to see in seconds what takes minutes. */
  readonly timeScale: number
  /** Where the files with secrets lie, as the configurations name it. */
  readonly secretsDir: string
}

export interface PlanOptions {
  readonly job?: string
  readonly service?: string
  readonly targets?: readonly string[]
  readonly slackChannel?: string
  readonly pagerdutyUrl?: string
  readonly intervalMs?: number
  readonly timeScale?: number
  readonly secretsDir?: string
}

const DEFAULT_JOB = 'mini-today-sales'

export function createPlan(settings: Settings, options: PlanOptions = {}): MonitoringPlan {
  const url = new URL(settings.url)
  const prefix = url.pathname.replace(/\/+$/, '')
  const job = options.job ?? DEFAULT_JOB
  const { openingHours } = settings
  return {
    job,
    service: options.service ?? job,
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    targets: options.targets ?? [placeOf(url)],
    metricsPath: `${prefix}/actuator/prometheus`,
    authorization: authorizationOf(settings.headers['authorization']),
    alertmanagers: [
      settings.alertmanagerUrl === undefined
        ? 'alertmanager:9093'
        : placeOf(new URL(settings.alertmanagerUrl)),
    ],
    slackChannel: options.slackChannel ?? '#alerts',
    ...(options.pagerdutyUrl === undefined ? {} : { pagerdutyUrl: options.pagerdutyUrl }),
    thresholds: settings.thresholds,
    ...(openingHours === undefined ? {} : { openingHours }),
    holidays: settings.holidays,
    batchGraceMs: settings.batch.graceMs,
    intervalMs: options.intervalMs ?? 15_000,
    timeScale: options.timeScale ?? 1,
    secretsDir: options.secretsDir ?? 'secrets',
  }
}

function placeOf(url: URL): string {
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`
}

/** The secret itself goes into a file of its own; here only how it is sent. */
function authorizationOf(header: string | undefined): MonitoringPlan['authorization'] {
  if (header === undefined) return { kind: 'none' }
  const basic = /^Basic\s+(\S+)$/i.exec(header)?.[1]
  if (basic === undefined) return { kind: 'bearer' }
  const user = Buffer.from(basic, 'base64').toString('utf8').split(':')[0] ?? ''
  return { kind: 'basic', user }
}
