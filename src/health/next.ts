/** What to do about a check that is not ok: commands that exist, most useful first. */
import type { Status } from '../core/verdict.ts'
import type { CheckId } from './health.ts'

interface Advice {
  /** For warning and critical. */
  readonly trouble: readonly string[]
  /** For warning, where it calls for something else. */
  readonly warning?: readonly string[]
  readonly unknown: readonly string[]
}

const ADVICE: Readonly<Record<CheckId, Advice>> = {
  service: {
    trouble: ['mts playbook service-down', 'mts config show'],
    unknown: ['mts config show'],
  },
  database: { trouble: ['mts playbook dependency-outage'], unknown: ['mts config check'] },
  redis: { trouble: ['mts playbook dependency-outage'], unknown: ['mts config check'] },
  rabbitmq: {
    trouble: ['mts playbook dependency-outage'],
    warning: ['mts dlq'],
    unknown: ['mts config check'],
  },
  sales: { trouble: ['mts playbook sales-drop'], unknown: ['mts config show'] },
  settlement: { trouble: ['mts playbook settlement-failure'], unknown: ['mts settle list'] },
  latency: { trouble: ['mts playbook latency'], unknown: ['mts health --watch'] },
  'jvm-memory': { trouble: ['mts playbook latency'], unknown: ['mts checklist daily'] },
  cpu: { trouble: ['mts checklist daily'], unknown: ['mts checklist daily'] },
  disk: { trouble: ['mts checklist daily'], unknown: ['mts checklist daily'] },
}

export function nextFor(id: CheckId, status: Status): readonly string[] {
  if (status === 'ok') return []
  const advice = ADVICE[id]
  if (status === 'unknown') return advice.unknown
  return status === 'warning' ? (advice.warning ?? advice.trouble) : advice.trouble
}
