/** Turns a log's events, in their order, into what happened. Pure. */
import { isSeoulDate } from '../core/dates.ts'
import { parseWon } from '../core/money.ts'
import { cleanText } from '../core/sanitize.ts'
import { isNoise } from './count-errors.ts'
import type { LogComponent, LogEvent, LogHappening } from './happenings.ts'

interface Happenings {
  event(event: LogEvent): void
  /** A line of the event before: a stack trace, mostly. */
  continuation(line: string): void
  /** Everything, ordered by time. Called once. */
  finish(): readonly LogHappening[]
}

/** No sign of an outage for so long: the next one is another. */
const OUTAGE_GAP_MS = 10 * 60_000
/** Errors closer together than this are one burst. */
const BURST_GAP_MS = 60_000
const MAX_CAUSES = 3
/** More than anybody reads in one list. */
const MAX_HAPPENINGS = 5000

const GONE: readonly (readonly [LogComponent, RegExp])[] = [
  [
    'rabbitmq',
    /AmqpConnectException|AmqpIOException|AmqpTimeoutException|Failed to check\/redeclare|RabbitMQ Health Check Failed/,
  ],
  ['redis', /RedisConnection\w*Exception|RedisCommandTimeoutException|Redis Health Check Failed/],
  [
    'database',
    /CannotGetJdbcConnection|JDBCConnectionException|CommunicationsException|SQLTransientConnection|SQLNonTransientConnection|Database Health Check Failed/,
  ],
]

interface Outage {
  readonly component: LogComponent
  readonly atMs: number
  lastMs: number
  errors: number
}

interface Burst {
  readonly atMs: number
  lastMs: number
  count: number
  readonly causes: Map<string, number>
}

/** An event whose stack trace may still follow. */
interface Open {
  readonly event: LogEvent
  exceptions: string[]
}

export function createHappenings(): Happenings {
  const found: LogHappening[] = []
  const outages = new Map<LogComponent, Outage>()
  let burst: Burst | undefined
  let open: Open | undefined
  let pid: string | undefined
  let stopped: string | undefined
  let settling: { date: string; cause?: string } | undefined

  const add = (happening: LogHappening): void => {
    if (found.length < MAX_HAPPENINGS) found.push(happening)
  }

  const endOutage = (outage: Outage, untilMs: number, recovered: boolean): void => {
    const { component, atMs, errors } = outage
    outages.delete(component)
    add({ kind: 'outage', atMs, untilMs, component, errors, recovered })
  }

  const endBurst = (): void => {
    if (burst === undefined) return
    const causes = [...burst.causes]
      .map(([cause, count]) => ({ cause, count }))
      .sort((left, right) => right.count - left.count)
      .slice(0, MAX_CAUSES)
    const { atMs, lastMs, count } = burst
    burst = undefined
    add({ kind: 'errors', atMs, untilMs: lastMs, count, causes })
  }

  const onGone = (component: LogComponent, atMs: number, isError: boolean): void => {
    let outage = outages.get(component)
    if (outage !== undefined && atMs - outage.lastMs > OUTAGE_GAP_MS) {
      endOutage(outage, outage.lastMs, false)
      outage = undefined
    }
    if (outage === undefined) {
      outage = { component, atMs, lastMs: atMs, errors: 0 }
      outages.set(component, outage)
    }
    outage.lastMs = atMs
    if (isError) outage.errors++
  }

  const onError = (event: LogEvent, exceptions: readonly string[]): void => {
    if (burst !== undefined && event.atMs - burst.lastMs > BURST_GAP_MS) endBurst()
    burst ??= { atMs: event.atMs, lastMs: event.atMs, count: 0, causes: new Map() }
    burst.lastMs = event.atMs
    burst.count++
    const logger = event.logger.split('.').at(-1) ?? event.logger
    const cause = cleanText(exceptions[0] ?? logger, 80)
    burst.causes.set(cause, (burst.causes.get(cause) ?? 0) + 1)
  }

  /** The event with its stack trace is complete. */
  const close = (): void => {
    if (open === undefined) return
    const { event, exceptions } = open
    open = undefined
    const isError = event.level === 'ERROR'
    if (!isError && event.level !== 'WARN') return
    if (isNoise(event.logger, event.message)) return
    const failing = /^정산 처리 중 오류 발생: (\S+)/.exec(event.message)
    if (failing !== null) {
      settling = {
        date: failing[1] ?? '',
        ...(exceptions[0] === undefined ? {} : { cause: cleanText(exceptions[0], 80) }),
      }
    }
    const signs = `${event.message}\n${exceptions.join('\n')}`
    const gone = GONE.find(([, signsOf]) => signsOf.test(signs))
    if (gone !== undefined) onGone(gone[0], event.atMs, isError)
    else if (isError && !isOfBatch(event)) onError(event, exceptions)
  }

  const onProcess = (event: LogEvent): void => {
    const isStart = /^Starting \S+.* with PID \d+/.test(event.message)
    if (pid !== undefined && event.pid !== pid && stopped !== pid) {
      add({ kind: 'replaced', atMs: event.atMs, pid: event.pid, before: pid })
    } else if (isStart) add({ kind: 'starting', atMs: event.atMs, pid: event.pid })
    if (/^Started \S+ in [\d.]+ seconds/.test(event.message)) {
      add({ kind: 'started', atMs: event.atMs, pid: event.pid })
    }
    if (event.thread.startsWith('SpringApplicationShutdownHook') && stopped !== event.pid) {
      stopped = event.pid
      add({ kind: 'stopped', atMs: event.atMs, pid: event.pid })
    }
    pid = event.pid
  }

  const onSettlement = ({ atMs, message }: LogEvent): void => {
    const batch = /^=== 일일 정산 배치 (시작|완료|실패): (\d{4}-\d{2}-\d{2})/.exec(message)
    if (batch !== null && isSeoulDate(batch[2] ?? '')) {
      const date = batch[2] ?? ''
      const phase = batch[1] === '시작' ? 'started' : batch[1] === '완료' ? 'completed' : 'failed'
      const cause = phase === 'failed' && settling?.date === date ? settling.cause : undefined
      add({ kind: 'batch', atMs, phase, date, ...(cause === undefined ? {} : { cause }) })
      settling = phase === 'started' ? { date } : undefined
      return
    }
    const manual = /^수동 정산 시작: (\d{4}-\d{2}-\d{2})/.exec(message)
    if (manual !== null && isSeoulDate(manual[1] ?? '')) {
      add({ kind: 'manual', atMs, date: manual[1] ?? '' })
      return
    }
    const empty = /^정산할 매출이 없습니다: (\d{4}-\d{2}-\d{2})/.exec(message)
    if (empty !== null && isSeoulDate(empty[1] ?? '')) {
      add({ kind: 'settled', atMs, date: empty[1] ?? '', count: 0, amount: '0' })
      return
    }
    const settled =
      /^정산 완료 - 날짜: (\d{4}-\d{2}-\d{2}), 거래수: (\d{1,12}), 총액: (-?[\d.]{1,20})/.exec(
        message,
      )
    const amount = settled === null ? undefined : parseWon(settled[3] ?? '')
    if (settled !== null && amount !== undefined && isSeoulDate(settled[1] ?? '')) {
      add({ kind: 'settled', atMs, date: settled[1] ?? '', count: Number(settled[2]), amount })
      return
    }
    const marked = /^기존 정산 기록을 실패로 변경: ID=(\d{1,15})/.exec(message)
    if (marked !== null) {
      const date = settling?.date
      add({
        kind: 'marked_failed',
        atMs,
        id: Number(marked[1]),
        ...(date === undefined || !isSeoulDate(date) ? {} : { date }),
      })
    }
  }

  return {
    event(event) {
      close()
      onProcess(event)
      if (event.logger.includes('ettlement')) onSettlement(event)
      if (
        event.message.startsWith('Created new connection: ') &&
        /[rR]abbit|CachingConn/.test(event.logger)
      ) {
        const outage = outages.get('rabbitmq')
        if (outage !== undefined) endOutage(outage, event.atMs, true)
      }
      open = { event, exceptions: [] }
    },
    continuation(line) {
      if (open === undefined || open.exceptions.length >= 8) return
      const match =
        /^(?:Caused by: )?(?:[\w$]+\.)+([\w$]*(?:Exception|Error|Throwable))(?=[:;\s]|$)/.exec(line)
      if (match?.[1] !== undefined) open.exceptions.push(match[1])
    },
    finish() {
      close()
      for (const outage of outages.values()) endOutage(outage, outage.lastMs, false)
      endBurst()
      return found.sort((left, right) => left.atMs - right.atMs)
    },
  }
}

/** Told by the batch's own entry already. */
function isOfBatch(event: LogEvent): boolean {
  return (
    event.message.startsWith('=== 일일 정산 배치') ||
    event.message.startsWith('정산 처리 중 오류 발생') ||
    event.logger.endsWith('SettlementFailureService')
  )
}
