/**
 * Many instances behind one port, told apart by the first part of the path: `/shop-0001/actuator/...`.
 * They share two services, one sound and one with the faults, so that a thousand cost what two do.
 */
import type { Demo } from './demo.ts'
import type { DemoAnswer, DemoReply } from './request.ts'

export interface DemoFleetOptions {
  readonly sound: Demo
  /** Absent: every instance is sound. */
  readonly faulty?: Demo
  readonly count: number
  /** How many have the faults; they are spread evenly. */
  readonly faultyCount: number
}

/** One group of `file_sd_configs`. */
interface TargetGroup {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export interface DemoFleet extends Pick<Demo, 'handle' | 'faults'> {
  /** As a file for Prometheus, and for `mts health --fleet`. */
  targets(place: string): readonly TargetGroup[]
}

export function createDemoFleet({
  sound,
  faulty = sound,
  count,
  faultyCount,
}: DemoFleetOptions): DemoFleet {
  const digits = Math.max(4, String(count).length)
  const nameOf = (index: number): string => `shop-${String(index).padStart(digits, '0')}`
  const demoOf = (index: number): Demo =>
    Math.floor((index * faultyCount) / count) > Math.floor(((index - 1) * faultyCount) / count)
      ? faulty
      : sound
  const targets = (place: string): readonly TargetGroup[] =>
    Array.from({ length: count }, (_, at) => ({
      targets: [place],
      labels: {
        name: nameOf(at + 1),
        __metrics_path__: `/${nameOf(at + 1)}/actuator/prometheus`,
      },
    }))

  return {
    // A dead service is dead for all that share the port; the others are each instance's own.
    faults: new Set(sound.faults),
    targets,
    async handle(request, signal): Promise<DemoAnswer> {
      if (request.path === '/targets.json') return json(targets(request.headers?.['host'] ?? ''))
      const [, number, path = ''] = /^\/shop-(\d+)(\/.*)$/.exec(request.path) ?? []
      const index = Number(number)
      if (!(index >= 1 && index <= count)) return { ...json({ status: 404 }), status: 404 }
      return demoOf(index).handle({ ...request, path }, signal)
    },
  }
}

function json(value: unknown): DemoReply {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    body: JSON.stringify(value),
  }
}
