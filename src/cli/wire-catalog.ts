/** Puts together every probe and action that documents may name, over one service and one configuration. */
import type { Clock } from '../core/clock.ts'
import { seoulDateOf, seoulInstant } from '../core/dates.ts'
import type { Service } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { MtsError } from '../core/errors.ts'
import { askExternal } from '../externals/ask-external.ts'
import { createExternalProbe } from '../health/external-probes.ts'
import {
  createComponentTimesProbe,
  createHitRateProbe,
  createSlowestProbe,
} from '../health/latency-probes.ts'
import { createLogPatternProbe, type LogPatternPorts } from '../health/log-pattern-probe.ts'
import {
  createErrorMeterProbe,
  createLogProbe,
  createRecentErrorsProbe,
  type CountLogErrors,
} from '../health/log-probes.ts'
import { createMachineProbes } from '../health/machine-probes.ts'
import {
  createAnswerRateProbe,
  createDeadLetterProbe,
  createSummaryProbe,
} from '../health/meter-probes.ts'
import { createComponentProbe, createOverviewProbe } from '../health/probes.ts'
import type { SampleSource } from '../health/round.ts'
import { createSalesMeterProbes } from '../health/sales-meter-probes.ts'
import { createSalesProbes } from '../health/sales-probes.ts'
import { countLogErrors } from '../logs/count-errors.ts'
import type { KnownPatterns } from '../logs/known-patterns.ts'
import { createCatalog, type AnyAction, type AnyProbe, type Catalog } from '../playbook/catalog.ts'
import type { CommandSurroundings } from '../operator-command/run-command.ts'
import {
  createCommandAction,
  createUnavailableCommand,
  isCommandId,
} from '../playbook/command-action.ts'
import { createReprocessAction, createRunAction } from '../settlement/actions.ts'
import { createBatchProbe } from '../settlement/batch-probe.ts'
import { createBatchTimeProbe } from '../settlement/batch-time-probe.ts'
import { createClockProbe } from '../settlement/clock-probe.ts'
import { createSettlementProbes } from '../settlement/probes.ts'
import { createRecentDaysProbe } from '../settlement/recent-days-probe.ts'
import { overTimeOf } from './over-time.ts'
import { wireChecklistProbes, type ChecklistProbePorts } from './walk-checklist-probes.ts'

export interface CatalogPorts extends Pick<ChecklistProbePorts, 'journal' | 'readAsset'> {
  /** The named patterns of the log; none where absent. */
  readonly knownLogPatterns?: () => Promise<KnownPatterns>
  readonly service: Service
  readonly settings: Settings
  readonly clock: Clock
  /** What `mts watch` has left in the journal. */
  readonly samples?: SampleSource
  /** Where the operator's own commands run; none are started without it. */
  readonly surroundings?: CommandSurroundings
}

export function wireCatalog(ports: CatalogPorts): Catalog {
  const { service, settings, clock, samples } = ports
  const overTime = overTimeOf(settings, clock)
  const health = {
    reader: service,
    settings,
    ...(samples === undefined ? {} : { samples }),
    ...overTime,
  }
  const timeout = settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }
  const meters = { reader: service, ...timeout, ...overTime }
  const log = { ...meters, ...logCounter(settings.log) }
  const machine = { ...meters, settings }
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
    createLogPatternProbe({ ...log, ...patternMiner(ports), ...lastDailyIn(ports) }),
    ...createMachineProbes(machine),
    createSlowestProbe(machine),
    createComponentTimesProbe(meters),
    createHitRateProbe(machine),
    ...createSalesProbes(machine),
    ...createSalesMeterProbes(meters),
    createExternalProbe({
      externals: settings.externals ?? [],
      askExternal: ({ target }, options) => askExternal(target, { ...options, clock }),
    }),
    createClockProbe(settlement),
    createBatchTimeProbe(settlement),
    createRecentDaysProbe(settlement),
    createBatchProbe(settlement),
    ...createSettlementProbes(settlement),
    ...wireChecklistProbes(ports),
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
    ...commandActions(ports),
  ] as unknown as readonly AnyAction[]
  return createCatalog({
    probes,
    actions,
    otherAction: (id) => (isCommandId(id) ? createUnavailableCommand(id) : undefined),
  })
}

function commandActions({ settings, surroundings }: CatalogPorts) {
  return (settings.commands ?? []).map((command) =>
    createCommandAction(command, async (wanted, signal) => {
      if (surroundings === undefined) throw new Error('commands have no place to run in')
      const { runOperatorCommand } = await import('../operator-command/run-command.ts')
      return runOperatorCommand(wanted, surroundings, signal)
    }),
  )
}

function logCounter(log: string | undefined): { readonly countLogErrors?: CountLogErrors } {
  if (log === undefined) return {}
  return { countLogErrors: (fromMs, toMs, signal) => countLogErrors(log, fromMs, toMs, signal) }
}

/** Mining is loaded when it is asked for: most walks never do. */
function patternMiner({
  settings: { log },
  clock,
  knownLogPatterns,
}: CatalogPorts): Pick<LogPatternPorts, 'minePatterns'> {
  if (log === undefined) return {}
  return {
    minePatterns: async (asked) => {
      const { mineRecent } = await import('../logs/recent-patterns.ts')
      let known: KnownPatterns
      try {
        known = (await knownLogPatterns?.()) ?? { patterns: [] }
      } catch (error) {
        // A fault in the operator's own names must not end a walk; it is told where they are looked for.
        if (error instanceof MtsError) return { kind: 'unknown', reason: error.text }
        throw error
      }
      return mineRecent({ ...asked, path: log, known, monotonicMs: () => clock.monotonicMs() })
    },
  }
}

/** An earlier day's: today's own, begun anew, would find nothing new. */
function lastDailyIn({
  journal,
  settings: { url },
}: CatalogPorts): Pick<LogPatternPorts, 'lastDaily'> {
  if (journal === undefined) return {}
  return {
    lastDaily: async (nowMs) => {
      const { lastDailyPatterns } = await import('./log-baseline.ts')
      const before = seoulInstant(seoulDateOf(nowMs))
      return lastDailyPatterns(await journal(), url, before)?.baseline
    },
  }
}
