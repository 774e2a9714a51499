/** `mts notify`: a test message now; what went out, what waits, what failed and why. */
import { Option } from 'commander'
import { isoSeoul } from '../../core/dates.ts'
import { MtsError } from '../../core/errors.ts'
import { EXIT } from '../../core/exit-code.ts'
import type { Notice } from '../../core/notice.ts'
import { text } from '../../core/text.ts'
import type { Delivery } from '../../core/watch-records.ts'
import type { Sender } from '../../notify/senders.ts'
import type { DeliveryList, NotifyTest, ShownDelivery } from '../../render/notify.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

/** In all, for every channel. */
const TEST_TIMEOUT_MS = 15_000
const MAX_LIMIT = 1000

export const notifyCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const notify = program
      .command('notify')
      .description(word('알림 시험 · 보낸 알림', 'test messages; what was sent'))
    addExamples(notify, lang, [
      ['mts notify test', text('시험 알림', 'a test message')],
      ['mts notify list', text('보낸 알림', 'what was sent')],
    ])
    addExamples(
      notify
        .command('test')
        .description(word('시험 알림 보내기', 'send a test message'))
        .addOption(
          new Option('--channel <name>', word('한 곳만', 'only one')).choices([
            'slack',
            'finance',
            'pagerduty',
          ]),
        )
        .action((flags: { channel?: string }) =>
          perform((context) => test(context, flags.channel)),
        ),
      lang,
      [['mts notify test', text('설정된 모든 곳으로', 'to every channel that is set')]],
    )
    addExamples(
      notify
        .command('list')
        .description(word('보낸 알림, 대기, 실패와 사유', 'sent, waiting, failed and why'))
        .option('--limit <n>', word('건수', 'how many'), '30')
        .action((flags: { limit: string }) => perform((context) => list(context, flags.limit))),
      lang,
      [['mts notify list', text('최근 알림', 'the latest')]],
    )
  },
}

async function list(context: CommandContext, limit: string): Promise<Outcome<DeliveryList>> {
  const count = Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT) {
    throw usageError(
      text(`--limit은 1~${MAX_LIMIT}의 정수입니다: ${limit}`, `--limit is 1 to ${MAX_LIMIT}`),
    )
  }
  const deliveries = (await context.journal()).watching?.deliveries(count) ?? []
  const { renderDeliveries } = await import('../../render/notify.ts')
  return {
    value: { kind: 'DeliveryList', items: deliveries.map((delivery) => shown(delivery)) },
    exitCode: EXIT.ok,
    faces: { table: renderDeliveries },
  }
}

function shown(delivery: Delivery): ShownDelivery {
  const { id, channel, notice, state, createdAtMs, attempts, nextAtMs, endedAtMs } = delivery
  return {
    id,
    channel,
    event: notice.event,
    title: notice.title,
    state,
    createdAt: isoSeoul(createdAtMs),
    attempts,
    ...(endedAtMs === undefined
      ? { nextAt: isoSeoul(nextAtMs) }
      : { endedAt: isoSeoul(endedAtMs) }),
    ...(delivery.problem === undefined ? {} : { problem: delivery.problem }),
    maybeDuplicate: delivery.maybeDuplicate,
    ...(notice.incident === undefined ? {} : { incident: notice.incident }),
  }
}

async function test(
  context: CommandContext,
  only: string | undefined,
): Promise<Outcome<NotifyTest>> {
  const settings = await context.settings()
  const { clock } = context.ports
  const { createPoster } = await import('../../notify/post.ts')
  const { createSenders } = await import('../../notify/senders.ts')
  const { notifySettings } = await import('../watch-policy.ts')
  const poster = await createPoster(() => clock.now())
  const senders = createSenders(notifySettings(settings), (request) => poster.post(request)).filter(
    ({ channel }) => only === undefined || channel === only,
  )
  if (senders.length === 0) throw notSet()
  const enough = new AbortController()
  const deadline = AbortSignal.any([context.signal, enough.signal])
  const timer = clock.sleep(TEST_TIMEOUT_MS, deadline).then(
    () => enough.abort(),
    (error: unknown) => {
      if (!deadline.aborted) throw error
    },
  )
  const items = await Promise.all(
    senders.map((sender) => sendTest(context, sender, settings.url, deadline)),
  )
  enough.abort()
  await timer
  context.signal.throwIfAborted()
  const failed = items.some(({ status }) => status === 'failed')
  const { renderNotifyTest } = await import('../../render/notify.ts')
  return {
    value: { kind: 'NotifyTest', status: failed ? 'failed' : 'ok', items },
    exitCode: failed ? EXIT.unreachable : EXIT.ok,
    faces: { table: renderNotifyTest },
  }
}

function notSet(): MtsError {
  return new MtsError({
    code: 'CONFIG',
    exitCode: EXIT.config,
    message: text('알림 채널이 설정되지 않았습니다', 'no channel is set'),
    next: [
      text(
        'MTS_SLACK_WEBHOOK_URL 또는 MTS_PAGERDUTY_ROUTING_KEY(파일이면 …_FILE)를 설정하세요',
        'set MTS_SLACK_WEBHOOK_URL or MTS_PAGERDUTY_ROUTING_KEY (or …_FILE)',
      ),
    ],
  })
}

/** PagerDuty's is resolved right away: a test must not keep anybody awake. */
async function sendTest(
  context: CommandContext,
  sender: Sender,
  service: string,
  signal: AbortSignal,
): Promise<NotifyTest['items'][number]> {
  const { clock, operator } = context.ports
  const { channel } = sender
  const atMs = clock.now()
  const notice: Notice = {
    event: 'test',
    severity: 'info',
    title: '[시험] mts 알림 확인용입니다. 조치할 것이 없습니다',
    evidence: [`보낸 사람 ${operator}`],
    commands: [],
    service,
    atMs,
    dedupKey: `mts/test/${atMs}`,
  }
  let problem = await sendUntilTaken(context, sender, notice, signal)
  if (problem === undefined && channel === 'pagerduty') {
    problem = await sendUntilTaken(context, sender, { ...notice, event: 'recovered' }, signal)
  }
  const outcome =
    problem === undefined ? { kind: 'sent' as const } : { kind: 'failed' as const, problem }
  ;(await context.journal()).watching?.record(service, { channel, notice }, outcome, clock.now())
  return problem === undefined
    ? { channel, status: 'sent' }
    : { channel, status: 'failed', problem }
}

/** What went wrong; undefined when it was taken. */
async function sendUntilTaken(
  context: CommandContext,
  sender: Sender,
  notice: Notice,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { clock } = context.ports
  for (let attempt = 1; ; attempt++) {
    const marks = { sentAtMs: clock.now(), maybeDuplicate: false }
    const verdict = await sender.send(notice, marks, signal)
    if (verdict.kind === 'sent') return undefined
    if (verdict.kind === 'failed' || signal.aborted) return verdict.problem
    const waitMs = Math.min(verdict.retryAfterMs ?? 1000 * attempt, TEST_TIMEOUT_MS)
    try {
      await clock.sleep(waitMs, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      return verdict.problem
    }
  }
}
