/** Meters of the process and its machine; what no playbook reads keeps the values of the recordings. */
import { DISK_TOTAL_BYTES, diskFreeBytes, HEAP_MAX_BYTES, heapOf, PROCESSORS } from './machine.ts'
import { counter, gauge, timer } from './meter.ts'
import type { Meter } from './meter.ts'
import { rabbitAway } from './world.ts'
import type { World } from './world.ts'

const CONNECTION_FACTORY = { name: 'connectionFactory' }
const MAIN_CLASS = { main_application_class: 'com.okpos.todaysales.MiniTodaySalesApplication' }

export function machineMeters(world: World): Meter[] {
  const nowMs = world.clock.now()
  const uptimeSeconds = (nowMs - world.processStartMs) / 1000
  const { log, rabbit } = world.counters
  const path = { path: '/app/.' }
  return [
    gauge(
      'application.ready.time',
      4.918,
      MAIN_CLASS,
      'Time taken for the application to be ready to service requests',
      'seconds',
    ),
    gauge(
      'application.started.time',
      4.885,
      MAIN_CLASS,
      'Time taken to start the application',
      'seconds',
    ),
    gauge('disk.free', diskFreeBytes(), path, 'Usable space for path', 'bytes'),
    gauge('disk.total', DISK_TOTAL_BYTES, path, 'Total space for path', 'bytes'),
    ...executorMeters(),
    ...jvmMeters(world, uptimeSeconds),
    ...Object.entries({
      warn: log.warn,
      debug: 69,
      error: log.error,
      trace: 231,
      info: log.info,
    }).map(([level, count]) =>
      counter(
        'logback.events',
        count,
        { level },
        {
          description: 'Number of log events that were enabled by the effective log level',
          baseUnit: 'events',
        },
      ),
    ),
    gauge(
      'process.cpu.usage',
      0.08,
      {},
      'The "recent cpu usage" for the Java Virtual Machine process',
    ),
    gauge('process.files.max', 20_000, {}, 'The maximum file descriptor count', 'files'),
    gauge('process.files.open', 32, {}, 'The open file descriptor count', 'files'),
    gauge(
      'process.start.time',
      world.processStartMs / 1000,
      {},
      'Start time of the process since unix epoch.',
      'seconds',
    ),
    gauge('process.uptime', uptimeSeconds, {}, 'The uptime of the Java virtual machine', 'seconds'),
    counter('rabbitmq.acknowledged', rabbit.published, CONNECTION_FACTORY),
    counter('rabbitmq.acknowledged_published', rabbit.published, CONNECTION_FACTORY),
    gauge('rabbitmq.channels', rabbitAway(world) ? 0 : 26, CONNECTION_FACTORY),
    gauge('rabbitmq.connections', rabbitAway(world) ? 0 : 1, CONNECTION_FACTORY),
    counter('rabbitmq.consumed', rabbit.published + rabbit.rejected, CONNECTION_FACTORY),
    counter('rabbitmq.failed_to_publish', 0, CONNECTION_FACTORY),
    counter('rabbitmq.not_acknowledged_published', 0, CONNECTION_FACTORY),
    counter('rabbitmq.published', rabbit.published, CONNECTION_FACTORY),
    counter('rabbitmq.rejected', rabbit.rejected, CONNECTION_FACTORY),
    counter('rabbitmq.unrouted_published', 0, CONNECTION_FACTORY),
    timer(
      'spring.data.repository.invocations',
      { count: world.counters.sales.count, total: world.counters.sales.count * 0.004, max: 0.0194 },
      { exception: 'None', method: 'save', repository: 'SaleRepository', state: 'SUCCESS' },
      'Duration of repository invocations',
    ),
    timer(
      'spring.rabbitmq.listener',
      { count: world.counters.sales.count, total: world.counters.sales.count * 0.003, max: 0.0088 },
      {
        exception: 'none',
        listener_id: 'org.springframework.amqp.rabbit.RabbitListenerEndpointContainer#3',
        queue: 'sales.queue',
        result: 'success',
      },
      'Spring RabbitMQ Listener',
    ),
    gauge(
      'system.cpu.count',
      PROCESSORS,
      {},
      'The number of processors available to the Java virtual machine',
    ),
    gauge(
      'system.cpu.usage',
      0.12,
      {},
      'The "recent cpu usage" of the system the application is running in',
    ),
    gauge(
      'system.load.average.1m',
      0.334_472_656_25,
      {},
      'The sum of the number of runnable entities queued to available processors and the number of runnable entities running on the available processors averaged over a period of time',
    ),
    gauge('tomcat.sessions.active.current', 0, {}, null, 'sessions'),
    gauge('tomcat.sessions.active.max', 0, {}, null, 'sessions'),
    gauge('tomcat.sessions.alive.max', 0, {}, null, 'seconds'),
    counter('tomcat.sessions.created', 0, {}, { baseUnit: 'sessions' }),
    counter('tomcat.sessions.expired', 0, {}, { baseUnit: 'sessions' }),
    counter('tomcat.sessions.rejected', 0, {}, { baseUnit: 'sessions' }),
  ]
}

function executorMeters(): Meter[] {
  return ['applicationTaskExecutor', 'taskScheduler'].flatMap((name) => {
    const scheduler = name === 'taskScheduler'
    const unlimited = 2_147_483_647
    return [
      gauge(
        'executor.active',
        0,
        { name },
        'The approximate number of threads that are actively executing tasks',
        'threads',
      ),
      counter(
        'executor.completed',
        0,
        { name },
        {
          description: 'The approximate total number of tasks that have completed execution',
          baseUnit: 'tasks',
        },
      ),
      gauge(
        'executor.pool.core',
        scheduler ? 5 : 8,
        { name },
        'The core number of threads for the pool',
        'threads',
      ),
      gauge(
        'executor.pool.max',
        unlimited,
        { name },
        'The maximum allowed number of threads in the pool',
        'threads',
      ),
      gauge(
        'executor.pool.size',
        scheduler ? 1 : 0,
        { name },
        'The current number of threads in the pool',
        'threads',
      ),
      gauge(
        'executor.queue.remaining',
        unlimited,
        { name },
        'The number of additional elements that this queue can ideally accept without blocking',
        'tasks',
      ),
      gauge(
        'executor.queued',
        scheduler ? 1 : 0,
        { name },
        'The approximate number of tasks that are queued for execution',
        'tasks',
      ),
    ]
  })
}

function jvmMeters(world: World, uptimeSeconds: number): Meter[] {
  const heap = heapOf(world)
  const pools = [
    {
      area: 'heap',
      id: 'G1 Survivor Space',
      used: heap.survivorBytes,
      committed: heap.survivorBytes,
      max: -1,
    },
    {
      area: 'heap',
      id: 'G1 Old Gen',
      used: heap.oldBytes,
      committed: heap.oldBytes + 11_720_704,
      max: HEAP_MAX_BYTES,
    },
    { area: 'nonheap', id: 'Metaspace', used: 84_071_824, committed: 84_606_976, max: -1 },
    { area: 'nonheap', id: 'CodeCache', used: 15_058_176, committed: 15_532_032, max: 50_331_648 },
    {
      area: 'heap',
      id: 'G1 Eden Space',
      used: heap.edenBytes,
      committed: heap.edenBytes + 51_380_224,
      max: -1,
    },
    {
      area: 'nonheap',
      id: 'Compressed Class Space',
      used: 12_125_008,
      committed: 12_386_304,
      max: 1_073_741_824,
    },
  ] as const
  const buffers = ["mapped - 'non-volatile memory'", 'mapped', 'direct'] as const
  const direct = (id: string, value: number): number => (id === 'direct' ? value : 0)
  const collections = Math.floor(uptimeSeconds / 90)
  return [
    ...buffers.map((id) =>
      gauge(
        'jvm.buffer.count',
        direct(id, 37),
        { id },
        'An estimate of the number of buffers in the pool',
        'buffers',
      ),
    ),
    ...buffers.map((id) =>
      gauge(
        'jvm.buffer.memory.used',
        direct(id, 4_285_324),
        { id },
        'An estimate of the memory that the Java virtual machine is using for this buffer pool',
        'bytes',
      ),
    ),
    ...buffers.map((id) =>
      gauge(
        'jvm.buffer.total.capacity',
        direct(id, 4_285_323),
        { id },
        'An estimate of the total capacity of the buffers in this pool',
        'bytes',
      ),
    ),
    gauge(
      'jvm.classes.loaded',
      18_101,
      {},
      'The number of classes that are currently loaded in the Java virtual machine',
      'classes',
    ),
    counter(
      'jvm.classes.unloaded',
      0,
      {},
      {
        description:
          'The total number of classes unloaded since the Java virtual machine has started execution',
        baseUnit: 'classes',
      },
    ),
    gauge(
      'jvm.gc.live.data.size',
      39_659_520,
      {},
      'Size of long-lived heap memory pool after reclamation',
      'bytes',
    ),
    gauge(
      'jvm.gc.max.data.size',
      HEAP_MAX_BYTES,
      {},
      'Max size of long-lived heap memory pool',
      'bytes',
    ),
    counter(
      'jvm.gc.memory.allocated',
      collections * 61_000_000,
      {},
      {
        description:
          'Incremented for an increase in the size of the (young) heap memory pool after one GC to before the next',
        baseUnit: 'bytes',
      },
    ),
    counter(
      'jvm.gc.memory.promoted',
      collections * 21_000,
      {},
      {
        description:
          'Count of positive increases in the size of the old generation memory pool before GC to after GC',
        baseUnit: 'bytes',
      },
    ),
    gauge(
      'jvm.gc.overhead',
      0.0108,
      {},
      'An approximation of the percent of CPU time used by GC activities over the last lookback period or since monitoring began, whichever is shorter, in the range [0..1]',
      'percent',
    ),
    ...['G1 Preventive Collection', 'G1 Evacuation Pause', 'Metadata GC Threshold'].map(
      (cause, index) =>
        timer(
          'jvm.gc.pause',
          { count: collections >> index, total: (collections >> index) * 0.01, max: 0.017 },
          { cause, action: 'end of minor GC' },
          'Time spent in GC pause',
        ),
    ),
    ...pools.map(({ area, id, committed }) =>
      gauge(
        'jvm.memory.committed',
        committed,
        { area, id },
        'The amount of memory in bytes that is committed for the Java virtual machine to use',
        'bytes',
      ),
    ),
    ...pools.map(({ area, id, max }) =>
      gauge(
        'jvm.memory.max',
        max,
        { area, id },
        'The maximum amount of memory in bytes that can be used for memory management',
        'bytes',
      ),
    ),
    gauge(
      'jvm.memory.usage.after.gc',
      heap.oldBytes / HEAP_MAX_BYTES,
      { area: 'heap', pool: 'long-lived' },
      'The percentage of long-lived heap pool used after the last GC event, in the range [0..1]',
      'percent',
    ),
    ...pools.map(({ area, id, used }) =>
      gauge('jvm.memory.used', used, { area, id }, 'The amount of used memory', 'bytes'),
    ),
    gauge('jvm.threads.daemon', 23, {}, 'The current number of live daemon threads', 'threads'),
    gauge(
      'jvm.threads.live',
      61,
      {},
      'The current number of live threads including both daemon and non-daemon threads',
      'threads',
    ),
    gauge(
      'jvm.threads.peak',
      62,
      {},
      'The peak live thread count since the Java virtual machine started or peak was reset',
      'threads',
    ),
    ...Object.entries({
      'timed-waiting': 36,
      new: 0,
      runnable: 9,
      blocked: 0,
      waiting: 16,
      terminated: 0,
    }).map(([state, count]) =>
      gauge('jvm.threads.states', count, { state }, 'The current number of threads', 'threads'),
    ),
  ]
}
