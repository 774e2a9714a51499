/** One round of `mts health` against a scripted service, in fake time. */
import type { SettlementRecord } from '../../src/core/service.ts'
import { checkHealth } from '../../src/health/check-health.ts'
import type { CheckId, Health, HealthCheck, Level } from '../../src/health/health.ts'
import type { HealthPorts } from '../../src/health/round.ts'
import {
  NOW_MS,
  SETTINGS,
  createFakeService,
  type FakeService,
  type Scripted,
} from './fake-service.ts'
import { createFakeClock } from './fake-time.ts'

export interface Round {
  readonly health: Health
  readonly service: FakeService
  check(id: CheckId): HealthCheck
}

export async function round(
  script: Record<string, Scripted> = {},
  level: Level = 3,
  ports: Partial<HealthPorts> = {},
  records?: readonly SettlementRecord[],
  atMs = NOW_MS,
): Promise<Round> {
  const clock = createFakeClock(atMs)
  const service = createFakeService(clock, script, records)
  const health = await clock.run(
    checkHealth({ reader: service, clock, settings: SETTINGS, ...ports }, level),
  )
  return {
    health,
    service,
    check: (id) => {
      const found = health.checks.find((check) => check.id === id)
      if (found === undefined) throw new Error(`no check ${id}`)
      return found
    },
  }
}
