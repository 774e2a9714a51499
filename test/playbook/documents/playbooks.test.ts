import { describe, expect, it } from 'vitest'
import type { Document } from '../../../src/playbook/document.ts'
import { successors } from '../../../src/playbook/flow.ts'
import { cellsOf } from '../../../src/render/columns.ts'
import { shipped } from './support.ts'

const PLAYBOOKS = [
  'service-down',
  'settlement-failure',
  'sales-drop',
  'latency',
  'data-consistency',
  'dependency-outage',
]

/** Every way through a document, by its end: the finding's code. Throws for a way that runs off or round. */
function endsOf(document: Document): readonly string[] {
  const at = (id: string): number | undefined => {
    const index = document.steps.findIndex((step) => step.id === id)
    return index < 0 ? undefined : index
  }
  const ends = new Set<string>()
  const known = new Set<number>()
  const walk = (index: number, path: readonly number[]): void => {
    const step = document.steps[index]
    if (step === undefined) throw new Error(`a way runs off the end: ${path.join(',')}`)
    if (path.includes(index)) throw new Error(`a way goes round at ${step.id}`)
    if (known.has(index)) return
    known.add(index)
    if (step.finding !== undefined) ends.add(step.finding.code)
    const next = successors(step, index, at)
    if (next.length === 0 && step.finding === undefined) ends.add(`no finding at ${step.id}`)
    for (const target of next) walk(target, [...path, index])
  }
  walk(0, [])
  return [...ends].sort()
}

describe('every playbook', () => {
  const ENDS: Readonly<Record<string, readonly string[]>> = {
    'service-down': [
      'DEPENDENCY_DOWN',
      'RECOVERED',
      'RECOVERY_UNPROVEN',
      'SERVICE_ANSWERS',
      'SERVICE_DOWN',
      'STATE_UNKNOWN',
    ],
    'sales-drop': [
      'ALL_SALES_STOPPED',
      'CARD_OUTAGE',
      'CARD_OUTAGE_OVER',
      'CLOSED',
      'DEPENDENCY_DOWN',
      'KIND_STOPPED',
      'NOT_JUDGED',
      'NO_DROP',
      'RECOVERY_UNPROVEN',
      'REGISTRATION_FAILING',
      'SALES_LOW',
      'SERVICE_DOWN',
      'STORE_STOPPED',
    ],
    latency: [
      'DEPENDENCY_DOWN',
      'HEAP_FULL',
      'LATENCY_OVER',
      'NOT_PROVEN',
      'NOT_SLOW',
      'POOL_EXHAUSTED',
      'SERVICE_DOWN',
      'STATE_UNKNOWN',
      'STILL_SLOW',
    ],
    'data-consistency': [
      'CONSISTENT',
      'IN_PROGRESS',
      'LATE_SALES',
      'NOT_COMPARED',
      'NOT_SETTLED',
      'NO_SALES',
      'PAYOUT_DIFFERS',
      'SALES_LOST',
      'TOTALS_MISMATCH',
      'ZERO_CONFIRMED',
    ],
    'dependency-outage': [
      'DATABASE_DOWN',
      'NO_OUTAGE',
      'POOL_EXHAUSTED',
      'RABBITMQ_DOWN',
      'RECOVERED',
      'RECOVERY_UNPROVEN',
      'REDIS_DOWN',
      'SERVICE_DOWN',
      'STATE_UNKNOWN',
      'STILL_DOWN',
    ],
  }

  it.each(Object.keys(ENDS))('%s ends on every way, each end with its name', async (id) => {
    expect(endsOf(await shipped('playbooks', id))).toEqual(ENDS[id])
  })

  it.each(PLAYBOOKS)('%s says first what the business feels, and how it gets worse', async (id) => {
    const document = await shipped('playbooks', id)
    expect(document.impact?.ko.length).toBeGreaterThan(20)
    expect(document.worsens?.ko.length).toBeGreaterThan(20)
    // What no alert can see is called for by triage alone.
    expect(document.triggers.length + (document.signals?.evidence.length ?? 0)).toBeGreaterThan(0)
  })

  it.each(PLAYBOOKS)(
    '%s says at each action what is dangerous or asks with its words',
    async (id) => {
      const { steps } = await shipped('playbooks', id)
      for (const step of steps) {
        if (step.type !== 'action') continue
        expect(step.approval.prompt, step.id).toBeDefined()
      }
    },
  )

  it('asks nobody and starts nothing before it knows which case it is', async () => {
    for (const id of PLAYBOOKS) {
      const { steps } = await shipped('playbooks', id)
      const decision = steps.findIndex((step) => step.type === 'branch')
      expect(decision, id).toBeGreaterThan(3)
      const before = steps.slice(0, decision)
      expect(before.every((step) => step.type === 'probe' && step.onFailure === 'continue')).toBe(
        true,
      )
      for (const [index, step] of before.entries()) {
        expect(cellsOf(`${index + 1} ${step.title.ko}`), step.title.ko).toBeLessThan(24)
      }
    }
  })

  it('has the five steps of P0 and of P2 in their order', async () => {
    const ordered: Readonly<Record<string, readonly RegExp[]>> = {
      'service-down': [
        /^P0 1\/5 즉시 대체 서비스 활성화$/,
        /^P0 2\/5 장애 원인 파악\(로그, 메트릭\)$/,
        /^P0 3\/5 긴급 패치 또는 롤백 결정$/,
        /^P0 4\/5 고객 공지 및 보상 절차$/,
        /^P0 5\/5 사후 분석 및 재발 방지$/,
      ],
      latency: [
        /^P2 1\/5 /,
        /^P2 2\/5 임시 우회 방안 검토$/,
        /^P2 3\/5 부하 분산: 스케일 아웃$/,
        /^P2 3\/5 캐시 최적화$/,
        /^P2 4\/5 점진적 개선 계획 수립$/,
        /^P2 5\/5 예방 조치 적용$/,
      ],
    }
    for (const [id, patterns] of Object.entries(ordered)) {
      const titles = (await shipped('playbooks', id)).steps.map((step) => step.title.ko)
      const places = patterns.map((pattern) => titles.findIndex((title) => pattern.test(title)))
      expect(places, id).not.toContain(-1)
      expect(places.toSorted((left, right) => left - right)).toEqual(places)
    }
  })

  it('has the four analyses of sales-drop and the four responses of latency before the decision', async () => {
    for (const [id, word, count] of [
      ['sales-drop', '분석', 4],
      ['latency', '대응', 3],
    ] as const) {
      const { steps } = await shipped('playbooks', id)
      const decision = steps.findIndex((step) => step.type === 'branch')
      const whys = steps.slice(0, decision).map((step) => step.why?.ko ?? '')
      for (let number = 1; number <= count; number++) {
        expect(
          whys.some((why) => why.startsWith(`${word} ${number}.`)),
          `${id} ${number}`,
        ).toBe(true)
      }
    }
    const latency = await shipped('playbooks', 'latency')
    expect(latency.steps.find((step) => step.id === 'scale')?.why?.ko).toMatch(/^대응 4\./)
  })

  it('names who decides and what proof ends the step where the guide only names the step', async () => {
    for (const id of PLAYBOOKS) {
      const words = JSON.stringify(
        (await shipped('playbooks', id)).steps.map((step) => step.why?.ko),
      )
      expect(words, id).toMatch(/결정/)
      if (id !== 'data-consistency') expect(words, id).toMatch(/끝나는 근거/)
    }
  })
})
