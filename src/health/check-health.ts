/** `mts health` as one call: asks everything, judges it. */
import { observeHealth } from './collect.ts'
import type { Health, Level } from './health.ts'
import { judgeHealth } from './judge.ts'
import type { HealthPorts } from './round.ts'

/** Never throws for what a server does; ends after about three seconds at the latest. */
export async function checkHealth(ports: HealthPorts, level: Level): Promise<Health> {
  return judgeHealth(await observeHealth(ports, level), ports.settings)
}
