/**
 * Tells systemd how the watch is, where it asked to be told. Node cannot speak its datagram socket,
 * so `systemd-notify`, which every systemd has beside it, is asked to.
 */
import { spawn } from 'node:child_process'

/** Part of systemd; found by PATH. */
const NOTIFIER = 'systemd-notify'

export type SystemdNotify = (words: readonly string[]) => void

/** Does nothing where there is no systemd; `onProblem` hears once that it could not be told. */
export function createSystemdNotify(
  env: Readonly<Record<string, string | undefined>>,
  onProblem: (problem: string) => void,
): SystemdNotify {
  const socket = env['NOTIFY_SOCKET']
  if (socket === undefined || socket === '') return () => undefined
  let said = false
  const fail = (problem: string): void => {
    if (!said) onProblem(problem)
    said = true
  }
  return (words) => {
    // Nothing but what it needs: secrets of the environment go to no other program.
    const child = spawn(NOTIFIER, [...words], {
      env: { NOTIFY_SOCKET: socket, PATH: env['PATH'] ?? '/usr/bin:/bin' },
      stdio: 'ignore',
    })
    child.on('error', (error) => fail(error.message))
    child.on('exit', (code) => {
      if (code !== 0 && code !== null) fail(`${NOTIFIER}: ${code}`)
    })
  }
}
