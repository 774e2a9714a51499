/** The last 30 days of incidents, and how they were rehearsed, out of the journal's runs. */
import { z } from 'zod'
import { durationText } from '../core/duration.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import {
  incidentStatistics,
  type HandledIncident,
  type IncidentStatistics,
} from './incident-statistics.ts'

export interface IncidentPorts {
  /** Playbooks that were begun in this time, on this service. */
  incidents(fromMs: number, toMs: number): Promise<readonly HandledIncident[]>
  /** Drills of this time, whoever did them. */
  drills(fromMs: number, toMs: number): Promise<readonly { readonly passed: boolean }[]>
}

const incidentInput = z.object({ days: z.int().min(1).max(366).default(31) })
const textShape = z.object({ ko: z.string(), en: z.string() })

export function createIncidentProbe(
  ports: IncidentPorts,
): ProbeDeclaration<z.output<typeof incidentInput>> {
  return {
    id: 'incidents.statistics',
    title: text('장애 대응 통계', 'how incidents were handled'),
    impact: 'read_only',
    idempotent: true,
    inputs: incidentInput,
    outputs: z.object({
      incidentCount: z.number(),
      resolvedCount: z.number(),
      /** Medians; absent where nothing was. */
      acknowledgeMs: z.number().optional(),
      resolveMs: z.number().optional(),
      longestResolveMs: z.number().optional(),
      slowestSteps: z.array(z.object({ title: textShape, tookMs: z.number() })),
      openCount: z.number(),
      drillCount: z.number(),
      passedDrillCount: z.number(),
    }),
    async observe({ days }, context) {
      const toMs = context.clock.now()
      const fromMs = toMs - days * 86_400_000
      const [incidents, drills] = await Promise.all([
        ports.incidents(fromMs, toMs),
        ports.drills(fromMs, toMs),
      ])
      const statistics = incidentStatistics(incidents)
      const drillCount = drills.length
      const passedDrillCount = drills.filter(({ passed }) => passed).length
      const handled = wordsOf(statistics, days)
      const rehearsed = rehearsedWords(drillCount, passedDrillCount)
      return {
        kind: 'observed',
        value: { ...statistics, drillCount, passedDrillCount },
        summary: text(`${handled.ko} · ${rehearsed.ko}`, `${handled.en}; ${rehearsed.en}`),
        source: 'journal runs',
      }
    },
  }
}

function wordsOf(found: IncidentStatistics, days: number): Text {
  if (found.incidentCount === 0) {
    return text(`최근 ${days}일 대응 기록 없음`, `no playbook walked in ${days} days`)
  }
  const ko = [`최근 ${days}일 ${found.incidentCount}건(해결 ${found.resolvedCount})`]
  const en = [`${found.incidentCount} in ${days} days (${found.resolvedCount} resolved)`]
  const { acknowledgeMs, resolveMs } = found
  if (acknowledgeMs !== undefined) {
    const took = durationText(acknowledgeMs)
    ko.push(`대응 시작까지 ${took.ko}`)
    en.push(`acknowledged after ${took.en}`)
  }
  if (resolveMs !== undefined) {
    const took = durationText(resolveMs)
    ko.push(`해결까지 ${took.ko}`)
    en.push(`resolved after ${took.en}`)
  }
  const [slowest] = found.slowestSteps
  if (slowest !== undefined) {
    const took = durationText(slowest.tookMs)
    ko.push(`가장 오래: ${slowest.title.ko} ${took.ko}`)
    en.push(`longest: ${slowest.title.en} ${took.en}`)
  }
  if (found.openCount > 0) {
    ko.push(`남은 조치 ${found.openCount}건`)
    en.push(`${found.openCount} follow-ups open`)
  }
  return text(ko.join(' · '), en.join('; '))
}

function rehearsedWords(drillCount: number, passedCount: number): Text {
  return drillCount === 0
    ? text('훈련 없음(mts drill)', 'no drill (mts drill)')
    : text(
        `훈련 ${drillCount}회(합격 ${passedCount})`,
        `${drillCount} drills (${passedCount} passed)`,
      )
}
