import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Notice } from '../../src/core/notice.ts'
import { judgePagerduty, pagerdutyEvent } from '../../src/notify/pagerduty.ts'
import { parseRetryAfter } from '../../src/notify/retry-after.ts'
import { createSenders } from '../../src/notify/senders.ts'
import { judgeSlack, slackMessage } from '../../src/notify/slack.ts'

const AT_MS = Date.parse('2026-11-24T02:55:00+09:00')
const MARKS = { sentAtMs: AT_MS, maybeDuplicate: false }
const KEY = 'k'.repeat(32)

const NOTICE: Notice = {
  event: 'opened',
  severity: 'critical',
  title: '[위험] settlement 어제(11/23) 정산 FAILED',
  evidence: ['매출 3건 60,000원 연결됨', '시작 02:30 · W20261124-01'],
  commands: ['mts playbook settlement-failure --url http://localhost:8080'],
  service: 'http://localhost:8080',
  atMs: AT_MS,
  sinceMs: AT_MS - 60_000,
  check: 'settlement',
  incident: 'W20261124-01',
  dedupKey: 'mts/localhost:8080/settlement-failure/W20261124-01',
}

/** Anything a server may have put into the words, the longest included. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('&', '<', '가', '😀', 'a'), minLength: 4000, maxLength: 5000 }),
)
const notices = fc.record({
  title: words,
  evidence: fc.array(words, { maxLength: 5 }),
  commands: fc.array(words, { maxLength: 3 }),
})

describe('a message to Slack', () => {
  it('says what, since when, on what evidence, and with which command to go on', () => {
    const message = slackMessage(NOTICE, MARKS)
    expect(message.text).toBe(NOTICE.title)
    expect(message.blocks.map(({ type }) => type)).toEqual([
      'header',
      'section',
      'section',
      'context',
    ])
    expect(message.blocks[1]?.text).toEqual({
      type: 'plain_text',
      text: '매출 3건 60,000원 연결됨\n시작 02:30 · W20261124-01',
      emoji: false,
    })
    expect(message.blocks[2]?.text?.text).toBe(
      '```mts playbook settlement-failure --url http://localhost:8080```',
    )
  })

  it('stays within the limits, and mentions nobody, whatever the words', () => {
    fc.assert(
      fc.property(notices, (given) => {
        const message = slackMessage({ ...NOTICE, ...given }, MARKS)
        expect(message.blocks.length).toBeLessThanOrEqual(50)
        for (const { type, text, elements } of message.blocks) {
          const limit = type === 'header' ? 150 : 3000
          for (const each of [text, ...(elements ?? [])]) {
            if (each === undefined) continue
            expect(each.text.length).toBeLessThanOrEqual(limit)
            expect(each.text.length).toBeGreaterThan(type === 'header' ? -1 : 0)
            expect(each.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
          }
        }
        expect(message.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      }),
      { numRuns: 60 },
    )
  })

  it('marks what may have arrived before, and what leaves late', () => {
    const late = slackMessage(NOTICE, { sentAtMs: AT_MS + 3_600_000, maybeDuplicate: true })
    expect(late.text).toContain('(중복 발송일 수 있음)')
    expect(late.text).toContain('(늦게 발송됨)')
  })

  it('carries no secret and no telephone number that came with the evidence', () => {
    const evidence = ['token=abc123', 'https://hooks.slack.com/services/T/B/xyz', '010-1234-5678']
    const whole = JSON.stringify(slackMessage({ ...NOTICE, evidence }, MARKS))
    expect(whole).not.toMatch(/abc123|xyz|1234-5678/)
  })

  it.each([
    [200, 'ok', 'sent'],
    [200, '<html>', 'failed'],
    [302, '', 'failed'],
    [400, 'invalid_payload', 'failed'],
    [403, 'action_prohibited', 'failed'],
    [404, 'channel_not_found', 'failed'],
    [410, 'channel_is_archived', 'failed'],
    [429, '', 'again'],
    [500, 'rollup_error', 'again'],
    [503, '', 'again'],
  ])('%i %s: %s', (httpStatus, body, kind) => {
    expect(judgeSlack({ kind: 'answered', httpStatus, body }).kind).toBe(kind)
  })
})

describe('an event to PagerDuty', () => {
  it('triggers, acknowledges and resolves under one key', () => {
    const events = (['opened', 'acknowledged', 'recovered'] as const).map((event) =>
      pagerdutyEvent({ ...NOTICE, event }, KEY, MARKS),
    )
    expect(events.map(({ event_action }) => event_action)).toEqual([
      'trigger',
      'acknowledge',
      'resolve',
    ])
    expect(new Set(events.map(({ dedup_key }) => dedup_key)).size).toBe(1)
    expect(events[0]?.payload).toMatchObject({
      severity: 'critical',
      timestamp: '2026-11-24T02:54:00+09:00',
      component: 'settlement',
      custom_details: { incident: 'W20261124-01' },
    })
  })

  it('stays within the limits, whatever the words', () => {
    fc.assert(
      fc.property(notices, fc.string({ maxLength: 600 }), (given, dedupKey) => {
        const event = pagerdutyEvent({ ...NOTICE, ...given, dedupKey }, KEY, MARKS)
        expect(event.dedup_key.length).toBeLessThanOrEqual(255)
        expect(event.payload?.summary.length).toBeLessThanOrEqual(1024)
        expect(JSON.stringify(event).length).toBeLessThan(512 * 1024)
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    [202, 'sent'],
    [200, 'failed'],
    [400, 'failed'],
    [429, 'again'],
    [500, 'again'],
  ])('%i: %s', (httpStatus, kind) => {
    expect(judgePagerduty({ kind: 'answered', httpStatus, body: '' }).kind).toBe(kind)
  })

  it('waits 30 seconds three times, then longer, and never gives up', () => {
    const [sender] = createSenders({ pagerdutyKey: KEY }, () => Promise.reject(new Error('unused')))
    expect([1, 2, 3, 4, 5, 50].map((attempt) => sender?.retryMs(attempt))).toEqual([
      30_000, 30_000, 30_000, 60_000, 120_000, 300_000,
    ])
  })
})

describe('Retry-After', () => {
  it('is seconds or a date, never negative and never endless', () => {
    const nowMs = Date.parse('2026-11-24T00:00:00Z')
    expect(parseRetryAfter('30', nowMs)).toBe(30_000)
    expect(parseRetryAfter('Tue, 24 Nov 2026 00:00:10 GMT', nowMs)).toBe(10_000)
    expect(parseRetryAfter('Tue, 24 Nov 2020 00:00:10 GMT', nowMs)).toBe(0)
    expect(parseRetryAfter('999999999', nowMs)).toBe(3_600_000)
    expect(parseRetryAfter('soon', nowMs)).toBeUndefined()
    expect(parseRetryAfter(undefined, nowMs)).toBeUndefined()
  })
})

describe('the address of a receiver', () => {
  const never = (): never => {
    throw new Error('unused')
  }
  it.each(['http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]/x', 'https://a.example/x'])(
    '%s is taken',
    (slackUrl) => {
      expect(createSenders({ slackUrl }, never)).toHaveLength(1)
    },
  )
  it.each(['http://a.example/x', 'http://127.0.0.1.a.example/x', 'http://10.0.0.1/x'])(
    '%s is refused: a secret would go over the wire in the clear',
    (slackUrl) => {
      expect(() => createSenders({ slackUrl }, never)).toThrow(
        expect.objectContaining({ exitCode: 78 }) as Error,
      )
    },
  )
})
