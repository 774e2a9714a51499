/** One sender for each configured channel: where it goes, how fast, and when to try again. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Channel, Notice } from '../core/notice.ts'
import { text } from '../core/text.ts'
import { judgePagerduty, pagerdutyEvent, PAGERDUTY_URL } from './pagerduty.ts'
import type { Post, PostAnswer } from './post.ts'
import { judgeSlack, slackMessage, type Marks } from './slack.ts'
import type { Verdict } from './verdict.ts'

export interface Sender {
  readonly channel: Channel
  /** At least this long between two requests, ms. */
  readonly spacingMs: number
  /** How long after the nth failed attempt in a row the next one waits, ms. */
  retryMs(attempt: number): number
  send(notice: Notice, marks: Marks, signal?: AbortSignal): Promise<Verdict>
}

/** Secrets: never shown, logged or kept. */
export interface Receivers {
  readonly slackUrl?: string
  readonly financeUrl?: string
  readonly pagerdutyKey?: string
  readonly pagerdutyUrl?: string
  /** Deadline of one request, ms; 10 s when absent. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000
const SLACK_SPACING_MS = 1000
/** 120 calls a minute and key. */
const PAGERDUTY_SPACING_MS = 500
const PAGERDUTY_RETRY_MS = 30_000
const LONGEST_RETRY_MS = 300_000

/** Throws CONFIG (78) for an address in the clear that is not on this machine. */
export function createSenders(receivers: Receivers, post: Post): readonly Sender[] {
  const { slackUrl, financeUrl, pagerdutyKey, timeoutMs = TIMEOUT_MS } = receivers
  const pagerdutyUrl = receivers.pagerdutyUrl ?? PAGERDUTY_URL
  const ask: Ask = (url, value, signal) =>
    post({
      url,
      body: JSON.stringify(value),
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    })
  return [
    ...(slackUrl === undefined ? [] : [slackSender('slack', slackUrl, ask)]),
    ...(financeUrl === undefined ? [] : [slackSender('finance', financeUrl, ask)]),
    ...(pagerdutyKey === undefined ? [] : [pagerdutySender(pagerdutyUrl, pagerdutyKey, ask)]),
  ]
}

/** One message on its way, by its deadline. */
type Ask = (url: string, value: object, signal: AbortSignal | undefined) => Promise<PostAnswer>

function slackSender(channel: 'slack' | 'finance', url: string, ask: Ask): Sender {
  checkAddress(url, channel === 'slack' ? 'slack.webhookUrl' : 'slack.financeWebhookUrl')
  return {
    channel,
    spacingMs: SLACK_SPACING_MS,
    // 2, 4, 8 … seconds, then every five minutes for as long as it takes.
    retryMs: (attempt) => Math.min(LONGEST_RETRY_MS, 1000 * 2 ** Math.min(attempt, 20)),
    async send(notice, marks, signal) {
      return judgeSlack(await ask(url, slackMessage(notice, marks), signal))
    },
  }
}

function pagerdutySender(base: string, routingKey: string, ask: Ask): Sender {
  checkAddress(base, 'pagerduty.url')
  const url = `${base.replace(/\/+$/, '')}/v2/enqueue`
  return {
    channel: 'pagerduty',
    spacingMs: PAGERDUTY_SPACING_MS,
    // Three times as its makers ask; then slower, but never given up: it may be the network.
    retryMs: (attempt) =>
      attempt <= 3
        ? PAGERDUTY_RETRY_MS
        : Math.min(LONGEST_RETRY_MS, PAGERDUTY_RETRY_MS * 2 ** Math.min(attempt - 3, 10)),
    async send(notice, marks, signal) {
      return judgePagerduty(await ask(url, pagerdutyEvent(notice, routingKey, marks), signal))
    },
  }
}

/** What goes over http can be read on the way: only a receiver on this machine is spoken to so. */
export function checkAddress(url: string, key: string): void {
  const { protocol, hostname } = new URL(url)
  const loopback =
    hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
  if (protocol === 'https:' || loopback) return
  throw new MtsError({
    code: 'CONFIG',
    exitCode: EXIT.config,
    message: text(
      `${key}: https 주소여야 합니다(http는 이 컴퓨터 안에서만)`,
      `${key} has to be https (http is taken on loopback only)`,
    ),
    next: ['mts config show'],
  })
}
