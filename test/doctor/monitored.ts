/** Prometheus and Alertmanager with given rules and routes, scraping one demo service. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { renderMonitoring } from '../../src/monitoring/render.ts'
import { planOf } from '../monitoring/plans.ts'
import { eventually, startAlertmanager, startPrometheus } from '../monitoring/real-servers.ts'
import type { Binaries, Running } from '../monitoring/real-servers.ts'

export interface Monitored {
  readonly prometheus: Running
  readonly alertmanager: Running
}

export async function stopMonitored(monitored: Monitored | undefined): Promise<void> {
  await Promise.all([monitored?.prometheus.stop(), monitored?.alertmanager.stop()])
}

export async function monitorAsRendered(
  binaries: Binaries,
  directory: string,
  url: string,
): Promise<Monitored> {
  const secrets = join(directory, 'secrets')
  mkdirSync(secrets)
  writeFileSync(join(secrets, 'slack-webhook-url'), 'http://127.0.0.1:1/slack')
  writeFileSync(join(secrets, 'pagerduty-routing-key'), 'key')
  const files = renderMonitoring(planOf({ secretsDir: secrets }, { url }))
  const content = (end: string): string =>
    files.find(({ path }) => path.endsWith(end))?.content ?? ''
  return monitor(
    binaries,
    join(directory, 'ours'),
    url,
    content('-rules.yml'),
    content('alertmanager.yml'),
  )
}

export async function monitor(
  binaries: Binaries,
  place: string,
  url: string,
  rules: string,
  alertmanagerConfig: string,
): Promise<Monitored> {
  mkdirSync(place)
  writeFileSync(join(place, 'rules.yml'), rules)
  writeFileSync(join(place, 'alertmanager.yml'), alertmanagerConfig)
  const alertmanager = await startAlertmanager(binaries, place, join(place, 'alertmanager.yml'))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [
      {
        job_name: 'mini-today-sales',
        metrics_path: '/actuator/prometheus',
        static_configs: [{ targets: [new URL(url).host] }],
      },
    ],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }],
    },
  }
  writeFileSync(join(place, 'prometheus.yml'), stringify(config))
  const prometheus = await startPrometheus(binaries, place, join(place, 'prometheus.yml'))
  // Until it has scraped and evaluated: before that, nobody could say which series there are.
  await eventually(
    async () => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=scrape_samples_scraped>0`)
      return (await response.text()).includes('mini-today-sales')
    },
    10_000,
    () => 'Prometheus has not scraped',
  )
  return { prometheus, alertmanager }
}
