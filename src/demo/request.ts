/** A request as the demo's core takes it: no sockets, so that a simulation can drive the demo directly. */
export interface DemoRequest {
  readonly method: string
  /** Path with its query, as on the request line. */
  readonly path: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface DemoReply {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case; `transfer-encoding` or `content-length` as the service has it. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `cut`: the connection ends without an answer. */
export type DemoAnswer = DemoReply | { readonly kind: 'cut' }

/** One line of the demo's access log, written when the request comes in. */
export interface LoggedRequest {
  readonly method: string
  readonly path: string
  /** ms since the epoch. */
  readonly atMs: number
}

/** A request taken apart, as routes see it. */
export interface RouteRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal | undefined
}
