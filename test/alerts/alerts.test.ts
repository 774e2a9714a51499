import { describe, expect, it, onTestFinished } from 'vitest'
import { cellsOf } from '../../src/render/columns.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeOptions, FakeWorld } from '../support/ports.ts'
import { wallClock } from '../telemetry/servers.ts'
import { fakeAlertmanager, fakePrometheus } from './fake-alertmanager.ts'
import type { FakeAlertmanager } from './fake-alertmanager.ts'

const RULES = {
  ServiceDown: 'critical',
  DatabaseDown: 'critical',
  NoSalesDetected: 'warning',
  HighResponseTime: 'warning',
}
const NO_SALES = {
  labels: { alertname: 'NoSalesDetected', severity: 'warning', service: 'mini-today-sales' },
  annotations: { summary: '매출 없음', runbook: 'mts playbook settlement-failure' },
}
const DOWN = {
  labels: { alertname: 'ServiceDown', severity: 'critical', instance: 'app-1:8080' },
  annotations: { summary: '서비스 중단' },
}

function worldOf(
  urls: { readonly alertmanager?: string; readonly prometheus?: string },
  options: Partial<FakeOptions> = {},
): FakeWorld {
  const world = createFakeWorld({
    clock: wallClock,
    env: {
      MTS_URL: 'http://127.0.0.1:9',
      ...(urls.alertmanager === undefined ? {} : { MTS_ALERTMANAGER_URL: urls.alertmanager }),
      ...(urls.prometheus === undefined ? {} : { MTS_PROMETHEUS_URL: urls.prometheus }),
    },
    ...options,
  })
  onTestFinished(() => world.dispose())
  return world
}

describe('mts alerts', () => {
  it('shows what fires, waits and is silenced, worst first, each with its playbook', async () => {
    const alertmanager = await fakeAlertmanager([NO_SALES, DOWN])
    alertmanager.silences.push({
      id: 'abc',
      matchers: [{ name: 'alertname', value: 'NoSalesDetected', isRegex: false, isEqual: true }],
      startsAt: '2026-11-24T08:00:00Z',
      endsAt: '2026-11-25T08:00:00Z',
      createdBy: 'kim',
      comment: 'holiday',
      status: { state: 'active' },
    })
    const prometheus = await fakePrometheus(RULES, [
      { labels: DOWN.labels, state: 'firing' },
      { labels: { alertname: 'HighResponseTime', severity: 'warning' }, state: 'pending' },
    ])
    const world = worldOf({ alertmanager: alertmanager.url, prometheus: prometheus.url })
    const { code, json } = await world.mts('alerts', '-o', 'json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      kind: 'AlertList',
      items: [
        { alertname: 'ServiceDown', state: 'firing', receivers: ['pagerduty'] },
        { alertname: 'HighResponseTime', state: 'pending', since: '2026-11-24T08:50:00+09:00' },
        {
          alertname: 'NoSalesDetected',
          state: 'silenced',
          silencedBy: ['abc'],
          playbook: 'settlement-failure',
        },
      ],
      unseen: [],
    })
    const table = await world.mts('alerts')
    expect(table.stdout).toContain('발생      ServiceDown · app-1:8080')
    for (const line of table.stdout.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
  })

  it('says which source it could not read, and ends with 69 when there is none left', async () => {
    const alertmanager = await fakeAlertmanager([DOWN])
    const partly = worldOf({ alertmanager: alertmanager.url, prometheus: 'http://127.0.0.1:9' })
    const seen = await partly.mts('alerts', '-o', 'json')
    expect(seen.code).toBe(0)
    expect(seen.json()).toMatchObject({
      items: [{ alertname: 'ServiceDown' }],
      unseen: [{ source: 'Prometheus' }],
    })
    const none = worldOf({ alertmanager: 'http://127.0.0.1:9' })
    expect((await none.mts('alerts')).code).toBe(69)
    expect((await worldOf({}).mts('alerts')).code).toBe(78)
  })
})

describe('mts alerts silence', () => {
  const silenceNoSales = ['alerts', 'silence', 'alertname=NoSalesDetected', '--for', '2h'] as const
  const withReason = [...silenceNoSales, '--reason', '휴무'] as const

  async function place(options: Partial<FakeOptions> = {}): Promise<{
    readonly alertmanager: FakeAlertmanager
    readonly world: FakeWorld
  }> {
    const alertmanager = await fakeAlertmanager([NO_SALES, DOWN])
    const prometheus = await fakePrometheus(RULES)
    const urls = { alertmanager: alertmanager.url, prometheus: prometheus.url }
    return { alertmanager, world: worldOf(urls, options) }
  }

  it('without a terminal changes nothing, previews what it would hide, and prints the digest', async () => {
    const { alertmanager, world } = await place()
    const asked = await world.mts(...withReason, '-o', 'json')
    expect(asked.code).toBe(4)
    expect(asked.json()).toMatchObject({
      kind: 'SilenceAction',
      outcome: 'confirmation_required',
      hides: [{ alertname: 'NoSalesDetected' }],
      couldHide: ['NoSalesDetected'],
      rerun: expect.stringContaining('--confirm'),
    })
    expect(alertmanager.posts()).toBe(0)

    const confirm = asked.json()['confirm'] as string
    const done = await world.mts(...withReason, '--confirm', confirm, '-o', 'json')
    expect(done.code).toBe(0)
    expect(done.json()).toMatchObject({ outcome: 'succeeded', silenceId: expect.any(String) })
    expect(alertmanager.silences).toMatchObject([
      {
        matchers: [{ name: 'alertname', value: 'NoSalesDetected', isRegex: false, isEqual: true }],
        createdBy: 'tester',
        comment: expect.stringMatching(/^휴무 \[mts \d{8}-\d\d\]$/),
      },
    ])
    const [silence] = alertmanager.silences
    const lasts = Date.parse(silence?.endsAt ?? '') - Date.parse(silence?.startsAt ?? '')
    expect(lasts).toBe(2 * 3_600_000)

    // A digest is good once.
    const again = await world.mts(...withReason, '--confirm', confirm, '-o', 'json')
    expect(again.code).toBe(4)
    expect(alertmanager.posts()).toBe(1)
  })

  it('does nothing with a digest when more would be hidden than was seen', async () => {
    const { alertmanager, world } = await place()
    const asked = await world.mts(...withReason, '-o', 'json')
    alertmanager.alerts.push({
      labels: { ...NO_SALES.labels, instance: 'app-2:8080' },
    })
    const confirm = asked.json()['confirm'] as string
    const late = await world.mts(...withReason, '--confirm', confirm, '-o', 'json')
    expect(late.code).toBe(4)
    expect(late.json()).toMatchObject({ reasons: [{ code: 'EVIDENCE_CHANGED' }] })
    expect(alertmanager.posts()).toBe(0)
  })

  it('on a terminal shows the preview and wants the name typed', async () => {
    const { alertmanager, world } = await place({ answers: ['no', 'NoSalesDetected'] })
    const declined = await world.mts(...withReason)
    expect(declined.code).toBe(5)
    expect(alertmanager.posts()).toBe(0)
    const done = await world.mts(...withReason)
    expect(done.code).toBe(0)
    expect(world.asked[1]?.shown).toContain('지금 가림')
    expect(world.asked[1]?.shown).toContain('NoSalesDetected')
    expect(alertmanager.posts()).toBe(1)
  })

  it('refuses a matcher that hides everything, or ServiceDown without its name', async () => {
    const { alertmanager, world } = await place()
    const refused: Readonly<Record<string, string>> = {
      'alertname=~".+"': 'SILENCE_TOO_WIDE',
      'alertname!="Nothing"': 'SILENCE_TOO_WIDE',
      'severity=~"critical|warning"': 'SILENCE_TOO_WIDE',
      // What no alert has is empty, and an empty label fits these.
      'region=""': 'SILENCE_TOO_WIDE',
      'region=~".*"': 'SILENCE_TOO_WIDE',
      'region=~"|seoul"': 'SILENCE_TOO_WIDE',
      'region!~"seoul"': 'SILENCE_TOO_WIDE',
      'severity!="info"': 'SILENCE_TOO_WIDE',
      'severity="critical"': 'HIDES_SERVICE_DOWN',
      'instance="app-1:8080"': 'HIDES_SERVICE_DOWN',
      'alertname=~"Service.*"': 'HIDES_SERVICE_DOWN',
    }
    for (const [matcher, reason] of Object.entries(refused)) {
      const { code, json } = await world.mts(
        'alerts',
        'silence',
        matcher,
        '--for',
        '1h',
        '--reason',
        'x',
        '-o',
        'json',
      )
      const codes = (json()['reasons'] as { code: string }[]).map((one) => one.code)
      expect([matcher, code, codes]).toEqual([matcher, 5, expect.arrayContaining([reason])])
    }
    expect(alertmanager.posts()).toBe(0)
    const named = await world.mts(
      'alerts',
      'silence',
      'alertname=ServiceDown',
      '--for',
      '1h',
      '--reason',
      'deploy',
      '-o',
      'json',
    )
    expect(named.code).toBe(4)
  })

  it('demands an end within a day and a reason', async () => {
    const { world } = await place()
    expect((await world.mts('alerts', 'silence', 'X', '--reason', 'r')).code).toBe(64)
    expect((await world.mts('alerts', 'silence', 'X', '--for', '25h', '--reason', 'r')).code).toBe(
      64,
    )
    expect((await world.mts('alerts', 'silence', 'X', '--for', '1h')).code).toBe(64)
    expect(
      (await world.mts('alerts', 'silence', 'a==b', '--for', '1h', '--reason', 'r')).code,
    ).toBe(64)
  })

  it('takes names in any script, bare or as a matcher, and prints them so that they can be typed', async () => {
    const { alertmanager, world } = await place()
    const given = ['매출없음', '"매장"="강남 1호"']
    const words = ['alerts', 'silence', ...given, '--for', '1h', '--reason', '점검', '-o', 'json']
    const asked = (await world.mts(...words)).json()
    expect(asked['matchers']).toEqual(['alertname="매출없음"', '"매장"="강남 1호"'])
    const done = await world.mts(...words, '--confirm', asked['confirm'] as string)
    expect(done.code).toBe(0)
    expect(alertmanager.silences[0]?.matchers).toMatchObject([
      { name: 'alertname', value: '매출없음' },
      { name: '매장', value: '강남 1호' },
    ])
  })

  it('refuses where the alerts cannot be seen: nobody can say what it would hide', async () => {
    const world = worldOf({ alertmanager: 'http://127.0.0.1:9' })
    const { code, json } = await world.mts(...withReason, '-o', 'json')
    expect(code).toBe(5)
    // Not seen is not none.
    expect(json()).toMatchObject({ reasons: [{ code: 'ALERTS_UNKNOWN' }], hides: null })
    const ending = ['alerts', 'silence', '--remove', 'abc'] as const
    expect((await world.mts(...ending, '-o', 'json')).json()).toMatchObject({
      reasons: [{ code: 'ALERTS_UNKNOWN' }],
      silenceId: 'abc',
      hides: null,
    })
    expect((await world.mts(...ending)).stdout).toMatch(/^거부 +abc\n/)
  })

  async function confirmed(world: FakeWorld) {
    const asked = await world.mts(...withReason, '-o', 'json')
    const confirm = asked.json()['confirm'] as string
    return world.mts(...withReason, '--confirm', confirm, '-o', 'json')
  }

  it('settles a lost answer by reading, and never sends again', async () => {
    const { alertmanager, world } = await place()
    alertmanager.posting = 'loses the answer'
    const done = await confirmed(world)
    expect(done.code).toBe(0)
    expect(done.json()).toMatchObject({ outcome: 'succeeded' })
    expect(alertmanager.posts()).toBe(1)
  })

  it('leaves unknown what was lost before it arrived, until it is certain', async () => {
    const { alertmanager, world } = await place()
    alertmanager.posting = 'loses the request'
    const lost = await confirmed(world)
    expect(lost.code).toBe(6)
    expect(lost.json()).toMatchObject({
      outcome: 'unknown',
      rerun: expect.stringContaining('run resume'),
    })
    const run = lost.json()['run'] as string
    const resumed = await world.mts('run', 'resume', run, '-o', 'json')
    expect(resumed.json()).toMatchObject({ kind: 'SilenceAction', outcome: 'unknown' })
    // Somebody looks, and finds it has come after all.
    alertmanager.silences.push({
      id: 'late',
      matchers: [],
      startsAt: '2026-11-24T00:00:00Z',
      endsAt: '2026-11-25T00:00:00Z',
      createdBy: 'tester',
      comment: `휴무 [mts ${run}]`,
      status: { state: 'active' },
    })
    const settled = await world.mts('run', 'resume', run, '-o', 'json')
    expect(settled.code).toBe(0)
    expect(settled.json()).toMatchObject({ outcome: 'succeeded', silenceId: 'late' })
    expect(alertmanager.posts()).toBe(1)
  })

  it('tells what Alertmanager refused', async () => {
    const { alertmanager, world } = await place()
    alertmanager.posting = 'refuses'
    const done = await confirmed(world)
    expect(done.code).toBe(1)
    expect(done.json()).toMatchObject({
      outcome: 'failed',
      reasons: [{ code: 'ALERTMANAGER_REFUSED', message: expect.stringContaining('bad matcher') }],
    })
  })

  it('lists and ends silences, each end approved', async () => {
    const { alertmanager, world } = await place()
    await confirmed(world)
    const id = alertmanager.silences[0]?.id ?? ''
    const listed = await world.mts('alerts', 'silence', '-o', 'json')
    expect(listed.json()).toMatchObject({
      kind: 'SilenceList',
      items: [{ id, matchers: ['alertname="NoSalesDetected"'], createdBy: 'tester' }],
    })
    const asked = await world.mts('alerts', 'silence', '--remove', id, '-o', 'json')
    expect(asked.code).toBe(4)
    expect(asked.json()).toMatchObject({ hides: [{ alertname: 'NoSalesDetected' }] })
    const confirm = asked.json()['confirm'] as string
    const ended = await world.mts('alerts', 'silence', '--remove', id, '--confirm', confirm)
    expect(ended.code).toBe(0)
    expect(alertmanager.silences[0]?.status.state).toBe('expired')
    const gone = await world.mts('alerts', 'silence', '--remove', id, '-o', 'json')
    expect(gone.code).toBe(5)
    expect(gone.json()).toMatchObject({ reasons: [{ code: 'ALREADY_EXPIRED' }] })
  })
})
