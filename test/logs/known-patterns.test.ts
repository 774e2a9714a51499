import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDocumentFiles } from '../../src/cli/document-files.ts'
import { parseKnownLogPatterns } from '../../src/cli/known-log-patterns.ts'
import { MtsError } from '../../src/core/errors.ts'
import { compileExpression } from '../../src/logs/grep.ts'
import { createFakeWorld, PROJECT_DIR } from '../support/ports.ts'
import { line, lines, mine, noted, shippedPatterns } from './mined.ts'

const HEAD = 'apiVersion: mts/v1\nkind: LogPatterns\npatterns:\n'
const parse = (body: string, head = HEAD) =>
  parseKnownLogPatterns(
    head + body,
    'my.yaml',
    ['settlement-failure', 'latency'],
    compileExpression,
  )

function faultsOf(body: string, head = HEAD): readonly string[] {
  try {
    parse(body, head)
    return []
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    expect(error).toMatchObject({ code: 'LOG_PATTERNS_INVALID', exitCode: 78 })
    return error.text.en.split('\n').slice(1)
  }
}

const TITLE = '    title: {ko: 가, en: a}\n'

describe('the shipped file of patterns', () => {
  it('is valid, and points at playbooks that exist', () => {
    const { patterns } = shippedPatterns()
    expect(patterns.length).toBeGreaterThan(20)
    for (const { playbook } of patterns) {
      if (playbook === undefined) continue
      expect(existsSync(join(PROJECT_DIR, 'playbooks', `${playbook}.yaml`))).toBe(true)
    }
  })

  it('is no playbook, and does not stand among them', async () => {
    const files = createDocumentFiles({
      assetsDir: PROJECT_DIR,
      playbookDirs: [],
      cwd: PROJECT_DIR,
    })
    const ids = (await files.list('Playbook')).map(({ id }) => id)
    expect(ids).toContain('settlement-failure')
    expect(ids).not.toContain('log-patterns')
  })

  it('names what the guide and the playbooks speak of', async () => {
    const error = { level: 'ERROR' }
    const found = await mine(
      lines(
        line('=== 일일 정산 배치 실패: 2026-11-23 ===', error),
        line('HikariPool-1 - Connection is not available, request timed out after 30000ms.', {
          level: 'WARN',
        }),
        line('연결 실패', error),
        'org.springframework.amqp.AmqpConnectException: java.net.ConnectException: Connection refused',
        line('캐시 오류', error),
        'org.springframework.data.redis.RedisConnectionFailureException: x',
        line('DB 오류', error),
        'org.springframework.x.Y: Could not open',
        'Caused by: com.mysql.cj.exceptions.CommunicationsException: Communications link failure',
        line('메모리', error),
        'java.lang.OutOfMemoryError: Java heap space',
      ),
      { known: shippedPatterns() },
    )
    const names = new Map(found.patterns.map(({ template, known }) => [template, known?.id]))
    expect(Object.fromEntries(names)).toEqual({
      '=== 일일 정산 배치 실패: <date> ===': 'batch-failed',
      'HikariPool-<n> - Connection is not available, request timed out after <id>.':
        'pool-exhausted',
      '연결 실패': 'broker-unreachable',
      '캐시 오류': 'redis-unreachable',
      'DB 오류': 'database-connection',
      메모리: 'out-of-memory',
    })
  })
})

describe('a file of patterns', () => {
  it('is taken in its order: of two that fit, the first', async () => {
    const known = parse(
      `  - id: special\n${TITLE}    contains: 정산 실패\n    logger: SettlementService\n  - id: general\n${TITLE}    contains: [실패, 오류]\n    level: WARN\n`,
    )
    const found = await mine(
      lines(
        line('정산 실패 1', { level: 'ERROR', logger: 'c.o.t.SettlementService' }),
        line('정산 실패 2', { level: 'ERROR', logger: 'c.o.t.Other' }),
        line('다른 오류', { level: 'WARN' }),
        line('실패 안내', { level: 'INFO' }),
      ),
      { known },
    )
    expect(
      found.patterns.map((pattern) => `${noted(pattern)} ${pattern.known?.id ?? '-'}`).sort(),
    ).toEqual([
      '1 ERROR 정산 실패 <n> general',
      '1 ERROR 정산 실패 <n> special',
      '1 INFO 실패 안내 -',
      '1 WARN 다른 오류 general',
    ])
  })

  it('may use a regular expression, in linear time', async () => {
    const known = parse(`  - id: slow\n${TITLE}    matches: '(a+)+b|took \\d{4,} ms'\n`)
    const started = performance.now()
    const found = await mine(
      lines(line('took 12000 ms'), line('took 12 ms'), line('a'.repeat(4000))),
      { known },
    )
    expect(performance.now() - started).toBeLessThan(2000)
    expect(found.patterns.filter(({ known: name }) => name?.id === 'slow')).toHaveLength(1)
  })

  it('that is wrong is told every fault with its line and column, and what was expected', () => {
    expect(
      faultsOf(
        [
          '  - id: Bad Id',
          '    title: {ko: 가}',
          '    contains: x',
          '  - id: a',
          '    title: {ko: 가, en: a}',
          '    contians: x',
          '    level: LOUD',
          '    noise: {perSale: 0}',
          '',
        ].join('\n'),
      ),
    ).toEqual([
      'my.yaml:4:9  id: expected a name in lower case such as batch-failed',
      'my.yaml:5:12  en is missing: expected text of 1 to 300 characters',
      'my.yaml:9:5  unknown key: contians (contains?)',
      'my.yaml:10:12  level: expected one of FATAL, ERROR, WARN, INFO, DEBUG, TRACE',
      'my.yaml:11:22  perSale: expected a whole number from 1 to 100',
    ])
  })

  it('is wrong when it points at a playbook that is none, asks nothing, or looks for numbers', () => {
    expect(
      faultsOf(
        [
          '  - id: a',
          '    title: {ko: 가, en: a}',
          '    contains: 오류',
          '    playbook: settlement-failur',
          '  - id: a',
          '    title: {ko: 가, en: a}',
          '    contains: 주문 12',
          '  - id: b',
          '    title: {ko: 가, en: a}',
          '    matches: "(x"',
          '  - id: c',
          '    title: {ko: 가, en: a}',
          '',
        ].join('\n'),
      ),
    ).toEqual([
      'my.yaml:7:15  no such playbook: settlement-failur (did you mean settlement-failure?)',
      'my.yaml:8:9  the id a twice',
      expect.stringMatching(/^my\.yaml:10:15 {2}contains may hold no digit/),
      expect.stringMatching(/^my\.yaml:13:14 {2}not a regular expression: .*missing/),
      expect.stringMatching(/^my\.yaml:14:5 {2}no condition/),
    ])
  })

  it('is wrong when it is no YAML, of another kind, or of another version', () => {
    expect(faultsOf('  - id: [', HEAD)[0]).toMatch(/^my\.yaml:4:\d+ {2}YAML/)
    expect(faultsOf('', 'apiVersion: mts/v1\nkind: Playbook\npatterns: []\n')).toEqual([
      'my.yaml:2:7  kind: expected LogPatterns',
    ])
    expect(faultsOf('', 'apiVersion: mts/v2\nkind: LogPatterns\n')).toEqual([
      'my.yaml:1:1  patterns is missing: expected a list of patterns',
      'my.yaml:1:13  apiVersion: expected mts/v1',
    ])
  })
})

describe('patterns of the operator’s own', () => {
  it('come before the shipped ones, from the directories of playbooks', async () => {
    const world = createFakeWorld({
      files: {
        'config/config.yaml': 'playbooks: [../mine]\n',
        'mine/log-patterns.yaml': `${HEAD}  - id: our-batch\n    title: {ko: 우리 배치, en: our batch}\n    contains: 일일 정산 배치 실패\n`,
        'service.log': lines(
          line('=== 일일 정산 배치 실패: 2026-11-23 ===', { level: 'ERROR' }),
          line('Deadlock found when trying to get lock', { level: 'ERROR' }),
        ),
      },
    })
    try {
      const found = await world.mts('logs', 'patterns', 'service.log', '-o', 'json')
      expect(found.code).toBe(0)
      const { patterns } = found.json() as { patterns: { known: { id: string } }[] }
      expect(patterns.map(({ known }) => known.id).sort()).toEqual(['database-locks', 'our-batch'])
    } finally {
      world.dispose()
    }
  })

  it('with a fault end with 78, before any log is read', async () => {
    const world = createFakeWorld({
      files: {
        'config/config.yaml': 'playbooks: [../mine]\n',
        'mine/log-patterns.yaml': `${HEAD}  - id: x\n`,
      },
    })
    try {
      const found = await world.mts('logs', 'patterns', 'service.log')
      expect(found.code).toBe(78)
      expect(found.stderr.replaceAll(/\n\s+/g, '')).toContain('log-patterns.yaml:4:5')
    } finally {
      world.dispose()
    }
  })
})
