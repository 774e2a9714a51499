/**
 * What a drill can be about: for each hidden fault what people report of it, which playbook treats it,
 * the conclusions that are right, and what ends it. Nothing here is shown before the score.
 */
import { text, type Text } from '../core/text.ts'

export interface Scenario {
  /** Name of the demo's fault. */
  readonly fault: string
  /** What somebody says who does not know the cause. */
  readonly call: Text
  /** The playbooks that treat it, each with the findings that are right. */
  readonly treatedBy: Readonly<Record<string, readonly string[]>>
  /** What ends it; none: nothing that could be done from here mends it. */
  readonly remedies: readonly string[]
}

const OUTAGE_OVER = { 'dependency-outage': ['RECOVERED'] } as const

export const SCENARIOS: readonly Scenario[] = [
  {
    fault: 'redis-down',
    call: text(
      '가맹점: "매출 등록을 누르면 1분쯤 돌다가 실패라고 나옵니다"',
      'a store: "registering a sale spins for a minute and then fails"',
    ),
    treatedBy: OUTAGE_OVER,
    remedies: ['restart-redis'],
  },
  {
    fault: 'redis-hang',
    call: text(
      '고객센터: "등록이 안 된다는 전화가 늘고 있어요. 조회는 됩니다"',
      'support: "more and more calls that sales cannot be registered; looking them up works"',
    ),
    treatedBy: OUTAGE_OVER,
    remedies: ['restart-redis'],
  },
  {
    fault: 'db-down',
    call: text(
      '고객센터: "화면이 30초씩 멈췄다가 오류가 납니다. 전부 그렇습니다"',
      'support: "every screen stops for half a minute and ends in an error"',
    ),
    treatedBy: OUTAGE_OVER,
    remedies: ['restart-database'],
  },
  {
    fault: 'db-hang',
    call: text(
      '가맹점: "아까부터 아무 화면도 열리지 않습니다"',
      'a store: "for some minutes no screen has opened at all"',
    ),
    treatedBy: OUTAGE_OVER,
    remedies: ['restart-database'],
  },
  {
    fault: 'rabbit-down',
    call: text(
      '가맹점: "매출 등록이 실패합니다. 바로 오류가 나요"',
      'a store: "sales cannot be registered, it says error"',
    ),
    treatedBy: OUTAGE_OVER,
    remedies: ['restart-rabbitmq'],
  },
  {
    fault: 'rabbit-hang',
    call: text(
      '고객센터: "매출 등록이 느리다가 실패한다고 합니다"',
      'support: "registering is slow and then fails, they say"',
    ),
    treatedBy: OUTAGE_OVER,
    remedies: ['restart-rabbitmq'],
  },
  {
    fault: 'service-down',
    call: text('고객센터: "POS가 전부 통신 오류입니다"', 'support: "all tills say: no connection"'),
    treatedBy: { 'service-down': ['RECOVERED'] },
    remedies: ['restart', 'rollback'],
  },
  {
    fault: 'slow',
    call: text(
      '가맹점: "오늘 유난히 느립니다. 되기는 해요"',
      'a store: "it is awfully slow today, but it works"',
    ),
    treatedBy: { latency: ['LATENCY_OVER'] },
    remedies: ['scale-out', 'warm-cache'],
  },
  {
    fault: 'pool-exhausted',
    call: text(
      '가맹점: "등록도 조회도 됐다 안 됐다 합니다"',
      'a store: "sometimes it works and sometimes not"',
    ),
    treatedBy: { latency: ['LATENCY_OVER'], 'dependency-outage': ['POOL_EXHAUSTED'] },
    remedies: ['kill-locks'],
  },
  {
    fault: 'high-memory',
    call: text(
      '개발팀: "배포 뒤로 응답이 들쭉날쭉하다는 이야기가 있습니다"',
      'developers: "since the deployment answers are said to be uneven"',
    ),
    treatedBy: { latency: ['LATENCY_OVER'] },
    remedies: ['restart'],
  },
  {
    fault: 'no-sales',
    call: text(
      '영업팀: "매출 현황판이 한 시간 넘게 그대로입니다"',
      'sales department: "the board has not moved for over an hour"',
    ),
    treatedBy: { 'sales-drop': ['ALL_SALES_STOPPED'] },
    remedies: [],
  },
  {
    fault: 'payment-outage',
    call: text(
      '영업팀: "오늘 매출이 평소보다 많이 적어 보입니다"',
      'sales department: "today looks much lower than usual"',
    ),
    treatedBy: { 'sales-drop': ['CARD_OUTAGE', 'CARD_OUTAGE_OVER'] },
    remedies: [],
  },
  {
    fault: 'failed-batch-linked',
    call: text(
      '재무팀: "오늘 입금 파일이 만들어지지 않았습니다"',
      'finance: "there is no deposit file today"',
    ),
    treatedBy: { 'settlement-failure': ['HOLDS_SALES'] },
    remedies: [],
  },
  {
    fault: 'failed-batch-empty',
    call: text(
      '재무팀: "어제 정산 금액이 0원입니다. 입금 전에 봐 주세요"',
      'finance: "yesterday was settled over nothing; look before we pay"',
    ),
    treatedBy: { 'settlement-failure': ['SETTLED'] },
    remedies: [],
  },
  {
    fault: 'missing-batch',
    call: text('재무팀: "어제 정산이 보이지 않습니다"', 'finance: "we do not see yesterday"'),
    treatedBy: { 'settlement-failure': ['SETTLED'] },
    remedies: [],
  },
  {
    fault: 'stuck-batch',
    call: text(
      '재무팀: "정산이 아직 안 끝난 것 같은데 언제 되나요"',
      'finance: "the settlement does not seem to be done yet, when will it be"',
    ),
    treatedBy: { 'settlement-failure': ['STUCK_PROCESSING'] },
    remedies: [],
  },
  {
    fault: 'late-sales',
    call: text(
      '가맹점: "어제 저녁 매출이 입금 예정에서 빠져 있습니다"',
      'a store: "last evening is missing from what we are to be paid"',
    ),
    treatedBy: { 'settlement-failure': ['LATE_SALES'], 'data-consistency': ['LATE_SALES'] },
    remedies: [],
  },
  {
    fault: 'wrong-totals',
    call: text(
      '재무팀: "ERP 금액과 정산 금액이 맞지 않습니다"',
      'finance: "the settlement does not match the ERP"',
    ),
    treatedBy: {
      'settlement-failure': ['TOTALS_MISMATCH'],
      'data-consistency': ['TOTALS_MISMATCH'],
    },
    remedies: [],
  },
]

/** Pairs that hide each other's signs or cannot be there at once. */
const SERVICE_WIDE = new Set(['service-down', 'db-down', 'db-hang', 'pool-exhausted'])
const OF_A_SETTLEMENT = new Set([
  'failed-batch-linked',
  'failed-batch-empty',
  'missing-batch',
  'stuck-batch',
  'late-sales',
  'wrong-totals',
])

/**
 * The faults of one drill. A hard one has two that can be seen and ended one after the other: one of
 * a settlement, and one of the running service.
 */
export function drawScenarios(random: () => number, hard: boolean): readonly Scenario[] {
  const pick = (from: readonly Scenario[]): Scenario => {
    const chosen = from[Math.floor(random() * from.length)]
    if (chosen === undefined) throw new Error('there is nothing to draw from')
    return chosen
  }
  if (!hard) return [pick(SCENARIOS)]
  const ofSettlement = SCENARIOS.filter(({ fault }) => OF_A_SETTLEMENT.has(fault))
  const ofService = SCENARIOS.filter(
    ({ fault }) => !OF_A_SETTLEMENT.has(fault) && !SERVICE_WIDE.has(fault),
  )
  return [pick(ofService), pick(ofSettlement)]
}

/** What an operator can do or ask beside the service. `asks` changes nothing. */
export interface Act {
  readonly id: string
  readonly title: Text
  readonly kind: 'asks' | 'changes'
}

export const ACTS: readonly Act[] = [
  { id: 'restart-redis', kind: 'changes', title: text('Redis 재시작', 'restart Redis') },
  { id: 'restart-database', kind: 'changes', title: text('DB 재시작', 'restart the database') },
  { id: 'restart-rabbitmq', kind: 'changes', title: text('RabbitMQ 재시작', 'restart RabbitMQ') },
  { id: 'restart', kind: 'changes', title: text('서비스 재시작', 'restart the service') },
  { id: 'rollback', kind: 'changes', title: text('직전 버전으로 롤백', 'roll back') },
  { id: 'standby', kind: 'changes', title: text('대체 서비스 전환', 'switch to the stand-in') },
  { id: 'drain', kind: 'changes', title: text('로드밸런서에서 제외', 'out of the balancer') },
  { id: 'scale-out', kind: 'changes', title: text('인스턴스 추가', 'add an instance') },
  { id: 'warm-cache', kind: 'changes', title: text('캐시 예열', 'warm the cache') },
  { id: 'db-locks', kind: 'asks', title: text('DB 잠금 조회', "look at the database's locks") },
  { id: 'kill-locks', kind: 'changes', title: text('잠금 세션 종료', 'end the locking session') },
  { id: 'ask-gateway', kind: 'asks', title: text('게이트웨이 기록 문의', 'ask about the gateway') },
  { id: 'ask-vendor', kind: 'asks', title: text('PG·VAN 문의', 'call PG and VAN') },
  { id: 'ask-developers', kind: 'asks', title: text('개발팀 접수', 'tell the developers') },
  { id: 'ask-finance', kind: 'asks', title: text('재무팀 연락', 'call finance') },
]

/** Parts of what could be done anyway in a calm way, and harm nothing. */
export const HARMLESS: ReadonlySet<string> = new Set(['standby', 'drain', 'warm-cache'])

/** What the act brings back to whoever did it. It never tells whether it was the right one. */
export function actWords(id: string, faults: ReadonlySet<string>, ticket: number): Text {
  switch (id) {
    case 'db-locks':
      return faults.has('pool-exhausted')
        ? text(
            '잠금 1건: 세션 4211 · UPDATE sales · 412초째',
            '1 lock: session 4211, UPDATE sales, for 412 s',
          )
        : text('10초 넘은 잠금 없음', 'no lock older than 10 s')
    case 'ask-gateway':
      return faults.has('no-sales')
        ? text(
            '게이트웨이: 최근 1시간 등록 요청 0건. 앞단 회선을 확인하고 있습니다',
            'gateway: no request to register in the last hour; the line before us is being looked at',
          )
        : text('게이트웨이: 등록 요청은 들어오고 있습니다', 'gateway: requests do come in')
    case 'ask-vendor':
      return faults.has('payment-outage')
        ? text(
            `VAN: 카드 승인 장애 접수. 접수 번호 V-${ticket}, 복구 예정 미정`,
            `VAN: card approval is out, ticket V-${ticket}, no time known`,
          )
        : text('PG·VAN: 이상 없음', 'PG and VAN: nothing wrong')
    case 'ask-developers':
      return text(`개발팀: 접수했습니다. DEV-${ticket}`, `developers: taken in as DEV-${ticket}`)
    case 'ask-finance':
      return text('재무팀 박: 받았습니다', 'finance (Park): received')
    default:
      return text('실행했습니다', 'done')
  }
}
