import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  createProcessIdentity,
  judgeAlive,
  parseProcStat,
} from '../../src/journal/process-identity.ts'
import type { ProcessHolder, ProcessSight } from '../../src/journal/process-identity.ts'

const SELF: ProcessHolder = {
  pid: 100,
  startTime: '5000',
  bootId: 'boot-1',
  host: 'ops1',
  pidNamespace: 'pid:[1]',
}
const running = (startTime: string) => (): ProcessSight => ({ kind: 'running', startTime })
const ended = (): ProcessSight => ({ kind: 'ended' })

describe('whether a holder is alive', () => {
  it.each<[string, Partial<ProcessHolder>, () => ProcessSight, boolean]>([
    ['a running process with the same start time is', {}, running('5000'), true],
    ['one that has ended is not', {}, ended, false],
    ['another process that was given the same id is not', {}, running('6000'), false],
    ['one whose start time cannot be told is', {}, running(''), true],
    ['one of an earlier boot is not', { bootId: 'boot-0' }, running('5000'), false],
    [
      'one of another host cannot be seen, so it is',
      { host: 'ops2', bootId: 'boot-9' },
      ended,
      true,
    ],
    [
      'one of another container on this machine cannot be seen, so it is',
      { host: 'box', pidNamespace: 'pid:[2]' },
      ended,
      true,
    ],
    ['one of a host that was renamed since is judged by its id', { host: 'old' }, ended, false],
    ['one of this host without a known boot is judged by its id', { bootId: '' }, ended, false],
    [
      'one of this host without a known boot lives while its id does',
      { bootId: '' },
      running('5000'),
      true,
    ],
  ])('%s', (_title, change, look, alive) => {
    expect(judgeAlive({ ...SELF, ...change }, SELF, look)).toBe(alive)
  })

  it('without name spaces another host is one that cannot be seen', () => {
    const { pidNamespace: _none, ...self } = SELF
    expect(judgeAlive({ ...self, host: 'ops2' }, self, ended)).toBe(true)
  })
})

describe('the line of /proc/<pid>/stat', () => {
  const line = (name: string, state: string) =>
    `42 (${name}) ${state} 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200`

  it('gives the start time, whatever the program is called', () => {
    for (const name of ['node', 'a b', 'x) Z 1 (y', ')))']) {
      expect(parseProcStat(line(name, 'S'))).toEqual({ kind: 'running', startTime: '987654' })
    }
  })

  it('of a zombie says that it has ended', () => {
    expect(parseProcStat(line('node', 'Z'))).toEqual({ kind: 'ended' })
    expect(parseProcStat(line('node', 'X'))).toEqual({ kind: 'ended' })
  })

  it('that is none gives nothing', () => {
    expect(parseProcStat('')).toBeUndefined()
    expect(parseProcStat('42 (node) S 1')).toBeUndefined()
  })
})

describe('real processes', () => {
  it('this one is alive, and the same at every look', () => {
    const identity = createProcessIdentity()
    expect(identity.self.pid).toBe(process.pid)
    expect(identity.isAlive(identity.self)).toBe(true)
    expect(createProcessIdentity().self).toEqual(identity.self)
  })

  it.skipIf(platform() === 'win32')('its id with another start time is somebody else', () => {
    const identity = createProcessIdentity()
    const { self } = identity
    expect(self.startTime).not.toBe('')
    expect(identity.isAlive({ ...self, startTime: '1' })).toBe(false)
  })

  it('a killed one is dead before anybody has waited for it', async () => {
    const identity = createProcessIdentity()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const holder = { ...identity.self, pid: child.pid ?? 0, startTime: '' }
    expect(identity.isAlive(holder)).toBe(true)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(identity.isAlive(holder)).toBe(false)
  })

  it.skipIf(!existsSync('/proc/sys/kernel/random/boot_id'))('know the boot they belong to', () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    expect(createProcessIdentity().self.bootId).toBe(boot)
  })
})
