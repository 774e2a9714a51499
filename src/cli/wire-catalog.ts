/** Puts together every probe and action that documents may name, over one service and one configuration. */
import type { Clock } from '../core/clock.ts'
import type { Service } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text } from '../core/text.ts'
import {
  createAnswerRateProbe,
  createDeadLetterProbe,
  createErrorMeterProbe,
  createLogProbe,
  createSummaryProbe,
  type CountLogErrors,
} from '../health/meter-probes.ts'
import { createComponentProbe, createOverviewProbe } from '../health/probes.ts'
import type { SampleSource } from '../health/round.ts'
import { countLogErrors } from '../logs/count-errors.ts'
import { createCatalog, type AnyAction, type AnyProbe, type Catalog } from '../playbook/catalog.ts'
import { createReprocessAction, createRunAction } from '../settlement/actions.ts'
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
  const meters = { reader: service, countLogErrors: logCounter(settings.log), ...timeout }
  const settlement = { reader: service, settings }
  const probes = [
    createOverviewProbe(health),
    createComponentProbe(health),
    createSummaryProbe(meters),
    createErrorMeterProbe(meters),
    createAnswerRateProbe(meters),
    createDeadLetterProbe(meters),
    createLogProbe(meters),
    createClockProbe(settlement),
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

function logCounter(log: string | undefined): CountLogErrors {
  if (log !== undefined) {
    return (fromMs, toMs, signal) => countLogErrors(log, fromMs, toMs, signal)
  }
  return async () => ({
    kind: 'unknown',
    reason: text(
      '로그 파일 미설정: 설정 log 또는 MTS_LOG',
      'no log file configured: set log or MTS_LOG',
    ),
  })
}
