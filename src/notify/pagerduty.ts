/** PagerDuty's Events API v2: trigger, acknowledge and resolve under one key for each incident. */
import { isoSeoul } from '../core/dates.ts'
import type { Notice, NoticeEvent } from '../core/notice.ts'
import { maskSensitive, stripControls } from '../core/sanitize.ts'
import { cut } from './cut.ts'
import type { PostAnswer } from './post.ts'
import { markWords, type Marks } from './slack.ts'
import type { Verdict } from './verdict.ts'

export const PAGERDUTY_URL = 'https://events.pagerduty.com'

const MAX_SUMMARY = 1024
const MAX_DETAIL = 2000

export interface PagerDutyEvent {
  readonly routing_key: string
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve'
  readonly dedup_key: string
  readonly client?: string
  readonly client_url?: string
  readonly payload?: {
    readonly summary: string
    readonly source: string
    readonly severity: 'critical' | 'error' | 'warning' | 'info'
    readonly timestamp: string
    readonly component?: string
    readonly group: string
    readonly class: string
    readonly custom_details: Readonly<Record<string, string>>
  }
}

const ACTIONS: Readonly<Partial<Record<NoticeEvent, PagerDutyEvent['event_action']>>> = {
  acknowledged: 'acknowledge',
  recovered: 'resolve',
}

export function pagerdutyEvent(notice: Notice, routingKey: string, marks: Marks): PagerDutyEvent {
  const action = ACTIONS[notice.event] ?? 'trigger'
  const key = {
    routing_key: routingKey,
    event_action: action,
    dedup_key: cut(notice.dedupKey ?? `mts/${notice.event}/${notice.atMs}`, 255),
  }
  // Acknowledge and resolve need the key only; a second trigger under it makes no second incident.
  if (action !== 'trigger') return key
  const words = markWords(notice, marks)
  return {
    ...key,
    client: 'mts',
    client_url: notice.service,
    payload: {
      summary: cut(plain(notice.title), MAX_SUMMARY),
      source: cut(notice.service, MAX_SUMMARY),
      severity: notice.severity,
      timestamp: isoSeoul(notice.sinceMs ?? notice.atMs),
      ...(notice.check === undefined ? {} : { component: notice.check }),
      group: 'mini-today-sales',
      class: notice.event,
      custom_details: {
        evidence: cut(notice.evidence.map((line) => plain(line)).join('\n'), MAX_DETAIL),
        next: cut(notice.commands.map((line) => plain(line)).join('\n'), MAX_DETAIL),
        ...(notice.incident === undefined ? {} : { incident: notice.incident }),
        ...(words.length === 0 ? {} : { mark: words.join(', ') }),
      },
    },
  }
}

function plain(words: string): string {
  return maskSensitive(stripControls(words))
}

/** 202 is accepted (not "paged"). 400 is of no use to repeat; 429, 5xx and a lost answer are. */
export function judgePagerduty(answer: PostAnswer): Verdict {
  if (answer.kind === 'lost')
    return { kind: 'again', problem: answer.reason, maybeSent: answer.sent }
  const { httpStatus, retryAfterMs } = answer
  if (httpStatus === 202) return { kind: 'sent' }
  const problem = `HTTP ${httpStatus}`
  if (httpStatus === 429 || httpStatus >= 500) {
    return {
      kind: 'again',
      problem,
      maybeSent: false,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  }
  return { kind: 'failed', problem }
}
