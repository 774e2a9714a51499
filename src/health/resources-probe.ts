/** Heap, CPU and disk as numbers, so that a checklist can say by how much they have changed. */
import { z } from 'zod'
import { text, type Text } from '../core/text.ts'
import { worstStatus, type Status } from '../core/verdict.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { checkHealth } from './check-health.ts'
import type { CheckId, HealthCheck } from './health.ts'
import { nothing, type Nothing } from './meter-count.ts'
import { sourceOf, type HealthProbePorts } from './probes.ts'
import { joinTexts, percentWords, roundedPercent } from './words.ts'

const RESOURCES = [
  { id: 'jvm-memory', field: 'heapPercent', words: text('힙', 'heap') },
  { id: 'disk', field: 'diskPercent', words: text('디스크', 'disk') },
  { id: 'cpu', field: 'cpuPercent', words: text('CPU', 'CPU') },
] as const satisfies readonly { id: CheckId; field: string; words: Text }[]

const status = z.enum(['ok', 'warning', 'critical', 'unknown'])

export function createResourcesProbe(ports: HealthProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'health.resources',
    title: text('시스템 리소스', 'heap, CPU and disk'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      status,
      /** Absent where it was not measured. */
      heapPercent: z.number().optional(),
      cpuPercent: z.number().optional(),
      diskPercent: z.number().optional(),
      /** Ids of the checks that are not ok. */
      notOk: z.array(z.string()),
    }),
    async observe(_input, context) {
      const health = await checkHealth({ ...ports, ...context }, 3)
      const seen = RESOURCES.flatMap((resource) => {
        const check = health.checks.find(({ id }) => id === resource.id)
        return check === undefined ? [] : [{ ...resource, check }]
      })
      const worst = worstStatus(seen.map(({ check }) => check.status))
      const source = sourceOf(
        health,
        '/api/monitoring/system/info, /actuator/metrics, /actuator/health',
      )
      if (seen.every(({ check }) => check.status === 'unknown')) {
        const reason = seen[0]?.check.reason ?? text('조회 못 함', 'not seen')
        return { kind: 'unknown', reason, source }
      }
      const figures = seen.flatMap(({ field, check }) =>
        typeof check.observed === 'number' ? [[field, roundedPercent(check.observed)]] : [],
      )
      return {
        kind: 'observed',
        value: {
          status: worst,
          ...Object.fromEntries(figures),
          notOk: seen.filter(({ check }) => check.status !== 'ok').map(({ id }) => id),
        },
        summary: joinTexts(seen.map(({ words, check }) => resourceWords(words, check))),
        source,
      }
    },
  }
}

const STATUS_WORDS: Readonly<Record<Exclude<Status, 'ok'>, Text>> = {
  warning: text('경고', 'warning'),
  critical: text('위험', 'critical'),
  unknown: text('확인 불가', 'unknown'),
}

function resourceWords(name: Text, check: HealthCheck): Text {
  const { observed, threshold } = check
  if (typeof observed !== 'number' || typeof threshold !== 'number') {
    const why = check.reason ?? check.summary
    return text(`${name.ko} 확인 불가(${why.ko})`, `${name.en} unknown (${why.en})`)
  }
  const now = percentWords(observed, threshold)
  if (check.status === 'ok') return text(`${name.ko} ${now}`, `${name.en} ${now}`)
  const words = STATUS_WORDS[check.status]
  return text(
    `${name.ko} ${now} ${words.ko}(기준 ${threshold}%)`,
    `${name.en} ${now} ${words.en} (line ${threshold} %)`,
  )
}
