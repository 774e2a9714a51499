/** The commented example that `mts config init` writes: every key, its default or an example, one line on what it is for. */
import type { Lang } from '../core/text.ts'
import { KEYS } from './keys.ts'
import type { Key, KeyName } from './keys.ts'

/** As the file would have it; secrets name a variable, because that is all a file may do. */
const EXAMPLES: Readonly<Record<KeyName, string | readonly string[]>> = {
  url: 'http://localhost:8080',
  token: '${MY_TOKEN}',
  user: 'operator',
  password: '${MY_PASSWORD}',
  headers: ['X-Team: settlement-ops', 'X-Api-Key: ${MY_API_KEY}'],
  caFile: '~/company-ca.pem',
  stores: "['123-45-67890']",
  openingHours: ['mon: 09:00-22:00', 'sat: 10:00-02:00', 'sun: closed'],
  holidays: "['2026-12-25']",
  payoutDeadline: "'09:30'",
  springBoot: "'2.7.18'",
  externals: ['- id: bank', '  url: https://bank.example', '  owner: 결제팀'],
  commands: ['- id: pods', '  argv: [kubectl, get, pods]', '  impact: read_only'],
  batchAt: "'02:00'",
  batchGraceMs: '30m',
  verifyAfterMs: '5s',
  noSalesMinutes: '60',
  settlementFailurePercent: '5',
  apiTimeMs: '3s',
  queueMessages: '100',
  redisMemoryBytes: '512MiB',
  heapPercent: '80',
  cpuPercent: '70',
  cpuForMs: '5m',
  diskPercent: '85',
  prometheusUrl: 'http://localhost:9090',
  prometheusToken: '${MY_PROMETHEUS_TOKEN}',
  prometheusUser: 'operator',
  prometheusPassword: '${MY_PROMETHEUS_PASSWORD}',
  prometheusHeaders: ['X-Scope-OrgID: ops'],
  alertmanagerUrl: 'http://localhost:9093',
  alertmanagerToken: '${MY_ALERTMANAGER_TOKEN}',
  alertmanagerUser: 'operator',
  alertmanagerPassword: '${MY_ALERTMANAGER_PASSWORD}',
  alertmanagerHeaders: ['X-Scope-OrgID: ops'],
  log: '/var/log/mini-today-sales/service.log',
  slackWebhookUrl: '${MY_SLACK_WEBHOOK_URL}',
  slackFinanceUrl: '${MY_SLACK_FINANCE_WEBHOOK_URL}',
  pagerdutyRoutingKey: '${MY_PAGERDUTY_ROUTING_KEY}',
  pagerdutyUrl: 'https://events.pagerduty.com',
  heartbeatUrl: '${MY_HEARTBEAT_URL}',
  notifyRoutes: ['critical: [slack, pagerduty]', 'disk: [slack]'],
  notifyRuns: 'true',
  quietHours: "'22:00-07:00'",
  notifyTimeoutMs: '10s',
  watchLevel1Ms: '1m',
  watchLevel2Ms: '5m',
  watchLevel3Ms: '30m',
  watchFailures: '2',
  watchRecoveries: '2',
  watchRemindAfterMs: '30m',
  watchNoEvidenceAfterMs: '15m',
  watchMaintenance: "['sun 03:00-05:00 DB 백업']",
  watchPrepareRuns: 'true',
  instances: '1',
  fleetInstances: [
    '- http://shop-1.example:8080',
    '- {name: shop-2, url: http://shop-2.example:8080}',
  ],
  fleetFile: './shops.json',
  fleetJob: 'mini-today-sales',
  playbookDirs: '[./playbooks]',
  journal: '~/mts-journal.db',
  lang: 'ko',
  timeoutMs: '5s',
}

const HEAD: Readonly<Record<Lang, readonly string[]>> = {
  ko: [
    '## mts 설정. 필요한 줄의 주석(#)을 지우고 고치세요. 확인: mts config check',
    '## 우선순위: 옵션 > MTS_* 환경 변수 > 프로필 > 이 파일 > 기본값',
    '## 비밀값은 여기에 적지 마세요. 환경 변수나 MTS_..._FILE(chmod 600)을 쓰거나',
    '## ${변수} 형태로 적으세요.',
  ],
  en: [
    '## Settings of mts. Uncomment and change what you need; check with: mts config check',
    '## Precedence: option > MTS_* variable > profile > this file > default',
    '## Secrets do not belong here: use a variable or MTS_..._FILE (chmod 600),',
    '## or write ${NAME} of a variable.',
  ],
}

const PROFILES: Readonly<Record<Lang, string>> = {
  ko: '## 환경별로 다른 값. 사용: mts --profile staging',
  en: '## What differs from place to place; used with: mts --profile staging',
}

/** Nothing in it is active: words begin with `##`, settings with one `#`. */
export function renderTemplate(lang: Lang): string {
  const lines = [...HEAD[lang], '']
  let group = ''
  for (const name of Object.keys(KEYS) as KeyName[]) {
    const key: Key = KEYS[name]
    const [head = '', inner] = key.path.split('.')
    if (inner === undefined) group = ''
    else if (group !== head) {
      group = head
      lines.push(`#${head}:`)
    }
    const indent = inner === undefined ? '' : '  '
    const variable = key.variable === undefined ? '' : ` (${key.variable})`
    lines.push(`## ${key.about[lang]}${variable}`)
    const example = EXAMPLES[name]
    if (typeof example === 'string') lines.push(`#${indent}${inner ?? head}: ${example}`)
    else lines.push(`#${indent}${inner ?? head}:`, ...example.map((line) => `#${indent}  ${line}`))
  }
  lines.push(
    '',
    PROFILES[lang],
    '#profiles:',
    '##  staging:',
    '##    url: http://staging.example:8080',
  )
  return `${lines.join('\n')}\n`
}
