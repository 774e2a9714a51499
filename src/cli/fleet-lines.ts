/** Connections of a fleet: shared where instances lie behind one origin, and let go with its last one. */
import type { Settings } from '../core/settings.ts'
import type { FleetEntry } from '../fleet/fleet.ts'
import type { Connections } from '../wire/connections.ts'

export interface FleetLines {
  /** Undefined for an origin with a single instance: its client has its own. */
  of(origin: string): Promise<Connections | undefined>
  /** One instance of the origin has been asked. */
  done(origin: string): void
  close(): Promise<void>
}

interface Line {
  left: number
  connections?: Promise<Connections>
}

export function createFleetLines(settings: Settings, entries: readonly FleetEntry[]): FleetLines {
  const lines = new Map<string, Line>()
  for (const entry of entries) {
    if (entry.kind !== 'instance') continue
    const { origin } = new URL(entry.instance.url)
    const line = lines.get(origin) ?? { left: 0 }
    lines.set(origin, line)
    line.left++
  }
  for (const [origin, { left }] of lines) if (left === 1) lines.delete(origin)

  return {
    async of(origin) {
      const line = lines.get(origin)
      if (line === undefined) return undefined
      line.connections ??= open({ ...settings, url: origin })
      return line.connections
    },
    done(origin) {
      const line = lines.get(origin)
      if (line === undefined || --line.left > 0) return
      lines.delete(origin)
      void line.connections?.then((connections) => connections.close())
    },
    async close() {
      await Promise.all(
        [...lines.values()].map(async ({ connections }) => (await connections)?.close()),
      )
    },
  }
}

async function open(settings: Settings): Promise<Connections> {
  const { createServiceConnections } = await import('../service/client.ts')
  return createServiceConnections(settings)
}
