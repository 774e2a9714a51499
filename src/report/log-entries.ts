/** What a log's happenings are called. */
import { shortDate } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { LogHappening } from '../logs/happenings.ts'
import type { Tone } from './report.ts'

interface Told {
  readonly code: string
  readonly tone: Tone
  readonly text: Text
}

const COMPONENTS = { database: 'database', redis: 'Redis', rabbitmq: 'RabbitMQ' } as const

export function logEntry(happening: LogHappening): Told {
  switch (happening.kind) {
    case 'starting':
      return told(
        'STARTING',
        'info',
        `서비스 기동 시작(PID ${happening.pid})`,
        `the service starts (PID ${happening.pid})`,
      )
    case 'started':
      return told(
        'STARTED',
        'ok',
        `서비스 기동 완료(PID ${happening.pid})`,
        `the service has started (PID ${happening.pid})`,
      )
    case 'stopped':
      return told(
        'STOPPED',
        'warning',
        `서비스 종료(PID ${happening.pid})`,
        `the service stops (PID ${happening.pid})`,
      )
    case 'replaced':
      return told(
        'REPLACED',
        'warning',
        `서비스 재시작: PID ${happening.before} → ${happening.pid}, 종료 기록 없음(강제 종료 의심)`,
        `restarted: PID ${happening.before} became ${happening.pid}, without a shutdown in the log (killed?)`,
      )
    case 'batch':
      return batch(happening)
    case 'manual':
      return told(
        'MANUAL',
        'info',
        `수동 정산 시작: ${shortDate(happening.date)}`,
        `settling by hand begins: ${happening.date}`,
      )
    case 'settled':
      return told(
        'SETTLED',
        'info',
        `정산 계산: ${shortDate(happening.date)} ${happening.count}건 ${groupedWon(happening.amount)}원`,
        `totals made: ${happening.date}, ${happening.count} sales, ${groupedWon(happening.amount)} won`,
      )
    case 'marked_failed': {
      const ofDate = happening.date === undefined ? '' : `(${shortDate(happening.date)})`
      return told(
        'MARKED_FAILED',
        'critical',
        `정산 #${happening.id}${ofDate} FAILED로 변경`,
        `settlement #${happening.id} ${happening.date ?? ''} marked FAILED`,
      )
    }
    case 'outage':
      return outage(happening)
    case 'errors': {
      const causes = happening.causes.map(({ cause, count }) => `${cause} ${count}`).join(', ')
      return told(
        'ERRORS',
        'warning',
        `오류 ${happening.count}건: ${causes}`,
        `${happening.count} errors: ${causes}`,
      )
    }
  }
}

function batch(happening: Extract<LogHappening, { kind: 'batch' }>): Told {
  const date = shortDate(happening.date)
  const cause = happening.cause === undefined ? '' : `: ${happening.cause}`
  switch (happening.phase) {
    case 'started':
      return told(
        'BATCH_STARTED',
        'info',
        `정산 배치 시작(${date})`,
        `the batch starts (${happening.date})`,
      )
    case 'completed':
      return told(
        'BATCH_COMPLETED',
        'ok',
        `정산 배치 완료(${date})`,
        `the batch is done (${happening.date})`,
      )
    case 'failed':
      return told(
        'BATCH_FAILED',
        'critical',
        `정산 배치 실패(${date})${cause}`,
        `the batch failed (${happening.date})${cause}`,
      )
  }
}

function outage(happening: Extract<LogHappening, { kind: 'outage' }>): Told {
  const name = COMPONENTS[happening.component]
  const took = durationText(happening.untilMs - happening.atMs)
  const until = happening.recovered
    ? text(`${took.ko} 뒤 복구`, `back after ${took.en}`)
    : text(`${took.ko} 동안 확인, 복구 기록 없음`, `seen for ${took.en}, no recovery in the log`)
  return told(
    'OUTAGE',
    'critical',
    `${name} 연결 끊김: ${until.ko} · 오류 ${happening.errors}건`,
    `${name} unreachable: ${until.en}; ${happening.errors} errors`,
  )
}

function told(code: string, tone: Tone, ko: string, en: string): Told {
  return { code, tone, text: text(ko, en) }
}
