/** What can be wrong with the demo service. Faults are combinable; each imitates one recorded outage or trap. */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'

export const DEMO_FAULT_NAMES = [
  'redis-down',
  'redis-hang',
  'db-down',
  'db-hang',
  'rabbit-down',
  'rabbit-hang',
  'service-down',
  'slow',
  'failed-batch-linked',
  'failed-batch-empty',
  'missing-batch',
  'stuck-batch',
  'late-sales',
  'wrong-totals',
  'no-sales',
  'payment-outage',
  'pool-exhausted',
  'high-memory',
  'lost-answer',
  'auth',
] as const

export type DemoFault = (typeof DEMO_FAULT_NAMES)[number]

/** The only token the demo takes while `auth` is on. */
export const DEMO_TOKEN = 'demo-token'

/** Every fault with what it does, in the order they are listed to people. */
export const DEMO_FAULTS: readonly { readonly name: DemoFault; readonly description: Text }[] = [
  {
    name: 'redis-down',
    description: text(
      'Redis 중단: 헬스체크 120초, 매출 등록은 60초 뒤 500',
      'Redis stopped: health takes 120 s, a sale answers 500 after 60 s',
    ),
  },
  {
    name: 'redis-hang',
    description: text(
      'Redis 무응답: 연결은 되지만 답이 없음(60초/120초)',
      'Redis accepts and never answers (60 s / 120 s)',
    ),
  },
  {
    name: 'db-down',
    description: text(
      'DB 중단: 모든 업무 호출이 30초 뒤 500',
      'database stopped: every business call answers 500 after 30 s',
    ),
  },
  {
    name: 'db-hang',
    description: text(
      'DB 무응답: 연결은 되지만 답이 없음(30초/60초)',
      'database accepts and never answers (30 s / 60 s)',
    ),
  },
  {
    name: 'rabbit-down',
    description: text(
      'RabbitMQ 중단: 수동 정산·재처리는 53초 뒤 500',
      'RabbitMQ stopped: manual and reprocess answer 500 after 53 s',
    ),
  },
  {
    name: 'rabbit-hang',
    description: text(
      'RabbitMQ 무응답: 연결은 되지만 답이 없음(60초)',
      'RabbitMQ accepts and never answers (60 s)',
    ),
  },
  {
    name: 'service-down',
    description: text(
      '서비스 중단: 포트는 열려 있으나 연결을 바로 끊음',
      'service down: the port is there, every connection is cut at once',
    ),
  },
  {
    name: 'slow',
    description: text(
      '느린 응답: 모든 응답 0.3초 지연, API 최대 4초대',
      'slow answers: 0.3 s more for each, an API maximum above 4 s',
    ),
  },
  {
    name: 'failed-batch-linked',
    description: text(
      '어제 정산 FAILED, 매출 연결됨: 재처리하면 매출이 삭제됨',
      "yesterday's settlement FAILED and holding sales: reprocessing deletes them",
    ),
  },
  {
    name: 'failed-batch-empty',
    description: text(
      '어제 정산 FAILED, 연결된 매출 없음: 재처리 가능',
      "yesterday's settlement FAILED without sales: safe to reprocess",
    ),
  },
  {
    name: 'missing-batch',
    description: text('어제 정산 기록 없음', 'no settlement for yesterday'),
  },
  {
    name: 'stuck-batch',
    description: text(
      '어제 정산이 PROCESSING에서 멈춤, 매출 연결됨',
      "yesterday's settlement stuck in PROCESSING, holding sales",
    ),
  },
  {
    name: 'late-sales',
    description: text(
      '어제 매출 2건이 배치 뒤에 들어옴: 어느 배치도 가져가지 않음',
      'two sales of yesterday came after the batch: no batch will take them',
    ),
  },
  {
    name: 'wrong-totals',
    description: text(
      '어제 정산 COMPLETED, 합계가 매출과 다름',
      "yesterday's settlement COMPLETED, its totals not those of the sales",
    ),
  },
  {
    name: 'no-sales',
    description: text('최근 1시간 매출 없음', 'no sale in the last hour'),
  },
  {
    name: 'payment-outage',
    description: text('카드 결제만 3시간째 없음', 'no CARD sale for three hours, others flow'),
  },
  {
    name: 'pool-exhausted',
    description: text(
      'DB 커넥션 풀 소진: 10/10 사용, 4건 대기',
      'connection pool exhausted: 10 of 10 in use, 4 waiting',
    ),
  },
  {
    name: 'high-memory',
    description: text('힙 사용률 93%', 'heap 93 % full'),
  },
  {
    name: 'lost-answer',
    description: text(
      'POST는 처리되지만 응답 없이 연결이 끊김',
      'a POST takes effect, but the connection is cut without an answer',
    ),
  },
  {
    name: 'auth',
    description: text(
      `토큰 없으면 401(MTS_TOKEN=${DEMO_TOKEN})`,
      `401 without a token (MTS_TOKEN=${DEMO_TOKEN})`,
    ),
  },
]

export function isDemoFault(name: string): name is DemoFault {
  return (DEMO_FAULT_NAMES as readonly string[]).includes(name)
}

/** The fault that was probably meant; undefined when nothing is near. */
export function nearestFault(name: string): DemoFault | undefined {
  const ranked = DEMO_FAULT_NAMES.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate),
  })).sort((left, right) => left.distance - right.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.max(2, name.length / 2)
    ? best.candidate
    : undefined
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [index, char] of [...left].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= right.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (char === right[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
