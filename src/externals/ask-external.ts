/**
 * Whether somebody else's server answers: a TCP connection to `host:port`, or the head of one HTTP
 * answer. Any answer below 500 shows that it is there; what it answers is not ours to judge.
 */
import type { Clock } from '../core/clock.ts'
import { systemCodeOf } from '../core/errors.ts'

export interface AskedExternal {
  readonly state: 'up' | 'down' | 'hanging'
  readonly latencyMs: number
  /** An HTTP status or a system code. */
  readonly detail: string
}

export async function askExternal(
  target: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly clock: Clock },
): Promise<AskedExternal> {
  const startedMs = options.clock.monotonicMs()
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([deadline, options.signal])
  const took = (): number => options.clock.monotonicMs() - startedMs
  try {
    const detail = /^https?:/i.test(target)
      ? await httpStatus(target, signal)
      : await tcpConnect(target, signal)
    const state = /^5\d\d$/.test(detail) ? 'down' : 'up'
    return { state, latencyMs: took(), detail }
  } catch (error) {
    if (deadline.aborted) return { state: 'hanging', latencyMs: took(), detail: 'timeout' }
    if (options.signal.aborted) throw error
    return { state: 'down', latencyMs: took(), detail: systemCodeOf(error) ?? 'error' }
  }
}

/** The status alone; the body is never read and a redirect never followed. */
async function httpStatus(target: string, signal: AbortSignal): Promise<string> {
  const { request } = target.toLowerCase().startsWith('https:')
    ? await import('node:https')
    : await import('node:http')
  return new Promise((resolve, reject) => {
    const sent = request(target, { method: 'GET', signal, agent: false }, (response) => {
      resolve(String(response.statusCode ?? 0))
      response.destroy()
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function tcpConnect(target: string, signal: AbortSignal): Promise<string> {
  const { connect } = await import('node:net')
  const at = target.lastIndexOf(':')
  const host = target.slice(0, at).replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(target.slice(at + 1)) })
    const stop = (): void => {
      socket.destroy()
      reject(signal.reason as Error)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop)
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error) => {
      signal.removeEventListener('abort', stop)
      reject(error)
    })
  })
}
