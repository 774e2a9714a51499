import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'

let world: FakeWorld | undefined
afterEach(() => {
  world?.dispose()
  world = undefined
})

function open(): FakeWorld {
  return (world = createFakeWorld({
    service: (settings, its) => createServiceClient(settings, its),
    env: { MTS_URL: 'https://pay.example:8443' },
  }))
}

const ANALYZE = 'systemd-analyze'
const hasSystemd = spawnSync(ANALYZE, ['--version']).status === 0

describe('mts checklist --remind', () => {
  it.each([
    ['daily', '09:00', '0 9 * * 1-5'],
    ['evening', '18:00', '0 18 * * 1-5'],
    ['weekly', '09:00', '0 9 * * 1-5'],
    ['monthly', '09:00', '0 9 * * 1-5'],
  ])('prints a timer and a cron line of Seoul time for %s', async (name, time, cron) => {
    const { code, stdout } = await open().mts('checklist', name, '--remind')
    expect(code).toBe(0)
    expect(stdout).toContain(`OnCalendar=Mon..Fri ${time} Asia/Seoul`)
    expect(stdout).toContain('CRON_TZ=Asia/Seoul')
    expect(stdout).toContain(
      `${cron} mts checklist ${name} --if-due -o json --url https://pay.example:8443`,
    )
  })

  it.skipIf(!hasSystemd)('prints what systemd itself takes', async () => {
    const mts = open()
    const { stdout } = await mts.mts('checklist', 'daily', '--remind')
    const units = stdout.split(/^# \/etc\/systemd\/system\//m).slice(1)
    const files = units.map((unit) => {
      const [name = '', ...lines] = (unit.split('\n# crontab')[0] ?? '').split('\n')
      const file = join(mts.home, name)
      writeFileSync(file, lines.join('\n'))
      return file
    })
    expect(files).toHaveLength(2)
    const verified = spawnSync(ANALYZE, ['verify', ...files], { encoding: 'utf8' })
    expect(verified.stderr).toBe('')
    expect(verified.status).toBe(0)
    const calendar = execFileSync(
      ANALYZE,
      ['calendar', '--base-time=2026-11-23 00:30:00 UTC', 'Mon..Fri 09:00 Asia/Seoul'],
      { encoding: 'utf8' },
    )
    expect(calendar).toContain('2026-11-24 00:00:00 UTC')
  })
})
