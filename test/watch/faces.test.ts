import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWatchScreen } from '../../src/cli/watch-screen.ts'
import { text } from '../../src/core/text.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { screenText } from '../../src/render/output.ts'
import { PLAIN } from '../../src/render/paint.ts'
import type { View } from '../../src/render/view.ts'
import {
  renderWatchEvent,
  renderWatchPicture,
  renderWatchRequest,
  type WatchPicture,
} from '../../src/render/watch.ts'
import { NEW_WATCH } from '../../src/watch/state.ts'
import { advanceWatch } from '../../src/watch/advance.ts'
import { POLICY, URL, at, checkOf } from './simulation.ts'

const VIEW: View = { lang: 'ko', width: 80, paint: PLAIN, nowMs: at('09:00') }

function pictureOf(reason = '응답 없음'): WatchPicture {
  const checks = [
    { ...checkOf('redis', 1, 'critical'), reason: text(reason, reason) },
    checkOf('database', 1, 'ok'),
    checkOf('service', 1, 'ok'),
  ]
  const round = { atMs: at('08:48'), service: URL, checks, commandLine: () => 'mts' }
  const { state } = advanceWatch(NEW_WATCH, round, POLICY)
  const { incidents } = state
  return { url: URL, atMs: at('09:00'), checks, incidents, nextAtMs: at('09:01'), pending: 2 }
}

describe('the picture of a watch', () => {
  it('shows trouble first, for how long, and when it looks again', () => {
    expect(renderWatchPicture(pictureOf(), VIEW).split('\n')).toEqual([
      '감시 중  http://service.test:8080                         11월 24일(화) 09:00:00',
      '위험      redis       응답 없음 · 12분째 · W20261124-01',
      '정상      database · service',
      '다음 09:01:00 · 알림 대기 2건 · Ctrl-C 종료',
    ])
  })

  it('is never wider than 80 cells, whatever a server says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (reason) => {
        const shown = screenText(renderWatchPicture(pictureOf(reason), VIEW), false)
        for (const line of shown.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a line', () => {
  it('says when, what, and who is told', () => {
    const event = {
      kind: 'WatchEvent',
      event: 'opened',
      at: '2026-11-24T02:55:04+09:00',
      severity: 'critical',
      message: text('[위험] redis 응답 없음', '[CRITICAL] redis hangs'),
    } as const
    expect(renderWatchEvent({ ...event, channels: ['slack', 'pagerduty'] }, VIEW)).toBe(
      '02:55:04  [위험] redis 응답 없음 → Slack, PagerDuty',
    )
    expect(renderWatchEvent({ ...event, channels: [], muted: 'maintenance' }, VIEW)).toBe(
      '02:55:04  [위험] redis 응답 없음 · 점검 중',
    )
  })
})

describe('the screen', () => {
  it('keeps lines and draws the picture over itself', () => {
    let written = ''
    const screen = createWatchScreen({
      write: (words) => {
        written += words
      },
      isTTY: true,
      columns: 80,
    })
    screen.draw('하나\n둘')
    screen.print('줄')
    screen.draw('셋')
    screen.draw('')
    expect(written).toBe(
      '하나\r\n둘\r\n' +
        '\u001B[2A\r\u001B[J줄\r\n하나\r\n둘\r\n' +
        '\u001B[2A\r\u001B[J셋\r\n' +
        '\u001B[1A\r\u001B[J',
    )
  })
})

describe('what is asked of a watch', () => {
  const asked = (until: string, request: 'ack' | 'maintenance' = 'maintenance'): string =>
    renderWatchRequest(
      {
        kind: 'WatchRequest',
        request,
        url: 'http://a',
        by: '김운영',
        reason: 'DB 교체',
        at: '2026-11-24T09:48:00+09:00',
        until,
        ...(request === 'ack' ? { check: 'settlement', incidents: ['W20261124-01'] } : {}),
      },
      VIEW,
    ).split('\n')[request === 'ack' ? 1 : 0] ?? ''

  it('says until when, with the day where it is another one, and that it ends', () => {
    expect(asked('2026-11-24T11:48:00+09:00')).toBe(
      '점검 접수: 11:48까지 측정만 하고 보내지 않습니다',
    )
    expect(asked('2026-11-26T09:48:00+09:00')).toContain('11/26 09:48까지')
    expect(asked('2026-11-24T09:48:00+09:00')).toBe('점검 종료 접수: 알림을 다시 보냅니다')
    expect(asked('2026-11-25T01:48:00+09:00', 'ack')).toContain('11/25 01:48까지')
  })
})
