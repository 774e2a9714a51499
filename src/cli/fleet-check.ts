/** `mts health --fleet`: every instance is asked as `mts health` asks one; trouble is told as it comes. */
import { MtsError } from '../core/errors.ts'
import type { ExitCode } from '../core/exit-code.ts'
import { quoteWords } from '../core/shell-words.ts'
import type { Settings } from '../core/settings.ts'
import type { Status } from '../core/verdict.ts'
import { checkEach } from '../fleet/check-fleet.ts'
import { unusableHealth } from '../fleet/fleet.ts'
import type { FleetEntry, FleetHealth, FleetInstance, InstanceHealth } from '../fleet/fleet.ts'
import { createTally } from '../fleet/tally.ts'
import { checkHealth } from '../health/check-health.ts'
import { readdressNext } from '../health/health.ts'
import type { Level } from '../health/health.ts'
import {
  renderFleet,
  renderFleetNagios,
  renderFleetProgress,
  renderInstanceTrouble,
} from '../render/fleet.ts'
import type { CommandContext, Outcome } from './command.ts'
import { createFleetLines } from './fleet-lines.ts'
import type { FleetLines } from './fleet-lines.ts'
import { loadFleet } from './fleet-source.ts'

/**
 * How many instances are asked at once, by level: about 120 questions, so that neither the network nor
 * this process is what they wait for.
 */
const AT_ONCE: Readonly<Record<Level, number>> = { 1: 40, 2: 16, 3: 12 }
/** How often the line that counts is drawn, ms. */
const PROGRESS_MS = 100
/** Instances in trouble that are named as they come; a fleet that is down altogether is only counted. */
const NAMED_AT_ONCE = 20

export async function checkFleet(
  context: CommandContext,
  level: Level,
  options: { readonly file?: string; readonly exitOf: Readonly<Record<Status, ExitCode>> },
): Promise<Outcome> {
  const settings = await context.settings()
  const { clock } = context.ports
  const entries = await loadFleet(context, settings, options.file)
  const observedAtMs = clock.now()
  const startedMs = clock.monotonicMs()
  const tally = createTally(context.output === 'json')
  const tell = createTeller(context, entries.length)
  const lines = createFleetLines(settings, entries)
  // One for each instance: what listens to the signal of the whole command stays until it ends.
  const stops = new Set<AbortController>()
  const onAbort = (): void => {
    for (const stop of stops) stop.abort(context.signal.reason)
  }
  context.signal.addEventListener('abort', onAbort)
  try {
    await checkEach(entries, {
      clock,
      signal: context.signal,
      atOnce: AT_ONCE[level],
      check: (entry) => checkEntry({ context, settings, level, lines, stops }, entry),
      onResult: (health, index) => {
        tally.add(health, index)
        tell(health, tally.done, tally.counts())
      },
    })
  } finally {
    context.signal.removeEventListener('abort', onAbort)
    await lines.close()
  }
  const elapsedMs = clock.monotonicMs() - startedMs
  const fleet = tally.result({ level, observedAtMs, elapsedMs })
  const outcome: Outcome<FleetHealth> = {
    value: fleet,
    exitCode: options.exitOf[fleet.status],
    faces: { table: renderFleet, nagios: renderFleetNagios },
  }
  return outcome
}

/** What every instance is asked with. */
interface Round {
  readonly context: CommandContext
  readonly settings: Settings
  readonly level: Level
  readonly lines: FleetLines
  readonly stops: Set<AbortController>
}

async function checkEntry(round: Round, entry: FleetEntry): Promise<InstanceHealth> {
  if (entry.kind === 'unusable') return unusableHealth(entry.name, entry.why, 'fleet')
  const { instance } = entry
  const own: Settings = {
    ...round.settings,
    url: instance.url,
    ...(instance.stores === undefined ? {} : { stores: instance.stores }),
  }
  try {
    return await checkInstance(round, own, instance)
  } catch (error) {
    // What cannot even be asked is this instance's matter: the others are judged all the same.
    if (!(error instanceof MtsError)) throw error
    return { ...unusableHealth(instance.name, error.text, 'fleet'), url: instance.url }
  }
}

async function checkInstance(
  { context: { ports }, level, lines, stops }: Round,
  settings: Settings,
  { name, url }: FleetInstance,
): Promise<InstanceHealth> {
  const origin = new URL(url).origin
  const service = await ports.createService(settings, ports.clock, await lines.of(origin))
  const stop = new AbortController()
  stops.add(stop)
  try {
    const health = await checkHealth(
      { reader: service, clock: ports.clock, settings, signal: stop.signal },
      level,
    )
    const { status, checks } = readdressNext(health, (command) =>
      quoteWords([...command.split(' '), '--url', url]),
    )
    return { name, url, status, checks }
  } finally {
    stops.delete(stop)
    await service.close()
    lines.done(origin)
  }
}

/** On a terminal: the instances in trouble, each on its line, and below them how far it has come. */
function createTeller(
  { ports, dialog, globals, output }: CommandContext,
  total: number,
): (health: InstanceHealth, done: number, counts: FleetHealth['counts']) => void {
  if (!ports.stderr.isTTY || globals.quiet || output !== 'table') return () => undefined
  let drawnMs = -Infinity
  let named = 0
  return (health, done, counts) => {
    if (health.status !== 'ok' && named < NAMED_AT_ONCE) {
      named++
      dialog.notify({ code: 'FLEET_TROUBLE', text: renderInstanceTrouble(health) })
      drawnMs = -Infinity
    }
    const nowMs = ports.clock.monotonicMs()
    if (nowMs - drawnMs < PROGRESS_MS) return
    drawnMs = nowMs
    dialog.notify({
      code: 'FLEET_PROGRESS',
      text: renderFleetProgress(done, total, counts),
      weight: 'progress',
    })
  }
}
