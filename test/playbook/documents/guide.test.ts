/** The guide's steps, each in its playbook and in the guide's order, with what the guide leaves unsaid. */
import { describe, expect, it } from 'vitest'
import type { Step } from '../../../src/playbook/document.ts'
import { shipped } from './support.ts'

const wordsOf = (step: Step, lang: 'ko' | 'en'): string =>
  [step.title, step.why, step.danger, 'prompt' in step ? step.prompt : undefined]
    .map((words) => words?.[lang] ?? '')
    .join(' ')

async function stepsOf(id: string): Promise<readonly Step[]> {
  return (await shipped('playbooks', id)).steps
}

describe('the guide', () => {
  it.each([
    [
      'settlement-failure',
      ['즉시 대응 1', '즉시 대응 2', '즉시 대응 3', '즉시 대응 4'],
      ['health.overview', 'health.component', 'settlement.due', 'settlement.reprocess'],
    ],
    [
      'sales-drop',
      ['분석 1', '분석 2', '분석 3', '분석 4'],
      ['metrics.summary', 'externals.probe', 'sales.stopped', 'log.patterns'],
    ],
    [
      'latency',
      ['대응 1', '대응 2', '대응 3', '대응 4'],
      ['jvm.heap', 'pool.connections', 'redis.hitRate', 'command.scale-out'],
    ],
  ])('has its scenario in %s, step by step in its order', async (id, marks, operations) => {
    const steps = await stepsOf(id)
    const found = marks.map((mark) =>
      steps.findIndex((step) => wordsOf(step, 'ko').includes(`${mark}.`)),
    )
    expect(found).not.toContain(-1)
    expect(found).toEqual(found.toSorted((left, right) => left - right))
    const own = found.map((index) => {
      const step = steps[index]
      if (step?.type === 'probe') return step.probe
      return step?.type === 'action' ? step.action : undefined
    })
    expect(own).toEqual(operations)
  })

  it.each([
    ['service-down', 'P0', ['대체 서비스', '원인', '롤백', '공지', '사후 분석']],
    ['settlement-failure', 'P1', ['임시 대응', '정합성', '근본 원인', '자동 정산', '검증']],
    ['latency', 'P2', ['느린 API', '우회', '부하 분산', '개선 계획', '예방']],
  ])('has the five steps of %s (%s) in order', async (id, priority, words) => {
    const steps = await stepsOf(id)
    const places = words.map((word, index) =>
      steps.findIndex(
        ({ title }) => title.ko.startsWith(`${priority} ${index + 1}/5`) && title.ko.includes(word),
      ),
    )
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((left, right) => left - right))
  })

  it.each(['service-down', 'settlement-failure', 'latency'])(
    'leaves unsaid who decides, what ends the step and what is dangerous; %s says it',
    async (id) => {
      const five = (await stepsOf(id)).filter(({ title }) => /^P[012] [1-5]\/5/.test(title.ko))
      expect(five.length).toBeGreaterThanOrEqual(5)
      for (const step of five) {
        expect([step.id, wordsOf(step, 'ko')]).toEqual([step.id, expect.stringContaining('근거:')])
        expect([step.id, wordsOf(step, 'en')]).toEqual([
          step.id,
          expect.stringMatching(/[Pp]roof|it stays open/),
        ])
        // What is only read decides nothing and harms nothing.
        if (step.type === 'probe') continue
        expect([step.id, wordsOf(step, 'ko')]).toEqual([step.id, expect.stringContaining('결정:')])
        expect([step.id, wordsOf(step, 'en')]).toEqual([step.id, expect.stringMatching(/decide/)])
        if (step.id !== 'review' && step.id !== 'plan') expect(step).toHaveProperty('danger')
      }
    },
  )
})

describe('what an engineer on call expects besides', () => {
  it.each([
    'service-down',
    'settlement-failure',
    'sales-drop',
    'latency',
    'data-consistency',
    'dependency-outage',
  ])('%s says first what the business feels now, then what makes it worse', async (id) => {
    const document = await shipped('playbooks', id)
    expect(document.impact?.ko).toMatch(/매출|정산|지급/)
    expect(document.worsens?.ko).toMatch(/02:00|마감|초 뒤|지급 파일/)
  })

  it.each([
    ['service-down', /\[장애 안내\]/, /\[장애 경과\]/, /\[복구 안내\]/, /다음 안내 시각과 담당자/],
    [
      'service-down',
      /배포, 설정, 인증서/,
      /로드밸런서에서 제외/,
      /UP은 복구가 아닙니다/,
      /01:55~02:10/,
    ],
    [
      'service-down',
      /어느 가맹점, 실패 건수, 시작~끝/,
      /보상을 결정할 사람/,
      /준법/,
      /스레드·힙 덤프/,
    ],
    ['settlement-failure', /인스턴스 수/, /UTC/, /settlement\.processing\.time/, /02:30/],
    ['settlement-failure', /정산표/, /재무와 개발팀을 지금 깨울지/, /늦은 매출/, /수수료/],
    ['sales-drop', /현금이 대조군/, /공휴일은 공휴일끼리/, /카드사 하나만/, /대행 승인, ARS 승인/],
    [
      'sales-drop',
      /접수 번호, 연락 시각, 예상 복구 시각/,
      /망취소, 이중 결제, 미매입/,
      /이미 존재하는 주문번호/,
      /점검/,
    ],
    [
      'latency',
      /\/actuator와 정산 요청은 빼고/,
      /스케일 아웃하지 마세요/,
      /redis_exporter/,
      /02:00 전에/,
    ],
    [
      'dependency-outage',
      /두 시간 안에 배치/,
      /매출당 거부/,
      /FAILED로 남습니다/,
      /UP은 복구가 아닙니다/,
    ],
    [
      'data-consistency',
      /은행이나 ERP에서 직접 본/,
      /정상 매출도 거부 메시지/,
      /수수료/,
      /다시 정산하지 마세요/,
    ],
  ])('%s: %s, %s, %s, %s', async (id, ...wanted) => {
    const document = await shipped('playbooks', id)
    const fields = document.steps.flatMap((step) =>
      step.type === 'manual' ? step.expects.map(({ title }) => title.ko) : [],
    )
    const all = [
      document.impact?.ko,
      document.worsens?.ko,
      ...document.steps.flatMap((step) => [wordsOf(step, 'ko'), step.finding?.message.ko]),
      ...fields,
    ].join('\n')
    for (const words of wanted) expect(all).toMatch(words)
  })
})
