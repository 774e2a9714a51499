/** Settings complete, typed and in base units, or an error that says where what is wrong. */
import { join } from 'node:path'
import type { FleetSettings, NotifySettings, Settings, WatchSettings } from '../core/settings.ts'
import type { Lang } from '../core/text.ts'
import { readConfiguration } from './configuration.ts'
import type { Configuration } from './configuration.ts'
import { configError } from './problem.ts'
import type { Values } from './keys.ts'
import type { ConfigSources } from './sources.ts'

/** Throws CONFIG (78), or USAGE (64) for a value of the command line. */
export async function loadSettings(sources: ConfigSources): Promise<Settings> {
  const configuration = await readConfiguration(sources)
  if (configuration.problems.length > 0) {
    throw configError(configuration.problems, sources.options)
  }
  return settingsOf(configuration, sources)
}

export function settingsOf(
  { values }: Pick<Configuration, 'values'>,
  sources: Pick<ConfigSources, 'directories' | 'defaultLang'>,
): Settings {
  const { url, headers } = addressOf(values)
  const { openingHours, payoutDeadline, redisMemoryBytes, caFile, log, timeoutMs } = values
  const { springBoot } = values
  const { prometheusUrl, alertmanagerUrl } = values
  const prometheusHeaders = nonEmptyHeaders({
    headers: values.prometheusHeaders,
    token: values.prometheusToken,
    user: values.prometheusUser,
    password: values.prometheusPassword,
  })
  const alertmanagerHeaders = nonEmptyHeaders({
    headers: values.alertmanagerHeaders,
    token: values.alertmanagerToken,
    user: values.alertmanagerUser,
    password: values.alertmanagerPassword,
  })
  const lang: Lang = values.lang ?? sources.defaultLang
  return {
    url,
    headers,
    ...(caFile === undefined ? {} : { caFile }),
    stores: values.stores ?? [],
    ...(openingHours === undefined ? {} : { openingHours }),
    holidays: values.holidays ?? [],
    ...(payoutDeadline === undefined ? {} : { payoutDeadline }),
    ...(springBoot === undefined ? {} : { springBoot }),
    externals: values.externals ?? [],
    commands: values.commands ?? [],
    batch: { at: values.batchAt ?? '02:00', graceMs: values.batchGraceMs ?? 30 * 60_000 },
    verifyAfterMs: values.verifyAfterMs ?? 5000,
    thresholds: {
      noSalesMinutes: values.noSalesMinutes ?? 60,
      settlementFailurePercent: values.settlementFailurePercent ?? 5,
      apiTimeMs: values.apiTimeMs ?? 3000,
      queueMessages: values.queueMessages ?? 100,
      ...(redisMemoryBytes === undefined ? {} : { redisMemoryBytes }),
      heapPercent: values.heapPercent ?? 80,
      cpuPercent: values.cpuPercent ?? 70,
      cpuForMs: values.cpuForMs ?? 5 * 60_000,
      diskPercent: values.diskPercent ?? 85,
    },
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
    ...(prometheusHeaders === undefined ? {} : { prometheusHeaders }),
    ...(alertmanagerUrl === undefined ? {} : { alertmanagerUrl }),
    ...(alertmanagerHeaders === undefined ? {} : { alertmanagerHeaders }),
    ...(log === undefined ? {} : { log }),
    instances: values.instances ?? 1,
    playbookDirs: values.playbookDirs ?? [],
    journal: values.journal ?? join(sources.directories.state, 'journal.db'),
    lang,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...fleetOf(values),
    notify: notifyOf(values),
    watch: watchOf(values),
  }
}

function fleetOf(values: Values): { readonly fleet?: FleetSettings } {
  const { fleetInstances: instances, fleetFile: file, fleetJob: job } = values
  if (instances === undefined && file === undefined && job === undefined) return {}
  return {
    fleet: {
      instances: instances ?? [],
      ...(file === undefined ? {} : { file }),
      ...(job === undefined ? {} : { job }),
    },
  }
}

function notifyOf(values: Values): NotifySettings {
  const { slackWebhookUrl, slackFinanceUrl, pagerdutyRoutingKey, pagerdutyUrl } = values
  const { heartbeatUrl, quietHours, notifyRoutes, notifyRuns, notifyTimeoutMs } = values
  return {
    ...(slackWebhookUrl === undefined ? {} : { slackUrl: slackWebhookUrl }),
    ...(slackFinanceUrl === undefined ? {} : { financeUrl: slackFinanceUrl }),
    ...(pagerdutyRoutingKey === undefined ? {} : { pagerdutyKey: pagerdutyRoutingKey }),
    ...(pagerdutyUrl === undefined ? {} : { pagerdutyUrl }),
    ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
    ...(quietHours === undefined ? {} : { quietHours }),
    ...(notifyTimeoutMs === undefined ? {} : { timeoutMs: notifyTimeoutMs }),
    routes: notifyRoutes ?? {},
    runs: notifyRuns ?? false,
  }
}

function watchOf(values: Values): WatchSettings {
  return {
    everyMs: {
      1: values.watchLevel1Ms ?? 60_000,
      2: values.watchLevel2Ms ?? 5 * 60_000,
      3: values.watchLevel3Ms ?? 30 * 60_000,
    },
    failures: values.watchFailures ?? 2,
    recoveries: values.watchRecoveries ?? 2,
    remindAfterMs: values.watchRemindAfterMs ?? 30 * 60_000,
    noEvidenceAfterMs: values.watchNoEvidenceAfterMs ?? 15 * 60_000,
    maintenance: values.watchMaintenance ?? [],
    prepareRuns: values.watchPrepareRuns ?? false,
  }
}

/**
 * Splits credentials off the url, so that it can be shown everywhere, and makes the headers. A token
 * goes before user and password, and both before an Authorization header that was set by hand.
 */
function addressOf(values: Configuration['values']): {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
} {
  const base = new URL(values.url ?? 'http://localhost:8080')
  const user = decodeURIComponent(base.username) || values.user
  const password = decodeURIComponent(base.password) || values.password
  base.username = ''
  base.password = ''
  const headers = headersOf({
    headers: values.headers,
    token: values.token,
    user,
    password,
  })
  return { url: base.href.replace(/\/+$/, ''), headers }
}

interface Access {
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly token: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
}

function nonEmptyHeaders(access: Access): Readonly<Record<string, string>> | undefined {
  const headers = headersOf(access)
  return Object.keys(headers).length === 0 ? undefined : headers
}

function headersOf(access: Access): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(access.headers ?? {}))
    headers[name.toLowerCase()] = value
  if (access.token !== undefined) headers['authorization'] = `Bearer ${access.token}`
  else if (access.user !== undefined) {
    const pair = Buffer.from(`${access.user}:${access.password ?? ''}`, 'utf8').toString('base64')
    headers['authorization'] = `Basic ${pair}`
  }
  return headers
}
