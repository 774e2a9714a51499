/** Prometheus and Alertmanager for one command: opened where they are configured, closed at its end. */
import type { Clock } from '../core/clock.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Alertmanager, PrometheusReader } from '../core/monitoring.ts'
import type { Failure } from '../core/read.ts'
import type { Settings } from '../core/settings.ts'
import { text } from '../core/text.ts'
import type { CommandContext } from './command.ts'
import { fetchError } from './fetch-error.ts'

export interface Telemetry {
  readonly prometheus?: PrometheusReader
  readonly alertmanager?: Alertmanager
}

export async function withTelemetry<T>(
  context: CommandContext,
  work: (telemetry: Telemetry) => Promise<T>,
): Promise<T> {
  const settings = await context.settings()
  const [prometheus, alertmanager] = await Promise.all([
    openPrometheus(settings, context.ports.clock),
    openAlertmanager(settings, context.ports.clock),
  ])
  try {
    return await work({
      ...(prometheus === undefined ? {} : { prometheus }),
      ...(alertmanager === undefined ? {} : { alertmanager }),
    })
  } finally {
    await Promise.all([prometheus?.close(), alertmanager?.close()])
  }
}

/** Undefined where none is configured. Whoever opens it closes it. */
export async function openPrometheus(
  settings: Settings,
  clock: Clock,
): Promise<PrometheusReader | undefined> {
  if (settings.prometheusUrl === undefined) return undefined
  const { createPrometheusClient } = await import('../telemetry/prometheus.ts')
  return createPrometheusClient(
    { ...shared(settings), url: settings.prometheusUrl, headers: settings.prometheusHeaders ?? {} },
    clock,
  )
}

/** As `openPrometheus`. */
export async function openAlertmanager(
  settings: Settings,
  clock: Clock,
): Promise<Alertmanager | undefined> {
  if (settings.alertmanagerUrl === undefined) return undefined
  const { createAlertmanagerClient } = await import('../telemetry/alertmanager.ts')
  return createAlertmanagerClient(
    {
      ...shared(settings),
      url: settings.alertmanagerUrl,
      headers: settings.alertmanagerHeaders ?? {},
    },
    clock,
  )
}

function shared({ caFile, timeoutMs }: Settings) {
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

/** For a command that is nothing without it (78). */
export function notConfigured(name: 'Prometheus' | 'Alertmanager'): MtsError {
  const key = `${name.toLowerCase()}.url`
  const variable = `MTS_${name.toUpperCase()}_URL`
  return new MtsError({
    code: 'NOT_CONFIGURED',
    exitCode: EXIT.config,
    message: text(
      `${name} 주소가 설정되지 않았습니다(${key})`,
      `the address of ${name} is not configured (${key})`,
    ),
    next: [
      text(`${variable}=http://주소 를 지정하세요`, `set ${variable}=http://...`),
      'mts config init',
    ],
  })
}

/** What came of asking one of them, as the error a fetching command ends with. */
export function telemetryError(name: 'Prometheus' | 'Alertmanager', failure: Failure): MtsError {
  const { code, exitCode, text: message } = fetchError(failure)
  const key = name.toLowerCase()
  return new MtsError({
    code,
    exitCode,
    message,
    next: [
      failure.kind === 'unauthorized'
        ? text(
            `인증 설정 확인: MTS_${name.toUpperCase()}_TOKEN`,
            `check MTS_${name.toUpperCase()}_TOKEN`,
          )
        : `mts config show ${key}.url`,
      'mts doctor',
    ],
  })
}
