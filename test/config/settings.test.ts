import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import type { ConfigSources } from '../../src/config/sources.ts'
import type { Settings } from '../../src/core/settings.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mts-config-'))
})

afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

interface Given {
  readonly file?: string
  readonly name?: string
  readonly env?: Readonly<Record<string, string>>
  readonly options?: ConfigSources['options']
}

function sources(given: Given): ConfigSources {
  if (given.file !== undefined) writeFileSync(join(home, given.name ?? 'config.yaml'), given.file)
  return {
    options: given.options ?? {},
    env: given.env ?? {},
    directories: { config: home, state: join(home, 'state') },
    cwd: home,
    homeDir: home,
    defaultLang: 'ko',
  }
}

const load = (given: Given = {}): Promise<Settings> => loadSettings(sources(given))

/** What is said of a configuration that is wrong; fails when it is taken. */
async function refusal(given: Given): Promise<{ code: string; exitCode: number; message: string }> {
  try {
    await load(given)
  } catch (error) {
    const { code, exitCode, message } = error as { code: string; exitCode: number; message: string }
    return { code, exitCode, message }
  }
  throw new Error('the configuration was taken')
}

describe('precedence', () => {
  const file = 'url: http://file\nprofiles:\n  p:\n    url: http://profile\n'

  it('is option, variable, profile, file, default', async () => {
    const env = { MTS_URL: 'http://variable' }
    const profile = 'p'
    expect((await load({ file, env, options: { profile, url: 'http://option' } })).url).toBe(
      'http://option',
    )
    expect((await load({ file, env, options: { profile } })).url).toBe('http://variable')
    expect((await load({ file, options: { profile } })).url).toBe('http://profile')
    expect((await load({ file, env: { MTS_PROFILE: 'p' } })).url).toBe('http://profile')
    expect((await load({ file })).url).toBe('http://file')
    rmSync(join(home, 'config.yaml'))
    expect((await load()).url).toBe('http://localhost:8080')
  })

  it('takes an empty variable for one that is not set', async () => {
    expect((await load({ file, env: { MTS_URL: '', MTS_PROFILE: '', MTS_CONFIG: '' } })).url).toBe(
      'http://file',
    )
  })

  it('is decided for each key on its own', async () => {
    const settings = await load({
      file: 'batch: {at: "03:00", grace: 1h}\nprofiles: {p: {batch: {grace: 2h}}}',
      options: { profile: 'p' },
    })
    expect(settings.batch).toEqual({ at: '03:00', graceMs: 7_200_000 })
  })
})

describe('the file', () => {
  it('is complete in base units', async () => {
    const settings = await load({
      file: `
url: https://settle.example/base/
stores: ['123-45-67890']
openingHours: {mon: 09:00-22:00, sat: 10:00-02:00, sun: closed}
holidays: ['2026-12-25']
payoutDeadline: '09:30'
externals:
  - {id: bank, url: 'bank.example:443', owner: 결제팀}
commands:
  - {id: pods, argv: [kubectl, get, pods], timeout: 10s, impact: read_only}
batch: {at: '01:30', grace: 45m}
verifyAfter: 2s
thresholds:
  noSalesMinutes: 30
  settlementFailurePercent: 10%
  apiTime: 1s
  queueMessages: 5
  redisMemory: 512MiB
  heapPercent: 70
  cpuPercent: 60
  cpuFor: 10m
  diskPercent: '90%'
prometheus: {url: http://prom:9090}
alertmanager: {url: http://alert:9093}
log: logs/service.log
instances: 2
playbooks: [./books]
journal: ~/journal.db
caFile: ca.pem
lang: en
timeout: 4s
`,
    })
    const day = (from: string, until: string) => [{ from, until }]
    expect(settings).toEqual({
      url: 'https://settle.example/base',
      headers: {},
      caFile: join(home, 'ca.pem'),
      stores: ['123-45-67890'],
      openingHours: {
        byWeekday: [
          null,
          day('09:00', '22:00'),
          day('00:00', '00:00'),
          day('00:00', '00:00'),
          day('00:00', '00:00'),
          day('00:00', '00:00'),
          day('10:00', '02:00'),
        ],
      },
      holidays: ['2026-12-25'],
      payoutDeadline: '09:30',
      externals: [{ id: 'bank', target: 'bank.example:443', owner: '결제팀' }],
      commands: [
        { id: 'pods', argv: ['kubectl', 'get', 'pods'], timeoutMs: 10_000, impact: 'read_only' },
      ],
      batch: { at: '01:30', graceMs: 2_700_000 },
      verifyAfterMs: 2000,
      thresholds: {
        noSalesMinutes: 30,
        settlementFailurePercent: 10,
        apiTimeMs: 1000,
        queueMessages: 5,
        redisMemoryBytes: 536_870_912,
        heapPercent: 70,
        cpuPercent: 60,
        cpuForMs: 600_000,
        diskPercent: 90,
      },
      prometheusUrl: 'http://prom:9090',
      alertmanagerUrl: 'http://alert:9093',
      log: join(home, 'logs/service.log'),
      instances: 2,
      playbookDirs: [join(home, 'books')],
      journal: join(home, 'journal.db'),
      lang: 'en',
      timeoutMs: 4000,
      notify: { routes: {}, runs: false },
      watch: {
        everyMs: { 1: 60_000, 2: 300_000, 3: 1_800_000 },
        failures: 2,
        recoveries: 2,
        remindAfterMs: 1_800_000,
        noEvidenceAfterMs: 900_000,
        maintenance: [],
        prepareRuns: false,
      },
    })
  })

  it('has the defaults of the guide where it says nothing', async () => {
    const settings = await load({ file: '# nothing yet\n' })
    expect(settings.thresholds).toEqual({
      noSalesMinutes: 60,
      settlementFailurePercent: 5,
      apiTimeMs: 3000,
      queueMessages: 100,
      heapPercent: 80,
      cpuPercent: 70,
      cpuForMs: 300_000,
      diskPercent: 85,
    })
    expect(settings).toMatchObject({
      batch: { at: '02:00', graceMs: 1_800_000 },
      verifyAfterMs: 5000,
      stores: [],
      instances: 1,
      journal: join(home, 'state', 'journal.db'),
    })
    expect(settings.openingHours).toBeUndefined()
  })

  it('may be JSON', async () => {
    expect((await load({ name: 'config.json', file: '{"lang": "en"}' })).lang).toBe('en')
  })

  it('is looked for where --config or MTS_CONFIG points, and must then be there', async () => {
    writeFileSync(join(home, 'other.yaml'), 'lang: en')
    expect((await load({ options: { config: 'other.yaml' } })).lang).toBe('en')
    expect((await load({ env: { MTS_CONFIG: join(home, 'other.yaml') } })).lang).toBe('en')
    expect(await refusal({ options: { config: 'gone.yaml' } })).toMatchObject({ exitCode: 78 })
  })

  it('is not picked up from the working directory: it could point at another service', async () => {
    writeFileSync(join(home, '.mts.yaml'), 'url: http://evil')
    const elsewhere = { ...sources({}), directories: { config: join(home, 'none'), state: home } }
    expect((await loadSettings(elsewhere)).url).toBe('http://localhost:8080')
  })

  it.each([
    ['url: ftp://x', '1:6 url', 'http(s)'],
    ['lang: fr', '1:7 lang', 'ko or en'],
    ['stores: [1234567890]', '1:10 stores[0]', 'in quotes'],
    ['stores: ["12/../34"]', '1:10 stores[0]', 'digits'],
    ['batch:\n  at: 25:00', '2:7 batch.at', 'HH:MM'],
    ['batch:\n  at: 9:00', '2:7 batch.at', 'HH:MM'],
    ['batch: 02:00', '1:8 batch', 'batch.at'],
    ['verifyAfter: 5', '1:14 verifyAfter', 'duration'],
    ['verifyAfter:', '1:13 verifyAfter', 'duration'],
    ['thresholds:\n  heapPercent: 180', '2:16 thresholds.heapPercent', 'percentage'],
    ['thresholds:\n  heapPercent: 0', '2:16 thresholds.heapPercent', 'percentage'],
    ['thresholds:\n  heapPercent: .nan', '2:16 thresholds.heapPercent', 'percentage'],
    ['thresholds:\n  noSalesMinutes: -5', '2:19 thresholds.noSalesMinutes', 'whole number'],
    ['holidays: [2026-02-30]', '1:12 holidays[0]', 'YYYY-MM-DD'],
    ['openingHours: 9-18', '1:15 openingHours', 'HH:MM-HH:MM'],
    ['openingHours: {mon: 09:00-22:00, monday: closed}', '1:15 openingHours', 'weekday'],
    ['instances: 0', '1:12 instances', 'whole number'],
    ['prometheus: {url: "http://u:p@prom"}', '1:19 prometheus.url', 'without credentials'],
    [
      'commands: [{id: x, argv: "rm -rf /"}]',
      '1:26 commands[0].argv',
      'a program and its arguments',
    ],
    ['externals:\n  - id: A B\n    url: http://x', '2:9 externals[0].id', 'host:port'],
    ['tresholds: {}', '1:1 tresholds', 'did you mean thresholds'],
    ['thresholds:\n  heapPercnt: 80', '2:3 thresholds.heapPercnt', 'thresholds.heapPercent'],
    ['profiles:\n  p:\n    urll: http://x', '3:5 urll', 'did you mean url'],
    ['a: &x 1\nlang: *x', '2:7', 'aliases'],
    ['lang: ko\nlang: en', '2:1', 'not valid YAML'],
    ['- lang', '1:1', 'keys with values'],
    ['lang: [', '1:8', 'not valid YAML'],
  ])('refuses %j with its place and what was expected', async (file, where, expected) => {
    const { exitCode, message } = await refusal({ file })
    expect(exitCode).toBe(78)
    expect(message).toContain(`${join(home, 'config.yaml')}:${where}`)
    expect(message).toContain(expected)
  })

  it('refuses a profile that is not there and names those that are', async () => {
    const { message } = await refusal({
      file: 'profiles: {prod: {lang: en}}',
      options: { profile: 'prd' },
    })
    expect(message).toContain('prod')
  })

  it('counts what else is wrong', async () => {
    const { message } = await refusal({ file: 'lang: fr\nverifyAfter: 5\nurl: x' })
    expect(message).toContain('1:7 lang')
    expect(message).toContain('and 2 more')
  })
})

describe('options and variables', () => {
  it('make a usage error of an option, a configuration error of a variable', async () => {
    expect(await refusal({ options: { url: 'nonsense' } })).toMatchObject({
      exitCode: 64,
      code: 'USAGE',
    })
    expect(await refusal({ env: { MTS_URL: 'nonsense' } })).toMatchObject({
      exitCode: 78,
      code: 'CONFIG',
    })
  })

  it('take lists and hours as text', async () => {
    const settings = await load({
      env: { MTS_STORES: '1-2, 3-4 ,', MTS_OPENING_HOURS: '22:00-02:00', MTS_BATCH_GRACE: '1h30m' },
    })
    expect(settings.stores).toEqual(['1-2', '3-4'])
    expect(settings.openingHours?.byWeekday).toEqual(
      Array.from({ length: 7 }, () => [{ from: '22:00', until: '02:00' }]),
    )
    expect(settings.batch.graceMs).toBe(5_400_000)
  })
})

describe('secrets', () => {
  const secretFile = (content: string, mode = 0o600): string => {
    const path = join(home, 'secret')
    writeFileSync(path, content)
    chmodSync(path, mode)
    return path
  }
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

  it('come from variables', async () => {
    expect((await load({ env: { MTS_TOKEN: 't0ken' } })).headers).toEqual({
      authorization: 'Bearer t0ken',
    })
    expect((await load({ env: { MTS_USER: 'ops', MTS_PASSWORD: 'pw:1' } })).headers).toEqual({
      authorization: basic('ops:pw:1'),
    })
    expect((await load({ env: { MTS_HEADERS: 'X-Key: a: b\n\nX-Team: ops\n' } })).headers).toEqual({
      'x-key': 'a: b',
      'x-team': 'ops',
    })
  })

  it('in the url become a header and leave the url', async () => {
    const settings = await load({ options: { url: 'http://ops:p%40ss@host:8080/' } })
    expect(settings.url).toBe('http://host:8080')
    expect(settings.headers).toEqual({ authorization: basic('ops:p@ss') })
  })

  it('come from files that only their owner can read', async () => {
    const MTS_TOKEN_FILE = secretFile('t0ken\n')
    expect((await load({ env: { MTS_TOKEN_FILE } })).headers).toEqual({
      authorization: 'Bearer t0ken',
    })
  })

  it.each([[0o640], [0o604], [0o660]])(
    'are refused from a file of mode %o, with the cure',
    async (mode) => {
      const MTS_TOKEN_FILE = secretFile('t0ken', mode)
      const { exitCode, message } = await refusal({ env: { MTS_TOKEN_FILE } })
      expect(exitCode).toBe(78)
      expect(message).toContain(`chmod 600 ${MTS_TOKEN_FILE}`)
      expect(message).not.toContain('t0ken')
    },
  )

  it('are refused from an empty or missing file, and when given twice', async () => {
    expect(await refusal({ env: { MTS_TOKEN_FILE: secretFile('') } })).toMatchObject({
      exitCode: 78,
    })
    expect(await refusal({ env: { MTS_TOKEN_FILE: join(home, 'gone') } })).toMatchObject({
      exitCode: 78,
    })
    const MTS_TOKEN_FILE = secretFile('t0ken')
    expect(await refusal({ env: { MTS_TOKEN_FILE, MTS_TOKEN: 'other' } })).toMatchObject({
      exitCode: 78,
    })
  })

  it.each([
    ['token: s3cret', '1:8 token'],
    ['password: s3cret', '1:11 password'],
    ['url: http://ops:s3cret@host', '1:6 url'],
    ['slack: {webhookUrl: "https://hooks.example/s3cret"}', '1:21 slack.webhookUrl'],
    ['pagerduty:\n  routingKey: s3cret', '2:15 pagerduty.routingKey'],
    ['headers:\n  X-Api-Key: s3cret', '2:14 headers.X-Api-Key'],
    ['headers: {Authorization: s3cret}', '1:26 headers.Authorization'],
    ['profiles: {p: {token: s3cret}}', '1:23 token'],
  ])('are refused in the file: %j', async (file, where) => {
    const { exitCode, message } = await refusal({ file, options: { profile: 'p' } }).then(
      async (first) => (file.startsWith('profiles') ? first : refusal({ file })),
    )
    expect(exitCode).toBe(78)
    expect(message).toContain(where)
    expect(message).toContain('_FILE')
    expect(message).not.toContain('s3cret')
  })

  it('may be named in the file as variables', async () => {
    const file = 'token: ${MY_TOKEN}\nheaders:\n  X-Api-Key: key ${MY_KEY}\n  X-Team: ops\n'
    expect((await load({ file, env: { MY_TOKEN: 't', MY_KEY: 'k' } })).headers).toEqual({
      authorization: 'Bearer t',
      'x-api-key': 'key k',
      'x-team': 'ops',
    })
    expect((await refusal({ file, env: { MY_TOKEN: 't' } })).message).toContain('MY_KEY')
  })

  it.each([['X-Key: a\u0000b'], ['no colon here'], ['Bad Name: x'], [': x']])(
    'never smuggle anything into a header: %j',
    async (MTS_HEADERS) => {
      expect(await refusal({ env: { MTS_HEADERS } })).toMatchObject({ exitCode: 78 })
    },
  )
})
