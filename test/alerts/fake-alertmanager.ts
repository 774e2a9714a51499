/** A stateful Alertmanager and a Prometheus beside it, as far as alerts and silences need them. */
import { json, serve } from '../telemetry/servers.ts'
import type { TestServer } from '../telemetry/servers.ts'

interface Matcher {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  readonly isEqual: boolean
}

interface StoredSilence {
  readonly id: string
  readonly matchers: readonly Matcher[]
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
  status: { state: string }
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface FakeAlertmanager {
  readonly url: string
  readonly server: TestServer
  readonly silences: StoredSilence[]
  alerts: FiringAlert[]
  /** What happens to a POST: it works, it works and the answer is lost, it is lost before. */
  posting: 'works' | 'loses the answer' | 'loses the request' | 'refuses'
  readonly posts: () => number
}

export async function fakeAlertmanager(alerts: readonly FiringAlert[]): Promise<FakeAlertmanager> {
  const fake: Omit<FakeAlertmanager, 'url' | 'server' | 'posts'> = {
    silences: [],
    alerts: [...alerts],
    posting: 'works',
  }
  const hides = (silence: StoredSilence, labels: Readonly<Record<string, string>>): boolean =>
    silence.status.state === 'active' &&
    silence.matchers.every(({ name, value, isRegex, isEqual }) => {
      const found = labels[name] ?? ''
      return (isRegex ? new RegExp(`^(?:${value})$`).test(found) : found === value) === isEqual
    })
  const server = await serve((asked, response) => {
    const path = asked.path.split('?')[0] ?? ''
    if (path === '/api/v2/alerts') {
      json(
        response,
        200,
        fake.alerts.map(({ labels, annotations }, index) => {
          const silencedBy = fake.silences.filter((one) => hides(one, labels)).map(({ id }) => id)
          return {
            fingerprint: String(index),
            labels,
            annotations: annotations ?? {},
            startsAt: '2026-11-24T08:30:00+09:00',
            status: {
              state: silencedBy.length > 0 ? 'suppressed' : 'active',
              silencedBy,
              inhibitedBy: [],
            },
            receivers: [{ name: labels['severity'] === 'critical' ? 'pagerduty' : 'slack' }],
          }
        }),
      )
    } else if (path === '/api/v2/silences' && asked.method === 'GET') {
      json(response, 200, fake.silences)
    } else if (path === '/api/v2/silences') {
      if (fake.posting === 'loses the request') {
        response.socket?.destroy()
        return
      }
      if (fake.posting === 'refuses') {
        json(response, 400, '"bad matcher"')
        return
      }
      const id = `5117e4ce-0000-4000-8000-${String(fake.silences.length).padStart(12, '0')}`
      const sent = JSON.parse(asked.body) as Omit<StoredSilence, 'id' | 'status'>
      fake.silences.push({ ...sent, id, status: { state: 'active' } })
      if (fake.posting === 'loses the answer') response.socket?.destroy()
      else json(response, 200, { silenceID: id })
    } else if (asked.method === 'DELETE') {
      const found = fake.silences.find(({ id }) => path.endsWith(id))
      if (found === undefined) json(response, 500, '"silence not found"')
      else {
        found.status = { state: 'expired' }
        response.writeHead(200)
        response.end()
      }
    } else {
      response.writeHead(404)
      response.end()
    }
  })
  return Object.assign(fake, {
    url: server.url,
    server,
    posts: () => server.asked.filter(({ method }) => method === 'POST').length,
  })
}

/** Alerting rules by name and severity, and the alerts Prometheus itself knows. */
export function fakePrometheus(
  rules: Readonly<Record<string, string>>,
  alerts: readonly { labels: object; state: string }[] = [],
): Promise<TestServer> {
  return serve((asked, response) => {
    const data = asked.path.startsWith('/api/v1/rules')
      ? {
          groups: [
            {
              name: 'g',
              rules: Object.entries(rules).map(([name, severity]) => ({
                type: 'alerting',
                name,
                query: 'up == 0',
                labels: { severity },
                state: 'inactive',
              })),
            },
          ],
        }
      : {
          alerts: alerts.map((alert) => ({ ...alert, activeAt: '2026-11-24T08:50:00+09:00' })),
        }
    json(response, 200, { status: 'success', data })
  })
}
