import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cellsOf } from '../../src/render/columns.ts'
import type { Text } from '../../src/core/text.ts'
import type { IncidentReport, PeriodReport } from '../../src/report/report.ts'
import { createFakeWorld, type Finished } from '../support/ports.ts'
import { createNight, HOSTILE, type Night } from './incident-world.ts'

let night: Night
beforeAll(async () => {
  night = await createNight()
})
afterAll(async () => {
  await night.world.close()
})

/** As JSON shows it: words in one language. */
type Said<T> = T extends Text
  ? string
  : T extends readonly (infer U)[]
    ? readonly Said<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Said<T[K]> }
      : T

const incident = (finished: Finished) => finished.json() as unknown as Said<IncidentReport>
const period = (finished: Finished) => finished.json() as unknown as Said<PeriodReport>

describe('mts report <run>', () => {
  it('says what a refusal kept from being lost, in numbers, and that nothing was sent', async () => {
    const report = incident(await night.world.mts('report', night.refused, '-o', 'json'))
    const linked = night.world.demo.settlementOnDate('2026-11-23')
    expect(report).toMatchObject({
      kind: 'Report',
      report: 'incident',
      run: night.refused,
      prevented: [{ code: 'HOLDS_SALES', run: night.refused }],
      approvals: [],
    })
    expect(report.prevented[0]?.sales).toEqual({
      count: linked?.transactionCount,
      amount: String(Number(linked?.totalAmount ?? 0n) / 100),
    })
    expect(report.summary.join('\n')).toContain('보낸 변경 요청 없음')
  })

  it('tells an approved action with who approved it, how, and what came of it', async () => {
    const report = incident(await night.world.mts('report', night.reprocessed, '-o', 'json'))
    expect(report.approvals).toHaveLength(1)
    expect(report.approvals[0]).toMatchObject({ by: 'tester', how: 'digest', outcome: 'succeeded' })
    expect(report.prevented).toEqual([])
    const codes = report.timeline.map(({ code }) => code)
    const order = ['APPROVAL_REQUESTED', 'APPROVAL_GIVEN', 'ACTION_SENT', 'ACTION_FINISHED']
    expect(codes.filter((code) => order.includes(code))).toEqual(order)
  })

  it('takes its times from the journal, says from what, and makes none up', async () => {
    const report = incident(await night.world.mts('report', night.playbook, '-o', 'json'))
    expect(report.severity.priority).toBe('P1')
    expect(report.finding?.code).toBe('HOLDS_SALES')
    const at = Object.fromEntries(report.milestones.map((milestone) => [milestone.id, milestone]))
    // The batch fails at 02:00, the run begins at 09:00: seven hours until somebody noticed.
    expect(at['onset']?.at).toBe('2026-11-24T02:00:00+09:00')
    expect(at['noticed']?.at).toBe(report.startedAt)
    expect(at['noticed']?.afterMs).toBeGreaterThanOrEqual(7 * 3_600_000)
    expect(at['mitigated']?.basis).toContain('정산표로 지급')
    expect(at['resolved']).not.toHaveProperty('at')
    expect(at['resolved']?.basis).toContain('해결되지 않은')
  })

  it('keeps open what is open, and asks for causes as the playbook does', async () => {
    const report = incident(await night.world.mts('report', night.playbook, '-o', 'json'))
    expect(report.followUps.find(({ kind }) => kind === 'named')?.owner).toContain('OPS-1')
    expect(report.followUps.some(({ kind }) => kind === 'unseen')).toBe(true)
    const causes = report.blanks.find(({ id }) => id === 'causes')
    expect(causes?.prompts.join('\n')).toContain('RabbitMQ·DB 중단')
    expect(causes?.known).toEqual([])
    expect(report.blanks.map(({ id }) => id)).toEqual(['causes', 'lessons'])
  })

  it('names the journal’s hash, the same as long as nothing happens and another after', async () => {
    const hash = async () =>
      incident(await night.world.mts('report', night.refused, '-o', 'json')).journal
    const first = await hash()
    expect(first).toMatchObject({ intact: true })
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await hash()).toEqual(first)
    await night.world.mts('run', 'note', night.refused, '메모')
    expect((await hash()).hash).not.toBe(first.hash)
    for (const face of ['html', 'markdown']) {
      const { stdout } = await night.world.mts('report', night.refused, '-o', face)
      expect(stdout).toContain((await hash()).hash)
    }
  })

  it('means the newest run that is no checklist when none is named', async () => {
    const report = incident(await night.world.mts('report', '-o', 'json'))
    expect(report.run).toBe(night.reprocessed)
  })
})

describe('mts report daily, weekly, monthly', () => {
  it('has the checklists of the period, its incidents, and each thing a rule prevented', async () => {
    const report = period(await night.world.mts('report', 'daily', '-o', 'json'))
    expect(report).toMatchObject({ report: 'daily', from: '2026-11-24', to: '2026-11-24' })
    expect(report.checklists.map(({ id }) => id)).toEqual(['daily'])
    const items = report.checklists[0]?.items ?? []
    expect(items.find(({ id }) => id === 'settlement')?.points).toMatchObject([{ status: 'fail' }])
    // A failed settlement pays nothing out: nobody is asked for the deposit.
    expect(items.find(({ id }) => id === 'payout')?.points).toMatchObject([{ status: 'skipped' }])
    expect(report.incidents.map(({ run }) => run)).toEqual([
      night.playbook,
      night.refused,
      night.reprocessed,
    ])
    expect(report.prevented.map(({ run }) => run)).toEqual([night.playbook, night.refused])
    expect(report.prevented[0]?.sales?.count).toBeGreaterThan(0)
    expect(report.prevented[1]?.sales).toEqual(report.prevented[0]?.sales)
    // The same sales, refused twice, would have been lost once.
    expect(report.summary.filter((line) => line.includes('삭제를 막았습니다'))).toHaveLength(1)
    expect(report.followUps.some(({ text }) => text.includes('서명 전'))).toBe(true)
  })

  it.each([
    ['daily', '2026-11-20', '2026-11-20', '2026-11-20'],
    ['weekly', '2026-11-24', '2026-11-18', '2026-11-24'],
    ['monthly', '2026-11-24', '2026-11-01', '2026-11-24'],
  ])('%s --date %s is %s to %s', async (name, date, from, to) => {
    const report = period(await night.world.mts('report', name, '--date', date, '-o', 'json'))
    expect(report).toMatchObject({ from, to })
    if (date === '2026-11-20') {
      expect(report.checklists).toEqual([])
      expect(report.summary.join('\n')).toContain('시작한 점검이 없습니다')
    }
  })

  it('draws what several days have measured, with the numbers as a table', async () => {
    const before = await createNight()
    try {
      for (const day of ['25', '26']) {
        before.world.clock.set(`2026-11-${day}T09:00:00+09:00`)
        await before.world.mts('checklist', 'daily', '-o', 'json')
      }
      const report = period(await before.world.mts('report', 'weekly', '-o', 'json'))
      const points = report.checklists[0]?.items[0]?.points ?? []
      expect(points.map(({ date }) => date)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26'])
      expect(report.charts.map(({ id }) => id)).toContain('item-beyondNoise')
      const { stdout } = await before.world.mts('report', 'weekly', '-o', 'html')
      expect(stdout).toMatch(/<svg viewBox="0 0 360 180" role="img"/)
      expect(stdout).toMatch(/<th scope="row">2026-11-25<\/th>/)
    } finally {
      await before.world.close()
    }
  })
})

describe('a report as a file', () => {
  it('goes to standard output, or where it is asked for, which is said on standard error', async () => {
    const { world } = night
    const { code, stdout, stderr } = await world.mts(
      'report',
      night.refused,
      '--file',
      'out/r.html',
    )
    const path = join(world.home, 'out/r.html')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('out/r.html')
    expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is opened in the reader’s own program, by a path with nothing of the run’s words in it', async () => {
    const { world } = night
    const { code, stderr } = await world.mts('report', night.playbook, '--open')
    const path = join(world.ports.directories.state, 'reports', `incident-${night.playbook}.html`)
    expect(code).toBe(0)
    expect(world.openedFiles).toEqual([path])
    expect(stderr.replaceAll('\n', '')).toContain(path)
    expect(existsSync(path)).toBe(true)
  })

  it('that cannot be written is 78', async () => {
    const { code, stderr } = await night.world.mts(
      'report',
      night.refused,
      '--file',
      '/dev/null/r.md',
    )
    expect(code).toBe(78)
    expect(stderr).toContain('/dev/null/r.md')
  })

  it.each([
    [['yearly'], 64],
    [['20260101-01'], 66],
    [['20260101-01', '--date', '2026-11-24'], 64],
    [['daily', '--date', 'today'], 64],
    [['-o', 'csv'], 64],
  ])('%j ends with %i', async (words, expected) => {
    expect((await night.world.mts('report', ...words)).code).toBe(expected)
  })

  it('of an empty journal ends with 66, not with an empty report', async () => {
    const world = createFakeWorld()
    expect((await world.mts('report')).code).toBe(66)
    world.dispose()
  })
})

describe('a journal that was changed', () => {
  it('is named in every face, before anything else', async () => {
    const tampered = await createNight()
    try {
      const Database = createRequire(import.meta.url)('libsql') as new (path: string) => {
        exec(sql: string): void
        close(): void
      }
      const database = new Database(join(tampered.world.ports.directories.state, 'journal.db'))
      database.exec('DROP TRIGGER events_are_not_changed')
      database.exec(
        `UPDATE events SET data = replace(data, 'HOLDS_SALES', 'NOT_FAILED') WHERE run = '${tampered.refused}'`,
      )
      database.close()
      const { journal } = incident(
        await tampered.world.mts('report', tampered.refused, '-o', 'json'),
      )
      expect(journal.intact).toBe(false)
      expect(journal.problem).toContain(tampered.refused)
      const { stdout: html } = await tampered.world.mts('report', tampered.refused, '-o', 'html')
      expect(html.indexOf('class="alarm"')).toBeGreaterThan(0)
      expect(html.indexOf('class="alarm"')).toBeLessThan(html.indexOf('<main>'))
      const { stdout: markdown } = await tampered.world.mts('report', tampered.refused)
      expect(markdown.split('\n').slice(0, 5).join('\n')).toContain('해시 사슬이 맞지 않습니다')
    } finally {
      await tampered.world.close()
    }
  })
})

describe('hostile words in notes and answers', () => {
  it('come out of HTML as text: no tag, no link, no handler of theirs', async () => {
    const { stdout } = await night.world.mts('report', night.playbook, '-o', 'html')
    expect(HOSTILE).toContain('<script>alert(1)')
    expect(stdout).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(stdout).not.toMatch(/<(?:script|img|b|iframe)\b/i)
    expect(stdout).not.toMatch(/<[^>]+\son\w+=/i)
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
    const links = [...stdout.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => !link.startsWith('#'))).toEqual(['data:,'])
  })

  it('come out of Markdown as text: nothing of theirs is markup, nothing is a line of its own', async () => {
    const { stdout } = await night.world.mts('report', night.playbook, '-o', 'markdown')
    expect(stdout).toContain('\\<script\\>alert(1)\\</script\\>')
    expect(stdout).toContain('\\*\\*bold\\*\\*')
    expect(stdout).not.toMatch(/(?<!\\)<|(?<!\\)`|(?<!\\)\[/)
    expect(stdout).not.toMatch(/https:\/\/evil/)
    expect(stdout).not.toMatch(/^\s*# heading/m)
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })

  it('keeps Markdown within 80 cells, in both languages', async () => {
    for (const lang of ['ko', 'en']) {
      const { stdout } = await night.world.mts('report', night.playbook, '--lang', lang)
      for (const line of stdout.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(80)
    }
  })
})
