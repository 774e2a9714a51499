/** Deep imports of undici load its HTTP/1 client alone: half the code of the whole package. */
declare module 'undici/lib/dispatcher/client.js' {
  import type { Client as ClientClass } from 'undici'
  const Client: typeof ClientClass
  export default Client
}

declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici'
  import type { Socket } from 'node:net'
  /** Unlike the documented type, it returns the socket at once, before it is connected. */
  type Connector = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket
  const build: (options: buildConnector.BuildOptions) => Connector
  export default build
}
