/** Puts together every probe and action that documents may name, over one service and one configuration. */
import type { Clock } from '../core/clock.ts'
import type { Service } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import {
  createErrorMeterProbe,
  createLogProbe,
  createRecentErrorsProbe,
  type CountLogErrors,
} from '../health/log-probes.ts'
import {
  createAnswerRateProbe,
  createDeadLetterProbe,
  createSummaryProbe,
} from '../health/meter-probes.ts'
import { createComponentProbe, createOverviewProbe } from '../health/probes.ts'
import type { SampleSource } from '../health/round.ts'
import { countLogErrors } from '../logs/count-errors.ts'
import { createCatalog, type AnyAction, type AnyProbe, type Catalog } from '../playbook/catalog.ts'
import { createReprocessAction, createRunAction } from '../settlement/actions.ts'
import { createBatchProbe } from '../settlement/batch-probe.ts'
import { createClockProbe } from '../settlement/clock-probe.ts'
import { createSettlementProbes } from '../settlement/probes.ts'

export interface CatalogPorts {
  readonly service: Service
  readonly settings: Settings
  readonly clock: Clock
  /** What `mts watch` has left in the journal. */
  readonly samples?: SampleSource
}

export function wireCatalog(ports: CatalogPorts): Catalog {
  const { service, settings, clock, samples } = ports
  const health = {
    reader: service,
    settings,
    ...(samples === undefined ? {} : { samples }),
  }
  const timeout = settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }
  const meters = { reader: service, ...timeout }
  const log = { ...meters, ...logCounter(settings.log) }
  const settlement = { reader: service, settings }
  const probes = [
    createOverviewProbe(health),
    createComponentProbe(health),
    createSummaryProbe(meters),
    createAnswerRateProbe(meters),
    createDeadLetterProbe(meters),
    createErrorMeterProbe(log),
    createLogProbe(log),
    createRecentErrorsProbe(log),
    createClockProbe(settlement),
    createBatchProbe(settlement),
    ...createSettlementProbes(settlement),
  ] as readonly AnyProbe[]
  const actionPorts = {
    service,
    clock,
    stores: settings.stores,
    rules: { batch: settings.batch },
    verifyAfterMs: settings.verifyAfterMs,
    ...timeout,
  }
  const actions = [
    createReprocessAction(actionPorts),
    createRunAction(actionPorts),
  ] as unknown as readonly AnyAction[]
  return createCatalog({ probes, actions })
}

function logCounter(log: string | undefined): { readonly countLogErrors?: CountLogErrors } {
  if (log === undefined) return {}
  return { countLogErrors: (fromMs, toMs, signal) => countLogErrors(log, fromMs, toMs, signal) }
}
