/** Gathers what triage ranks by, all at once: nothing that hangs holds up the rest. */
import { MtsError } from '../core/errors.ts'
import { isoSeoul } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { Health, HealthCheck, Level } from '../health/health.ts'
import type { HealthPorts } from '../health/round.ts'
import type { AnyProbe } from '../playbook/catalog.ts'
import type { Observation } from '../playbook/operation.ts'
import type { EvidenceId } from '../playbook/evidence-ids.ts'
import type { Evidence, RankedPlaybook, Seen } from '../triage/triage.ts'
import type { CommandContext } from './command.ts'
import { withinLimit } from './deadline.ts'
import { overTimeOf } from './over-time.ts'
import { firingAlerts, loggedPatterns, REPORT_LIMIT_MS, tooLate } from './triage-reports.ts'

/** How a probe's value becomes evidence. */
interface Look {
  readonly id: EvidenceId
  readonly probe: string
  /** Whether it can see anything with these settings. */
  readonly needsStores: boolean
  judge(value: Readonly<Record<string, unknown>>): { status: Status; state?: string }
}

const RIGHT_CLASSES = new Set(['completed', 'none_no_sales', 'completed_unchecked'])
const DOUBTFUL_CLASSES = new Set(['processing', 'completed_zero', 'late_sales'])

const LOOKS: readonly Look[] = [
  {
    id: 'settlement-record',
    probe: 'settlement.due',
    needsStores: false,
    judge: (value) => {
      const state = String(value['class'])
      if (RIGHT_CLASSES.has(state)) return { status: 'ok', state }
      if (state === 'unknown') return { status: 'unknown', state }
      return { status: DOUBTFUL_CLASSES.has(state) ? 'warning' : 'critical', state }
    },
  },
  {
    id: 'sales-by-type',
    probe: 'sales.stopped',
    needsStores: true,
    judge: (value) => {
      const state = String(value['pattern'])
      return { status: state === 'none' ? 'ok' : 'critical', state }
    },
  },
  {
    id: 'dead-letters',
    probe: 'dead-letters.counts',
    needsStores: false,
    // Every healthy sale of this build leaves some in the notification queue: no finding.
    judge: (value) =>
      Number(value['sales']) + Number(value['settlement']) > 0
        ? { status: 'warning', state: 'lost' }
        : { status: 'ok' },
  },
  {
    id: 'pool',
    probe: 'pool.connections',
    needsStores: false,
    judge: (value) => {
      const state = String(value['state'])
      const full = Number(value['max']) > 0 && Number(value['active']) >= Number(value['max'])
      return { status: state === 'waiting' && full ? 'critical' : 'ok', state }
    },
  },
]

/** `log`: a file to read instead of the one that is configured. */
export async function gatherEvidence(context: CommandContext, log?: string): Promise<Seen> {
  const settings = await context.settings()
  const observedAt = isoSeoul(context.ports.clock.now())
  const [{ openCatalog }, { checkHealth }] = await Promise.all([
    import('./documents.ts'),
    import('../health/check-health.ts'),
  ])
  const catalog = await openCatalog(context)
  const [health, looks, alerts, logs] = await Promise.all([
    healthOf(context, checkHealth),
    Promise.all(
      LOOKS.map(async (look): Promise<Evidence> => {
        const probe = catalog.probe(look.probe)
        if (probe === undefined) throw new Error(`no such probe: ${look.probe}`)
        const observation = await observeWithin(context, probe)
        const blind = look.needsStores && settings.stores.length === 0
        return evidenceOf(look, observation, blind)
      }),
    ),
    firingAlerts(context),
    loggedPatterns(context, log),
  ])
  // Ctrl-C has cut it short: that would look like an outage.
  context.signal.throwIfAborted()
  return {
    observedAt,
    evidence: [...health.checks.map((check) => checkEvidence(check)), ...looks],
    alerts: alerts.firing,
    logged: logs.logged,
    unseen: [...alerts.unseen, ...logs.unseen],
  }
}

/** Every playbook that can be read; one with faults is told and left out. */
export async function readPlaybooks(context: CommandContext): Promise<readonly RankedPlaybook[]> {
  const { openCatalog, openDocumentFiles } = await import('./documents.ts')
  const { parseDocument } = await import('../playbook/load.ts')
  const catalog = await openCatalog(context)
  const files = await openDocumentFiles(context)
  const playbooks: RankedPlaybook[] = []
  for (const { id, file } of await files.list('Playbook')) {
    const source = await files.read(file)
    if (source === undefined) continue
    const parsed = parseDocument(source, file, catalog)
    if (parsed.kind === 'document' && parsed.document.id === id) {
      playbooks.push(parsed.document)
      continue
    }
    context.dialog.notify({
      code: 'PLAYBOOK_LEFT_OUT',
      text: text(
        `읽을 수 없어 제외한 플레이북: ${id} · mts playbook validate ${file}`,
        `left out, as it cannot be read: ${id}; mts playbook validate ${file}`,
      ),
    })
  }
  return playbooks
}

async function healthOf(
  context: CommandContext,
  checkHealth: (ports: HealthPorts, level: Level) => Promise<Health>,
): Promise<Health> {
  const settings = await context.settings()
  return checkHealth(
    {
      reader: await context.service(),
      clock: context.ports.clock,
      settings,
      signal: context.signal,
      ...overTimeOf(settings, context.ports.clock),
    },
    3,
  )
}

function checkEvidence(check: HealthCheck): Evidence {
  const notConfigured = check.observed === 'not_checked'
  const state = stateOf(check)
  return {
    id: check.id,
    status: check.status,
    ...(state === undefined ? {} : { state }),
    message: check.reason ?? check.summary,
    ...(notConfigured ? { notConfigured } : {}),
  }
}

/** A dependency that says DOWN is another thing than one that keeps silent; a share is no missing record. */
function stateOf({ id, status, observed, unit }: HealthCheck): string | undefined {
  if (status === 'ok' || status === 'unknown') return undefined
  if (id === 'settlement') return unit === '%' ? 'ratio' : 'due'
  if (id === 'database' || id === 'redis' || id === 'rabbitmq') {
    return observed === 'DOWN' ? 'down' : status === 'critical' ? 'silent' : undefined
  }
  return undefined
}

function evidenceOf(look: Look, observation: Observation, blind: boolean): Evidence {
  const { id } = look
  if (observation.kind === 'unknown') {
    return {
      id,
      status: 'unknown',
      message: observation.reason,
      ...(blind ? { notConfigured: true } : {}),
    }
  }
  return {
    id,
    ...look.judge(observation.value as Readonly<Record<string, unknown>>),
    message: observation.summary,
  }
}

async function observeWithin(context: CommandContext, probe: AnyProbe): Promise<Observation> {
  const unseen = (reason: Text): Observation => ({ kind: 'unknown', reason, source: probe.id })
  try {
    const observed = await withinLimit(context, REPORT_LIMIT_MS, async (signal) =>
      probe.observe(probe.inputs.parse({}), { clock: context.ports.clock, signal }),
    )
    return observed.kind === 'late' ? unseen(tooLate(REPORT_LIMIT_MS)) : observed
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    return unseen(error.text)
  }
}
