import { describe, expect, it } from 'vitest'
import type { NewSilence } from '../../src/core/monitoring.ts'
import { parseAlertmanagerConfig } from '../../src/telemetry/alertmanager-config.ts'
import { alertmanagerOf, json, replay, serve } from './servers.ts'

const SILENCE: NewSilence = {
  matchers: [
    { name: 'alertname', operator: '=', value: 'NoSalesDetected' },
    { name: 'instance', operator: '!~', value: '10\\..*' },
  ],
  startsAtMs: Date.parse('2026-11-23T18:12:23Z'),
  endsAtMs: Date.parse('2026-11-23T18:22:23Z'),
  createdBy: 'operator',
  comment: 'closed for a holiday',
}

describe('the client of Alertmanager, against what was recorded of 0.25', () => {
  it('reads its alerts, with who gets them and what hides them', async () => {
    const { url } = await replay('prometheus-service-down')
    const read = await (await alertmanagerOf(url)).alerts()
    expect(read.kind === 'ok' && read.value).toMatchObject([
      {
        labels: { alertname: 'ServiceDown' },
        state: 'active',
        silencedBy: [],
        inhibitedBy: [],
        receivers: ['none'],
        startsAtMs: Date.parse('2026-11-23T18:12:33.561Z'),
      },
      { labels: { alertname: 'NoSalesDetected' } },
    ])
  })

  it('reads its silences and its status, routes and receivers included', async () => {
    const { url } = await replay('prometheus-healthy')
    const client = await alertmanagerOf(url)
    const silences = await client.silences()
    expect(silences.kind === 'ok' && silences.value).toMatchObject([
      {
        id: '49af3a72-40ca-4ab8-9b7c-230a22a9feda',
        state: 'active',
        matchers: [{ name: 'alertname', operator: '=', value: 'NoSalesDetected' }],
        comment: 'store closed for a holiday',
      },
    ])
    const status = await client.status()
    expect(status.kind === 'ok' && status.value).toMatchObject({
      version: '0.25.0',
      cluster: 'disabled',
      config: {
        route: { receiver: 'none', routes: [] },
        receivers: [{ name: 'none', integrations: [] }],
      },
    })
  })

  it('makes and ends a silence', async () => {
    const { url } = await replay('prometheus-healthy')
    const client = await alertmanagerOf(url)
    expect(await client.createSilence(SILENCE)).toMatchObject({
      kind: 'done',
      silenceId: '49af3a72-40ca-4ab8-9b7c-230a22a9feda',
    })
    expect(await client.expireSilence('49af3a72-40ca-4ab8-9b7c-230a22a9feda')).toMatchObject({
      kind: 'done',
    })
    expect(await client.expireSilence('00000000-0000-0000-0000-000000000000')).toEqual({
      kind: 'refused',
      httpStatus: 500,
      message: 'silence not found',
    })
  })
})

describe('a request that changes a silence', () => {
  it('carries the matchers as the API wants them', async () => {
    const server = await serve((_asked, response) => json(response, 200, { silenceID: 'abc' }))
    await (await alertmanagerOf(server.url)).createSilence(SILENCE)
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
      matchers: [
        { name: 'alertname', value: 'NoSalesDetected', isRegex: false, isEqual: true },
        { name: 'instance', value: '10\\..*', isRegex: true, isEqual: false },
      ],
      startsAt: '2026-11-23T18:12:23.000Z',
      endsAt: '2026-11-23T18:22:23.000Z',
      createdBy: 'operator',
      comment: 'closed for a holiday',
    })
  })

  it('is sent once, whatever comes back, and a lost answer is called lost', async () => {
    const server = await serve((_asked, response) => {
      response.socket?.destroy()
    })
    const result = await (await alertmanagerOf(server.url)).createSilence(SILENCE)
    expect(result.kind).toBe('lost')
    expect(server.asked).toHaveLength(1)
  })

  it('is lost when a proxy answers, refused only by the words of Alertmanager', async () => {
    for (const [status, type, body, kind] of [
      [502, 'text/html', '<html>', 'lost'],
      [504, 'application/json', '"upstream"', 'lost'],
      [200, 'text/html', '<html>', 'lost'],
      [200, 'application/json', '{}', 'lost'],
      [400, 'application/json', '"bad matcher"', 'refused'],
      [422, 'application/json', '{"code":612,"message":"matchers in body"}', 'refused'],
      [404, '', '', 'refused'],
      [403, 'text/html', 'no', 'refused'],
    ] as const) {
      const { url } = await serve((_asked, response) => {
        response.writeHead(status, type === '' ? {} : { 'content-type': type })
        response.end(body)
      })
      const result = await (await alertmanagerOf(url)).createSilence(SILENCE)
      expect([status, type, result.kind]).toEqual([status, type, kind])
    }
  })

  it('that never left says so', async () => {
    const result = await (await alertmanagerOf('http://127.0.0.1:1')).createSilence(SILENCE)
    expect(result).toMatchObject({ kind: 'not_sent', failure: { kind: 'unreachable' } })
  })
})

describe("Alertmanager's configuration", () => {
  it('is read in its old words and its new ones, and the old ones are named', () => {
    const config = parseAlertmanagerConfig(`
route:
  receiver: slack
  group_by: [alertname]
  routes:
    - match: { severity: critical }
      match_re: { team: "back.*" }
      receiver: pagerduty
      continue: true
    - matchers: ['severity="warning"', '{ team=~"a|b", job!="x,y" }']
receivers:
  - name: slack
    slack_configs: [{ api_url: <secret> }]
  - name: pagerduty
    pagerduty_configs: [{ service_key: <secret> }]
  - name: nobody
inhibit_rules:
  - source_match: { alertname: ServiceDown }
    target_matchers: ['severity="warning"']
    equal: [instance]
`)
    expect(config).toMatchObject({
      route: {
        receiver: 'slack',
        routes: [
          {
            receiver: 'pagerduty',
            continues: true,
            matchers: [
              { name: 'severity', operator: '=', value: 'critical' },
              { name: 'team', operator: '=~', value: 'back.*' },
            ],
          },
          {
            matchers: [
              { name: 'severity', operator: '=', value: 'warning' },
              { name: 'team', operator: '=~', value: 'a|b' },
              { name: 'job', operator: '!=', value: 'x,y' },
            ],
          },
        ],
      },
      receivers: [
        { name: 'slack', integrations: ['slack'] },
        { name: 'pagerduty', integrations: ['pagerduty'] },
        { name: 'nobody', integrations: [] },
      ],
      inhibitRules: [{ source: [{ value: 'ServiceDown' }], equal: ['instance'] }],
      deprecated: ['match', 'match_re', 'service_key', 'source_match'],
      unreadable: [],
    })
  })

  it('that cannot be read is not taken for an empty one', () => {
    expect(parseAlertmanagerConfig('route: [')).toBeUndefined()
    expect(parseAlertmanagerConfig('receivers: []')).toBeUndefined()
    expect(parseAlertmanagerConfig('route: { receiver: x, matchers: ["a=b=\\"c"] }')).toMatchObject(
      { unreadable: ['a=b="c'] },
    )
  })
})
