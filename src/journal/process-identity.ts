/**
 * Who holds a run or a lock, and whether that process still lives. A bare process id is not
 * enough: ids are used again, so the start time and the boot belong to the identity.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, platform } from 'node:os'
import { kill, pid as ownPid } from 'node:process'
import { systemCodeOf } from '../core/errors.ts'

export interface ProcessHolder {
  readonly pid: number
  /** As the system tells it, compared for equality only; empty where it cannot be told. */
  readonly startTime: string
  /** Changes with every boot; empty where it cannot be told. */
  readonly bootId: string
  readonly host: string
  /** Where ids are told apart per container: two processes see each other only within one. */
  readonly pidNamespace?: string
}

export interface ProcessIdentity {
  readonly self: ProcessHolder
  /**
   * False only when it is certain that the process has ended. A process of another host or
   * container cannot be seen from here and counts as alive.
   */
  isAlive(holder: ProcessHolder): boolean
}

/** What the system says about a process id right now. */
export type ProcessSight =
  | { readonly kind: 'ended' }
  /** `startTime` is empty where it cannot be told. */
  | { readonly kind: 'running'; readonly startTime: string }

export function createProcessIdentity(): ProcessIdentity {
  let known: ProcessHolder | undefined
  return {
    // Elsewhere than on Linux this asks other programs, so only when it is needed.
    get self() {
      known ??= ownIdentity()
      return known
    },
    isAlive(holder) {
      known ??= ownIdentity()
      return judgeAlive(holder, known, lookAt)
    },
  }
}

/** Whether `holder` may still be alive, seen from `self`. */
export function judgeAlive(
  holder: ProcessHolder,
  self: ProcessHolder,
  look: (pid: number) => ProcessSight,
): boolean {
  const sameBoot = holder.bootId === self.bootId
  const bootsKnown = holder.bootId !== '' && self.bootId !== ''
  const spacesKnown = holder.pidNamespace !== undefined && self.pidNamespace !== undefined
  const sameSpace = holder.pidNamespace === self.pidNamespace
  // A host that was renamed since is still the same: boot and name space say so.
  const samePlace = bootsKnown && sameBoot && spacesKnown && sameSpace
  if (!samePlace) {
    if (holder.host !== self.host) return true
    if (bootsKnown && !sameBoot) return false
    if (spacesKnown && !sameSpace) return true
  }
  const sight = look(holder.pid)
  if (sight.kind === 'ended') return false
  return holder.startTime === '' || sight.startTime === '' || holder.startTime === sight.startTime
}

function ownIdentity(): ProcessHolder {
  const sight = lookAt(ownPid)
  const pidNamespace = ownPidNamespace()
  return {
    pid: ownPid,
    startTime: sight.kind === 'running' ? sight.startTime : '',
    bootId: ownBootId(),
    host: hostname(),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  }
}

function lookAt(pid: number): ProcessSight {
  if (platform() === 'linux') {
    const sight = lookInProc(pid)
    if (sight !== undefined) return sight
  }
  if (!isRunning(pid)) return { kind: 'ended' }
  return lookWithPs(pid)
}

/** undefined: /proc cannot be read here. */
function lookInProc(pid: number): ProcessSight | undefined {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    const code = systemCodeOf(error)
    // ENOENT without a mounted /proc would say that everybody has ended.
    const gone = code === 'ESRCH' || (code === 'ENOENT' && readOptional('/proc/self/stat') !== '')
    return gone ? { kind: 'ended' } : undefined
  }
}

/**
 * The state and the 22nd field of /proc/<pid>/stat. A zombie has ended: nobody has waited for it
 * yet, that is all. undefined: not such a line.
 */
export function parseProcStat(stat: string): ProcessSight | undefined {
  // The second field is the program's name in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0] ?? ''
  const startTime = fields[19] ?? ''
  if (!/^[A-Za-z]$/.test(state) || !/^\d+$/.test(startTime)) return undefined
  return state === 'Z' || state === 'X' || state === 'x'
    ? { kind: 'ended' }
    : { kind: 'running', startTime }
}

/** A process of another user may not be signalled, but it is there. */
function isRunning(pid: number): boolean {
  try {
    kill(pid, 0)
    return true
  } catch (error) {
    return systemCodeOf(error) !== 'ESRCH'
  }
}

function lookWithPs(pid: number): ProcessSight {
  if (platform() === 'win32') return { kind: 'running', startTime: '' }
  const answer = ask('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)])
  const match = /^(\S+)\s+(\S.*)$/.exec(answer)
  if (match === null) return { kind: 'running', startTime: '' }
  const [, state = '', startTime = ''] = match
  return state.startsWith('Z') ? { kind: 'ended' } : { kind: 'running', startTime }
}

function ownBootId(): string {
  if (platform() === 'linux') return readOptional('/proc/sys/kernel/random/boot_id')
  if (platform() === 'darwin') return ask('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])
  return ''
}

function ownPidNamespace(): string | undefined {
  if (platform() === 'darwin') return 'darwin'
  if (platform() !== 'linux') return undefined
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not told here: the host's name has to do.
    return undefined
  }
}

/** Empty when it cannot be read: "not told", which the caller must allow for. */
function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

/** One line of another program's answer; empty when there is none. */
function ask(program: string, args: readonly string[]): string {
  try {
    const options = { encoding: 'utf8', timeout: 2000, env: { LC_ALL: 'C' } } as const
    return execFileSync(program, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}
