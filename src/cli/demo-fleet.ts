/** `mts demo --instances N`: many instances on one port, some of them with the faults. */
import { parseDuration } from '../core/duration.ts'
import type { Clock } from '../core/clock.ts'
import { text } from '../core/text.ts'
import type { Demo } from '../demo/demo.ts'
import { createDemoFleet } from '../demo/fleet.ts'
import type { CommandContext } from './command.ts'
import { usageError } from './usage-error.ts'

type Handling = Pick<Demo, 'handle' | 'faults'>

const MOST = 100_000

export interface FleetFlags {
  readonly instances?: string
  readonly faulty?: string
  readonly latency?: string
}

/** What is listened with: the demo itself, or many of it, each answer as late as was asked for. */
export function handlingOf(
  flags: FleetFlags,
  clock: Clock,
  demo: Demo,
  sound: () => Demo,
): Handling {
  const latencyMs = latencyOf(flags.latency)
  const handling = flags.instances === undefined ? demo : fleetOf(flags, demo, sound)
  if (latencyMs === 0) return handling
  return {
    faults: handling.faults,
    async handle(request, signal) {
      const [answer] = await Promise.all([
        handling.handle(request, signal),
        clock.sleep(latencyMs, signal),
      ])
      return answer
    },
  }
}

function fleetOf(flags: FleetFlags, demo: Demo, sound: () => Demo): Handling {
  const count = countOf('--instances', flags.instances ?? '', 1, MOST)
  const faulty = flags.faulty ?? String(Math.ceil(count / 10))
  const faultyCount = demo.faults.size === 0 ? 0 : countOf('--faulty', faulty, 0, count)
  return demo.faults.size === 0
    ? createDemoFleet({ sound: demo, count, faultyCount })
    : createDemoFleet({ sound: sound(), faulty: demo, count, faultyCount })
}

/** How to ask them, in another terminal. */
export function announceFleet({ dialog }: CommandContext, flags: FleetFlags, url: string): void {
  const commands = [
    `curl -s ${url}/targets.json > shops.json`,
    'mts health --fleet shops.json',
  ].join('\n')
  const count = flags.instances ?? ''
  dialog.notify({
    code: 'DEMO_FLEET',
    text: text(
      `인스턴스 ${count}개: ${url}/shop-0001 ...\n다른 터미널에서:\n${commands}`,
      `${count} instances: ${url}/shop-0001 ...\nin another terminal:\n${commands}`,
    ),
    weight: 'important',
    data: { commands },
  })
}

function countOf(option: string, words: string, least: number, most: number): number {
  const count = Number(words)
  if (/^\d{1,6}$/.test(words) && count >= least && count <= most) return count
  throw usageError(
    text(
      `${option} 값이 올바르지 않습니다: ${words} (${least}~${most})`,
      `${option} takes a number from ${least} to ${most}, not ${words}`,
    ),
  )
}

function latencyOf(words: string | undefined): number {
  if (words === undefined) return 0
  const ms = parseDuration(words)
  if (ms !== undefined && ms <= 60_000) return ms
  throw usageError(
    text(
      `--latency 값이 올바르지 않습니다: ${words} (예: 20ms, 1m까지)`,
      `--latency takes a duration of at most 1m such as 20ms, not ${words}`,
    ),
  )
}
