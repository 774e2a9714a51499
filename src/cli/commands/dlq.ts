/** `mts dlq`: what waits in the dead-letter queues, and why an empty queue proves nothing. */
import { isoSeoul } from '../../core/dates.ts'
import { EXIT } from '../../core/exit-code.ts'
import { MtsError } from '../../core/errors.ts'
import type { Metric } from '../../core/service.ts'
import type { Read } from '../../core/read.ts'
import { text } from '../../core/text.ts'
import type { DeadLetters, RejectedMessages } from '../../render/dead-letters.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'

export const dlqCommand: CommandSpec = {
  declare(program, perform, lang) {
    addExamples(
      program
        .command('dlq')
        .description(
          lang === 'ko' ? '실패 메시지 큐(DLQ) 적체' : 'what waits in the dead-letter queues',
        )
        .action(() => perform(dlq)),
      lang,
      [
        ['mts dlq', text('큐별 건수와 거부된 메시지 수', 'messages by queue, and those rejected')],
        ['mts dlq -o json', text('프로그램용', 'for programs')],
      ],
    )
  },
}

async function dlq(context: CommandContext): Promise<Outcome<DeadLetters>> {
  const settings = await context.settings()
  const service = await context.service()
  const options = {
    signal: context.signal,
    ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
  }
  const [counts, rejected, started] = await Promise.all([
    service.deadLetterCounts(options),
    service.metric('rabbitmq.rejected', {}, options),
    service.metric('process.start.time', {}, options),
  ])
  if (counts.kind === 'unknown') {
    const { fetchError } = await import('../fetch-error.ts')
    throw fetchError(counts.failure)
  }
  if (counts.kind === 'absent') {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(
        '이 서비스에는 DLQ 조회가 없습니다(404)',
        'this service has no dead-letter counts (404)',
      ),
      next: ['mts health'],
    })
  }
  const { renderDeadLetters } = await import('../../render/dead-letters.ts')
  return {
    value: {
      kind: 'DeadLetters',
      url: settings.url,
      observedAt: isoSeoul(context.ports.clock.now()),
      queues: [
        { name: 'dlq.sales', messages: counts.value.sales },
        { name: 'dlq.settlement', messages: counts.value.settlement },
        { name: 'dlq.notification', messages: counts.value.notification },
      ],
      rejected: rejectedOf(rejected, started),
      note: text(
        '0건이어도 유실이 없다는 뜻은 아닙니다. 서비스가 이 큐를 바로 비웁니다. 거부 건수와 로그(DLQ 메시지 처리)를 함께 보세요',
        'zero does not mean that nothing was lost: the service itself drains these queues at once; look at the rejected messages and the log (DLQ 메시지 처리)',
      ),
    },
    exitCode: EXIT.ok,
    faces: { table: renderDeadLetters },
  }
}

/** Counted since the service started; a meter that is not there says nothing, not zero. */
function rejectedOf(rejected: Read<Metric>, started: Read<Metric>): RejectedMessages {
  if (rejected.kind === 'unknown') {
    return { status: 'unknown', reason: rejected.failure.message }
  }
  const count = rejected.kind === 'ok' ? rejected.value.measurements['COUNT'] : undefined
  if (count === undefined) {
    return {
      status: 'unknown',
      reason: text('rabbitmq.rejected 지표 없음', 'no meter rabbitmq.rejected'),
    }
  }
  const startedS = started.kind === 'ok' ? started.value.measurements['VALUE'] : undefined
  return {
    status: 'known',
    count,
    since: startedS === undefined ? null : isoSeoul(startedS * 1000),
  }
}
