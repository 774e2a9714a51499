/** Slack's incoming webhook: a message in blocks within its limits, and what its answers mean. */
import { isoSeoul } from '../core/dates.ts'
import type { Notice } from '../core/notice.ts'
import { maskSensitive, stripControls } from '../core/sanitize.ts'
import type { PostAnswer } from './post.ts'
import type { Verdict } from './verdict.ts'

const MAX_HEADER = 150
const MAX_SECTION = 3000
const MAX_TEXT = 4000
const LATE_MS = 5 * 60_000

interface SlackText {
  readonly type: 'plain_text' | 'mrkdwn'
  readonly text: string
  readonly emoji?: false
}

interface SlackBlock {
  readonly type: 'header' | 'section' | 'context'
  readonly text?: SlackText
  readonly elements?: readonly SlackText[]
}

export interface SlackMessage {
  /** What notifications and old clients show. */
  readonly text: string
  readonly blocks: readonly SlackBlock[]
}

export interface Marks {
  /** When it leaves, ms since the epoch. */
  readonly sentAtMs: number
  /** An earlier attempt may have arrived. */
  readonly maybeDuplicate: boolean
}

export function slackMessage(notice: Notice, marks: Marks): SlackMessage {
  const title = plain(notice.title)
  const evidence = notice.evidence.map((line) => plain(line)).join('\n')
  const commands = notice.commands.map((line) => plain(line).replaceAll('`', "'")).join('\n')
  const marksLine = [notice.service, isoSeoul(notice.atMs), ...markWords(notice, marks)].map(
    (part) => plain(part),
  )
  const blocks: SlackBlock[] = [
    { type: 'header', text: plainText(fit(title, MAX_HEADER)) },
    ...(evidence === ''
      ? []
      : [{ type: 'section' as const, text: plainText(fit(evidence, MAX_SECTION)) }]),
    ...(commands === ''
      ? []
      : [
          {
            type: 'section' as const,
            text: {
              type: 'mrkdwn' as const,
              text: `\`\`\`${fit(commands, MAX_SECTION - 6)}\`\`\``,
            },
          },
        ]),
    { type: 'context', elements: [plainText(fit(marksLine.join(' · '), MAX_SECTION))] },
  ]
  const words = [title, ...markWords(notice, marks).map((mark) => `(${mark})`)].join(' ')
  return { text: fit(words, MAX_TEXT), blocks }
}

export function markWords(notice: Notice, { sentAtMs, maybeDuplicate }: Marks): string[] {
  return [
    ...(maybeDuplicate ? ['중복 발송일 수 있음'] : []),
    ...(sentAtMs - notice.atMs > LATE_MS ? ['늦게 발송됨'] : []),
  ]
}

/** The three characters that mean something to Slack: without them nobody is mentioned by accident. */
function escapeSlack(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Escaped and at most `max` long; no entity and no character is cut in two. */
function fit(words: string, max: number): string {
  const whole = escapeSlack(words)
  if (whole.length <= max) return whole
  let kept = ''
  for (const character of words) {
    const escaped = escapeSlack(character)
    if (kept.length + escaped.length > max - 1) break
    kept += escaped
  }
  return `${kept}…`
}

function plainText(words: string): SlackText {
  return { type: 'plain_text', text: words, emoji: false }
}

function plain(words: string): string {
  return maskSensitive(stripControls(words))
}

/** Success is 200 with `ok`. Only 429, 5xx and a lost answer are worth another try. */
export function judgeSlack(answer: PostAnswer): Verdict {
  if (answer.kind === 'lost')
    return { kind: 'again', problem: answer.reason, maybeSent: answer.sent }
  const { httpStatus, body, retryAfterMs } = answer
  if (httpStatus === 200 && body.trim() === 'ok') return { kind: 'sent' }
  // Slack answers with one word; whatever else comes is somebody else's page.
  const word = /^[a-z_]{2,60}$/.exec(body.trim())?.[0]
  const problem = `HTTP ${httpStatus}${word === undefined ? '' : ` ${word}`}`
  if (httpStatus === 429 || httpStatus >= 500) {
    return {
      kind: 'again',
      problem,
      maybeSent: false,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  }
  return { kind: 'failed', problem: httpStatus === 200 ? `${problem} (ok 아님)` : problem }
}
