/** Opens what a dashboard is made of: Prometheus, the journal, the service; each may be missing. */
import { existsSync } from 'node:fs'
import { setMaxListeners } from 'node:events'
import { MtsError } from '../core/errors.ts'
import type { Sample } from '../core/journal.ts'
import type { Failure } from '../core/read.ts'
import type { RequestOptions, Service } from '../core/service.ts'
import type { Dashboard, DashboardName } from '../dashboard/dashboard.ts'
import { observeDashboard } from '../dashboard/observe.ts'
import type { CommandContext } from './command.ts'
import { readNow } from './dashboard-now.ts'
import { overTimeOf } from './over-time.ts'

/** A dashboard is looked at by somebody who waits. */
const TIMEOUT_MS = 5000

export type LookAtDashboard = (
  name: DashboardName,
  span: { readonly rangeMs: number; readonly stepMs: number },
  signal: AbortSignal,
) => Promise<Dashboard>

export async function openDashboard(context: CommandContext): Promise<LookAtDashboard> {
  const settings = await context.settings()
  const service = await context.service()
  const { clock } = context.ports
  const timeoutMs = settings.timeoutMs ?? TIMEOUT_MS
  const samples = (metric: string, fromMs: number, toMs: number) =>
    readSamples(context, { journal: settings.journal, url: settings.url, metric, fromMs, toMs })
  return async (name, span, given) => {
    // As many questions listen to it as are asked at once.
    const signal = AbortSignal.any([given])
    setMaxListeners(0, signal)
    const options: RequestOptions = { timeoutMs, signal }
    const value = await observeDashboard(
      {
        clock,
        settings,
        ...overTimeOf(settings, clock),
        samples,
        now: (id) => readNow(id, service, options),
        counted: (meter) => countedBy(service, meter, options),
        options,
      },
      name,
      span,
    )
    given.throwIfAborted()
    await throwIfNothing(value, service, options)
    return value
  }
}

/** Only looked for when a panel needs them; a journal that cannot be read is told, and done without. */
async function readSamples(
  context: CommandContext,
  query: {
    readonly journal: string
    readonly url: string
    readonly metric: string
    readonly fromMs: number
    readonly toMs: number
  },
): Promise<readonly Sample[]> {
  const { journal, ...asked } = query
  if (!existsSync(journal)) return []
  try {
    return (await context.journal()).samples(asked)
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    context.dialog.notify({ code: 'SAMPLES_UNREADABLE', text: error.text })
    return []
  }
}

async function countedBy(
  service: Service,
  meter: string,
  options: RequestOptions,
): Promise<number | undefined> {
  const read = await service.metric(meter, {}, options)
  return read.kind === 'ok' ? read.value.measurements['COUNT'] : undefined
}

/** Nothing from anywhere: the service's own failure is what to tell. */
async function throwIfNothing(
  { panels }: Dashboard,
  service: Service,
  options: RequestOptions,
): Promise<void> {
  if (panels.some(({ source }) => source !== null)) return
  const read = await service.metricNames(options)
  if (read.kind !== 'unknown') return
  const failure: Failure = read.failure
  const { fetchError } = await import('./fetch-error.ts')
  throw fetchError(failure)
}
