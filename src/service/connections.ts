/**
 * Connections to one service: a pool for what may be asked again, and a fresh one, used once, for
 * what must not be. Every socket is known here, so that letting go really lets go.
 */
import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import buildConnector from 'undici/lib/core/connect.js'
import Client from 'undici/lib/dispatcher/client.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import type { Address } from './address.ts'

/** One request handed to a connection. */
export interface Dispatched {
  /** True when it went out on a connection that had been used before: the server may have closed that one. */
  readonly reused: boolean
  /**
   * Frees what belongs to this request alone. `unsent`: it has not left yet and must not; the
   * connection begun for it is given up.
   */
  release(state: 'sent' | 'unsent'): void
}

export interface Connections {
  /** On any idle connection, or a new one. */
  pooled(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Dispatched
  /** On a connection of its own, closed afterwards. */
  fresh(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Dispatched
  close(): Promise<void>
}

export function createConnections(address: Address): Connections {
  const sockets = new Set<Socket>()
  let opened: Socket | undefined

  // No time limits of the library: deadlines are ours (exchange.ts), and hold whatever runs below.
  const open = buildConnector({
    timeout: 0,
    ...(address.secureContext === undefined ? {} : { secureContext: address.secureContext }),
  })
  const limits = {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options: Parameters<typeof open>[0], callback: Parameters<typeof open>[1]): void => {
      const socket = open(options, callback)
      opened = socket
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    },
  }
  const pool = new Pool(address.origin, limits)
  const clients = new Set<InstanceType<typeof Client>>()

  /** A connection that a request needs is begun while it is dispatched: so it is known whose it is. */
  function dispatchOn(
    dispatcher: Dispatcher,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): { readonly socket: Socket | undefined } {
    opened = undefined
    dispatcher.dispatch(options, handler)
    const socket = opened
    opened = undefined
    return { socket }
  }

  return {
    pooled(options, handler) {
      const { socket } = dispatchOn(pool, options, handler)
      return {
        reused: socket === undefined,
        release: (state) => {
          // With an error, or the pool would wait for this connection for ever.
          if (state === 'unsent') socket?.destroy(new Error('given up'))
        },
      }
    },
    fresh(options, handler) {
      const client = new Client(address.origin, { ...limits, pipelining: 0 })
      clients.add(client)
      const { socket } = dispatchOn(client, options, handler)
      return {
        reused: false,
        release: () => {
          clients.delete(client)
          void client.destroy()
          socket?.destroy()
        },
      }
    },
    async close() {
      await Promise.all([pool.destroy(), ...[...clients].map((client) => client.destroy())])
      clients.clear()
      for (const socket of sockets) socket.destroy()
    },
  }
}
