/** The end of a server's certificate, read from its handshake: nothing is asked of it, and nothing trusted. */
import { systemCodeOf } from '../core/errors.ts'

export type ReadCertificate =
  | { readonly kind: 'read'; readonly untilMs: number }
  | { readonly kind: 'unread'; readonly problem: string }

/** An expired or strange certificate is read like any other: that is what is looked for. */
export async function readCertificate(
  address: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ReadCertificate> {
  const { connect } = await import('node:tls')
  const { hostname, port } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isName = !/^[\d.]+$|:/.test(host)
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      rejectUnauthorized: false,
      ...(isName ? { servername: host } : {}),
    })
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
    const end = (result: ReadCertificate): void => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(result)
    }
    const onAbort = (): void => end({ kind: 'unread', problem: 'timeout' })
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    socket.once('secureConnect', () => {
      const untilMs = Date.parse(socket.getPeerCertificate().valid_to)
      end(
        Number.isNaN(untilMs) ? { kind: 'unread', problem: 'no date' } : { kind: 'read', untilMs },
      )
    })
    socket.once('error', (error) => {
      end({ kind: 'unread', problem: systemCodeOf(error) ?? 'error' })
    })
  })
}
