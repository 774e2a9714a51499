/** `/actuator/health`: eight components asked one after the other, each waiting as long as it takes. */
import type { JavaValue } from './java-json.ts'
import { diskFreeBytes, DISK_TOTAL_BYTES } from './machine.ts'
import { rabbitAway, redisAway, waitForDatabase } from './world.ts'
import type { World } from './world.ts'

const COMPONENTS = [
  'customDatabase',
  'customRabbitMQ',
  'customRedis',
  'db',
  'diskSpace',
  'ping',
  'rabbit',
  'redis',
] as const
export type Component = (typeof COMPONENTS)[number]

export function isComponent(name: string): name is Component {
  return (COMPONENTS as readonly string[]).includes(name)
}

export interface Health {
  readonly up: boolean
  readonly body: JavaValue
}

const REDIS_MS = 60_000
const DB_MS = 30_000
const RABBIT_MS = 1500
const RABBIT_HANG_MS = 60_000
const LOCKED_TABLES_MS = 26_000

const POOL_TIMEOUT =
  'java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms.'
const REDIS_TIMEOUT =
  'org.springframework.dao.QueryTimeoutException: Redis command timed out; nested exception is ' +
  'io.lettuce.core.RedisCommandTimeoutException: Command timed out after 1 minute(s)'
const RABBIT_REFUSED =
  'org.springframework.amqp.AmqpConnectException: java.net.ConnectException: Connection refused'

/** The whole: its time is the sum of its parts. */
export async function wholeHealth(world: World, signal?: AbortSignal): Promise<Health> {
  if (world.faults.has('pool-exhausted')) await waitForDatabase(world, LOCKED_TABLES_MS, signal)
  const components: Record<string, JavaValue> = {}
  let up = true
  for (const name of COMPONENTS) {
    const wait = wholeWaitMs(world, name)
    if (wait > 0) await world.wait(wait, signal)
    const part = componentBody(world, name)
    components[name] = part.body
    up &&= part.up
  }
  return { up, body: { status: up ? 'UP' : 'DOWN', components } }
}

export async function componentHealth(
  world: World,
  name: Component,
  signal?: AbortSignal,
): Promise<Health> {
  const database = name === 'db' || name === 'customDatabase'
  if (database && world.faults.has('pool-exhausted')) {
    await waitForDatabase(world, LOCKED_TABLES_MS, signal)
  }
  const wait = wholeWaitMs(world, name)
  if (wait > 0) await world.wait(wait, signal)
  return componentBody(world, name)
}

function wholeWaitMs(world: World, name: Component): number {
  if (name === 'redis' || name === 'customRedis') return redisAway(world) ? REDIS_MS : 0
  if (name === 'db' || name === 'customDatabase') return databaseDown(world) ? DB_MS : 0
  // customRabbitMQ finds the broken connection at once; only `rabbit` tries a new one.
  if (name === 'rabbit' && world.faults.has('rabbit-down')) return RABBIT_MS
  // Not recorded: as a broker that holds the connection would make both of them wait.
  const broker = name === 'rabbit' || name === 'customRabbitMQ'
  if (broker && world.faults.has('rabbit-hang')) return RABBIT_HANG_MS
  return 0
}

function databaseDown(world: World): boolean {
  return world.faults.has('db-down') || world.faults.has('db-hang')
}

function componentBody(world: World, name: Component): Health {
  const down = isDown(world, name)
  const details = down ? downDetails(name) : upDetails(world, name)
  const status = down ? 'DOWN' : 'UP'
  return { up: !down, body: details === undefined ? { status } : { status, details } }
}

function isDown(world: World, name: Component): boolean {
  if (name === 'redis' || name === 'customRedis') return redisAway(world)
  if (name === 'db' || name === 'customDatabase') return databaseDown(world)
  if (name === 'rabbit' || name === 'customRabbitMQ') return rabbitAway(world)
  return false
}

function downDetails(name: Component): Readonly<Record<string, JavaValue>> {
  switch (name) {
    case 'customDatabase':
      return { status: 'Connection Failed', error: POOL_TIMEOUT }
    case 'db':
      return {
        error: `org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection; nested exception is ${POOL_TIMEOUT}`,
      }
    case 'customRabbitMQ':
      return { status: 'Connection Failed', broker: 'RabbitMQ', error: RABBIT_REFUSED }
    case 'rabbit':
      return { error: RABBIT_REFUSED }
    case 'customRedis':
      return { status: 'Connection Failed', error: REDIS_TIMEOUT }
    default:
      return { error: REDIS_TIMEOUT }
  }
}

function upDetails(world: World, name: Component): Readonly<Record<string, JavaValue>> | undefined {
  switch (name) {
    case 'customDatabase':
      return {
        status: 'Connected',
        database: 'MySQL',
        version: '5.5.5-10.11.19-MariaDB-0+deb12u1',
        driver: 'MySQL Connector/J',
        driver_version:
          'mysql-connector-j-8.0.33 (Revision: 7d6b0800528b6b25c68b52dc10d6c1c8429c100c)',
        url: 'jdbc:mysql://localhost:3306/today_sales?useSSL=false&serverTimezone=UTC&allowPublicKeyRetrieval=true',
        tables_count: 3,
        sales_count: world.ledger.salesCount,
        connection_valid: true,
      }
    case 'customRabbitMQ':
      return {
        status: 'Connected',
        broker: 'RabbitMQ',
        sales_queue_messages: 0,
        connection: 'Active',
      }
    case 'customRedis': {
      const seconds = Math.floor((world.clock.now() - world.processStartMs) / 1000)
      return {
        status: 'Connected',
        ping: 'PONG',
        cache_test: 'PASS',
        redis_version: '7.0.15',
        connected_clients: '1',
        used_memory: '1.02M',
        uptime: `${seconds} seconds`,
      }
    }
    case 'db':
      return { database: 'MySQL', validationQuery: 'isValid()' }
    case 'diskSpace':
      return {
        total: DISK_TOTAL_BYTES,
        free: diskFreeBytes(),
        threshold: 10_485_760,
        exists: true,
      }
    case 'rabbit':
      return { version: '3.10.8' }
    case 'redis':
      return { version: '7.0.15' }
    default:
      return undefined
  }
}
