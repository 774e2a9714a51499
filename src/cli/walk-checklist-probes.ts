/** The probes of the checklists: over the journal's samples and runs, Prometheus, and the shipped table. */
import type { Clock } from '../core/clock.ts'
import type { Journal } from '../core/journal.ts'
import type { Service } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { createAgeProbe } from '../checklist/age-probe.ts'
import { createCapacityProbe } from '../checklist/capacity-probe.ts'
import { checklistHistory, type ChecklistHistory } from '../checklist/history.ts'
import { createIdleProbe } from '../checklist/idle-probe.ts'
import { createIncidentProbe } from '../checklist/incident-probe.ts'
import type { HandledIncident } from '../checklist/incident-statistics.ts'
import {
  createRetentionProbe,
  createToolsProbe,
  type MonitoringPorts,
} from '../checklist/monitoring-probes.ts'
import { createOpenMattersProbe } from '../checklist/open-matters-probe.ts'
import { createPerformanceProbe, type QueryPrometheus } from '../checklist/performance-probe.ts'
import type { SampleReader } from '../checklist/sample-series.ts'
import { parseSupportTable } from '../checklist/support-table.ts'
import { createThresholdProbe, type ThresholdPorts } from '../checklist/threshold-probe.ts'
import { createVersionsProbe } from '../checklist/versions-probe.ts'
import { overTimeOf } from './over-time.ts'
import { openAlertmanager, openPrometheus } from './telemetry-clients.ts'
import { createResourcesProbe } from '../health/resources-probe.ts'
import type { AnyProbe } from '../playbook/catalog.ts'
import { foldRun } from '../playbook/fold.ts'
import { followUpsOf, isToDo } from '../report/follow-ups.ts'
import { milestonesOf } from '../report/milestones.ts'
import { createBacklogProbe } from '../settlement/backlog-probe.ts'
import { createSalesDayProbe, createSalesWeekProbe } from '../settlement/sales-probes.ts'
import { openFollowUps, runningOut } from './walk-checklist-matters.ts'
import { longSamples } from './walk-checklist-samples.ts'

export interface ChecklistProbePorts {
  readonly service: Service
  readonly settings: Settings
  readonly clock: Clock
  readonly samples?: SampleReader
  /** Absent where documents are only checked: a probe that needs it cannot be observed then. */
  readonly journal?: () => Promise<Journal>
  /** A file of the package, by its path in it. */
  readonly readAsset?: (path: string) => Promise<string>
}

export function wireChecklistProbes(ports: ChecklistProbePorts): readonly AnyProbe[] {
  const { service, settings, samples } = ports
  const settlement = { reader: service, settings }
  const loadSupportTable = async () => parseSupportTable(await assetOf(ports, SUPPORT_TABLE))
  const monitoring: MonitoringPorts = { ...telemetryOf(ports), loadSupportTable }
  const { withPrometheus } = monitoring
  const read = longSamples({
    url: settings.url,
    clock: ports.clock,
    journal: samples ?? (() => Promise.resolve([])),
    ...(withPrometheus === undefined ? {} : { withPrometheus }),
  })
  const probes = [
    createResourcesProbe({
      reader: service,
      settings,
      ...(samples === undefined ? {} : { samples }),
      ...overTimeOf(settings, ports.clock),
    }),
    createBacklogProbe(settlement),
    createSalesWeekProbe(settlement),
    createSalesDayProbe(settlement),
    createPerformanceProbe({ samples: read, settings, ...queryOf(monitoring) }),
    createThresholdProbe({ samples: read, settings, ...loadedRulesOf(monitoring) }),
    createVersionsProbe({ reader: service, settings, loadSupportTable }),
    createAgeProbe(),
    createCapacityProbe({ samples: read, settings }),
    createRetentionProbe(monitoring),
    createToolsProbe(monitoring),
    createOpenMattersProbe({
      followUps: async () => openFollowUps(await journalOf(ports), settings.url),
      maintenance: settings.watch?.maintenance ?? [],
      runningOut: (signal) => runningOut(settings, signal),
    }),
    createIncidentProbe({
      incidents: (from, to) => incidentsOf(ports, from, to),
      drills: (from, to) => drillsOf(ports, from, to),
    }),
    createIdleProbe({ histories: (nowMs) => historiesOf(ports, nowMs) }),
  ]
  return probes
}

const SUPPORT_TABLE = 'checklists/end-of-life.json'

async function assetOf({ readAsset }: ChecklistProbePorts, path: string): Promise<string> {
  if (readAsset === undefined) throw new Error(`no assets: ${path}`)
  return readAsset(path)
}

/** Clients that are opened for a question and let go: most walks never ask it. */
function telemetryOf({
  settings,
  clock,
}: ChecklistProbePorts): Omit<MonitoringPorts, 'loadSupportTable'> {
  return {
    ...(settings.prometheusUrl === undefined
      ? {}
      : { withPrometheus: (work) => using(openPrometheus(settings, clock), work) }),
    ...(settings.alertmanagerUrl === undefined
      ? {}
      : { withAlertmanager: (work) => using(openAlertmanager(settings, clock), work) }),
  }
}

async function using<C extends { close(): Promise<void> }, T>(
  opening: Promise<C | undefined>,
  work: (client: C) => Promise<T>,
): Promise<T> {
  const client = await opening
  if (client === undefined) throw new Error('no address is configured')
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** A query over four weeks takes its time. */
const RULES_TIMEOUT_MS = 20_000

function loadedRulesOf({ withPrometheus }: MonitoringPorts): Pick<ThresholdPorts, 'reviewLoaded'> {
  if (withPrometheus === undefined) return {}
  return {
    reviewLoaded: async (toMs, signal) => {
      const [{ reviewLoadedRules }, { ruleComparison }] = await Promise.all([
        import('../checklist/loaded-rules.ts'),
        import('../doctor/rule-comparison.ts'),
      ])
      return reviewLoadedRules({ withPrometheus, comparisonOf: ruleComparison }, toMs, {
        signal,
        timeoutMs: RULES_TIMEOUT_MS,
      })
    },
  }
}

function queryOf({ withPrometheus }: MonitoringPorts): {
  readonly queryPrometheus?: QueryPrometheus
} {
  if (withPrometheus === undefined) return {}
  return {
    queryPrometheus: (expression, options) =>
      withPrometheus((client) => client.query(expression, options)),
  }
}

/** More runs than a month of bad nights leaves. */
const MAX_RUNS = 500

async function journalOf({ journal }: ChecklistProbePorts): Promise<Journal> {
  if (journal === undefined) throw new Error('no journal')
  return journal()
}

async function incidentsOf(
  ports: ChecklistProbePorts,
  fromMs: number,
  toMs: number,
): Promise<readonly HandledIncident[]> {
  const journal = await journalOf(ports)
  return journal
    .runs({ kind: 'playbook', limit: MAX_RUNS })
    .filter(
      ({ url, startedAtMs }) =>
        url === ports.settings.url && startedAtMs >= fromMs && startedAtMs <= toMs,
    )
    .map((header) => {
      const events = journal.events(header.run)
      const state = foldRun(events)
      const milestones = milestonesOf(header, events, state.document)
      const at = (id: string): number | undefined => {
        const found = milestones.find((milestone) => milestone.id === id)?.at
        return found === undefined ? undefined : Date.parse(found)
      }
      const acknowledgedAtMs = at('acknowledged')
      const resolvedAtMs = at('resolved')
      return {
        run: header.run,
        title: state.document.title,
        startedAtMs: header.startedAtMs,
        ...(acknowledgedAtMs === undefined ? {} : { acknowledgedAtMs }),
        ...(resolvedAtMs === undefined ? {} : { resolvedAtMs }),
        steps: state.document.steps.flatMap((step) => {
          const own = state.steps[step.id]
          return own?.startedAtMs === undefined || own.endedAtMs === undefined
            ? []
            : [{ title: step.title, tookMs: own.endedAtMs - own.startedAtMs }]
        }),
        openFollowUps: followUpsOf(state).filter((item) => isToDo(item)).length,
      }
    })
}

/** A drill is on record under the address of its own demo service. */
async function drillsOf(
  ports: ChecklistProbePorts,
  fromMs: number,
  toMs: number,
): Promise<readonly { readonly passed: boolean }[]> {
  const journal = await journalOf(ports)
  return journal
    .runs({ kind: 'action', subject: 'drill', limit: MAX_RUNS })
    .filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs <= toMs)
    .map(({ status }) => ({ passed: status === 'succeeded' }))
}

async function historiesOf(
  ports: ChecklistProbePorts,
  nowMs: number,
): Promise<readonly ChecklistHistory[]> {
  const journal = await journalOf(ports)
  const { url } = ports.settings
  const headers = journal
    .runs({ kind: 'checklist', limit: MAX_RUNS })
    .filter((header) => header.url === url)
  return [...new Set(headers.map(({ subject }) => subject))].map((subject) => {
    const states = headers
      .filter((header) => header.subject === subject)
      .map((header) => foldRun(journal.events(header.run)))
    return checklistHistory(subject, url, states, nowMs)
  })
}
