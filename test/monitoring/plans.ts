/** Plans for the tests: the guide's thresholds, a service somewhere on loopback. */
import type { Settings } from '../../src/core/settings.ts'
import { createPlan } from '../../src/monitoring/plan.ts'
import type { MonitoringPlan, PlanOptions } from '../../src/monitoring/plan.ts'

export const SETTINGS: Settings = {
  url: 'http://localhost:8080',
  headers: {},
  stores: [],
  holidays: [],
  externals: [],
  commands: [],
  batch: { at: '02:00', graceMs: 30 * 60_000 },
  verifyAfterMs: 5000,
  thresholds: {
    noSalesMinutes: 60,
    settlementFailurePercent: 5,
    apiTimeMs: 3000,
    queueMessages: 100,
    heapPercent: 80,
    cpuPercent: 70,
    cpuForMs: 300_000,
    diskPercent: 85,
  },
  instances: 1,
  playbookDirs: [],
  journal: '/nowhere/journal.db',
  lang: 'ko',
}

export function planOf(
  options: PlanOptions = {},
  settings: Partial<Settings> = {},
): MonitoringPlan {
  return createPlan({ ...SETTINGS, ...settings }, options)
}
