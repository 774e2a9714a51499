/** One line to the team's channel when a checklist has been signed. */
import type { Notice } from '../core/notice.ts'
import { text } from '../core/text.ts'
import type { ChecklistRun, ItemStatus } from '../checklist/run.ts'
import type { CommandContext } from './command.ts'
import { notifySettings } from './watch-policy.ts'

/** The person has signed and waits for the prompt: whoever does not answer by then was not told. */
const TIMEOUT_MS = 5000

const COUNTED: readonly (readonly [ItemStatus, string])[] = [
  ['fail', '실패'],
  ['warning', '경고'],
  ['unknown', '확인 불가'],
  ['skipped', '건너뜀'],
]

/** Does nothing where no channel is configured. A channel that does not take it is said, and changes no exit code. */
export async function postSigned(context: CommandContext, value: ChecklistRun): Promise<void> {
  const { slackUrl } = notifySettings(await context.settings())
  if (value.signed === undefined || slackUrl === undefined) return
  const { clock } = context.ports
  const { createPoster } = await import('../notify/post.ts')
  const { createSenders } = await import('../notify/senders.ts')
  const poster = await createPoster(() => clock.now())
  const [sender] = createSenders({ slackUrl }, (request) => poster.post(request))
  if (sender === undefined) return
  const notice = signedNotice(value, clock.now())
  const given = AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT_MS)])
  const marks = { sentAtMs: clock.now(), maybeDuplicate: false }
  const verdict = await sender.send(notice, marks, given)
  const outcome =
    verdict.kind === 'sent'
      ? { kind: 'sent' as const }
      : { kind: 'failed' as const, problem: verdict.problem }
  const { watching } = await context.journal()
  watching?.record(value.url, { channel: sender.channel, notice }, outcome, clock.now())
  if (outcome.kind === 'sent') return
  context.dialog.notify({
    code: 'SIGNED_NOT_TOLD',
    weight: 'important',
    text: text(
      `서명했습니다. 채널에는 알리지 못했습니다: ${outcome.problem}`,
      `signed; the channel was not told: ${outcome.problem}`,
    ),
  })
}

function signedNotice(value: ChecklistRun, atMs: number): Notice {
  const counts = COUNTED.flatMap(([status, words]) => {
    const count = value.items.filter((item) => item.status === status).length
    return count === 0 ? [] : [`${words} ${count}`]
  })
  const found = counts.length === 0 ? ['이상 없음'] : counts
  return {
    event: 'run',
    severity: 'info',
    title: [`${value.title.ko} 완료`, ...found, `담당 ${value.signed?.by ?? ''}`].join(' · '),
    evidence: [],
    commands: [],
    service: value.url,
    atMs,
  }
}
