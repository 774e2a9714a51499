/**
 * Connections to one service: a pool for what may be asked again, and a fresh one, used once, for
 * what must not be. The pool is made of undici's clients but is not undici's: that one opens a new
 * connection for every request that is given up. Every socket is known here, so that letting go
 * really lets go.
 */
import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import buildConnector from 'undici/lib/core/connect.js'
import Client from 'undici/lib/dispatcher/client.js'
import type { Address } from './address.ts'

/** One request handed to a connection. */
export interface Dispatched {
  /** It went out on a connection that had been used before: the server may have closed that one. */
  readonly reused: boolean
  /** To be called once. `finished`: the answer came to its end; else the connection is taken down. */
  release(how: 'finished' | 'given_up'): void
}

export interface Connections {
  /** On an idle connection, or a new one. */
  pooled(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Dispatched
  /** On a connection of its own, closed afterwards. */
  fresh(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Dispatched
  close(): Promise<void>
}

interface Line {
  readonly client: InstanceType<typeof Client>
  socket: Socket | undefined
}

export function createConnections(address: Address): Connections {
  const lines = new Set<Line>()
  const idle: Line[] = []
  let closed = false
  // No time limits of the library: deadlines are ours (exchange.ts), and hold whatever runs below.
  const connect = buildConnector({
    timeout: 0,
    ...(address.secureContext === undefined ? {} : { secureContext: address.secureContext }),
  })

  function open(kept: boolean): Line {
    const line: Line = {
      client: new Client(address.origin, {
        headersTimeout: 0,
        bodyTimeout: 0,
        pipelining: kept ? 1 : 0,
        connect: (options, callback) => {
          line.socket = connect(options, callback)
        },
      }),
      socket: undefined,
    }
    lines.add(line)
    // A client that is closed says so to whoever still asks.
    if (closed) void takeDown(line)
    return line
  }

  function takeDown(line: Line): Promise<void> {
    lines.delete(line)
    const destroyed = line.client.destroy()
    // A connection still being made is not the client's yet.
    line.socket?.destroy()
    return destroyed
  }

  return {
    pooled(options, handler) {
      const line = idle.pop() ?? open(true)
      const reused = line.socket?.destroyed === false
      line.client.dispatch(options, handler)
      return {
        reused,
        release(how) {
          if (how === 'finished' && lines.has(line)) idle.push(line)
          else void takeDown(line)
        },
      }
    },
    fresh(options, handler) {
      const line = open(false)
      line.client.dispatch(options, handler)
      return { reused: false, release: () => void takeDown(line) }
    },
    async close() {
      closed = true
      idle.length = 0
      await Promise.all([...lines].map((line) => takeDown(line)))
    },
  }
}
