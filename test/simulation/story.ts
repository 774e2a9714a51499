/**
 * One story of the settlement path: a random world, a person or a job that acts, other actors, lost
 * answers and a crash at any point; told through the front door. Returns what should never happen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { settleCommand } from '../../src/cli/commands/settle.ts'
import type { CommandSpec } from '../../src/cli/command.ts'
import type { Ports } from '../../src/cli/ports.ts'
import { run } from '../../src/cli/run.ts'
import { resumeSettlementAction } from '../../src/cli/settlement-flow.ts'
import type { Clock } from '../../src/core/clock.ts'
import { seoulInstant } from '../../src/core/dates.ts'
import type { Journal } from '../../src/core/journal.ts'
import type { Service } from '../../src/core/service.ts'
import { openJournal } from '../../src/journal/journal.ts'
import type { SettlementAction } from '../../src/settlement/action-value.ts'
import { judgeOutcome, judgePosts, type Snapshot } from './oracle.ts'
import {
  batchInstant,
  createSimulatedService,
  STORE,
  type Fate,
  type World,
} from './simulated-service.ts'
import {
  createRandom,
  createVirtualClock,
  type Random,
  type VirtualClock,
} from './virtual-clock.ts'

const DATE = '2026-11-23'
const OLD_ID = 8

/** Breaks a rule on purpose: the simulation has to notice. */
export interface Sabotage {
  readonly service?: (service: Service, clock: Clock) => Service
  readonly journal?: (journal: Journal) => Journal
  readonly clock?: (clock: VirtualClock) => Clock
  readonly env?: Readonly<Record<string, string>>
  /** Leads the stories to where the rule matters, so that few are needed. */
  readonly focus?: {
    readonly action?: 'reprocess' | 'run'
    readonly stores?: boolean
    readonly world?: (world: World) => void
    readonly startMs?: number
  }
}

export interface StoryEnd {
  readonly breaches: readonly string[]
  /** How the commands of the story ended, for statistics. */
  readonly outcomes: readonly string[]
  readonly posts: number
}

class Crash extends Error {}

/** `mts run resume` for a bare action, without the rest of `mts run`. */
const resumeCommand: CommandSpec = {
  declare(program, perform) {
    program.command('resume <run>').action((id: string) =>
      perform(async (context) => {
        const { renderSettlementAction } = await import('../../src/render/settlement-action.ts')
        const { value, exitCode } = await resumeSettlementAction(context, id)
        return { value, exitCode, faces: { table: renderSettlementAction } }
      }),
    )
  },
}

export async function tellStory(seed: number, sabotage: Sabotage = {}): Promise<StoryEnd> {
  const directory = mkdtempSync(join(tmpdir(), 'mts-story-'))
  try {
    return await tell(seed, directory, sabotage)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function tell(seed: number, directory: string, sabotage: Sabotage): Promise<StoryEnd> {
  const random = createRandom(seed)
  const picked = pickStart(random)
  const { focus } = sabotage
  const startMs = focus?.startMs ?? picked
  const clock = createVirtualClock(startMs)
  const calm = random.chance(0.5)
  const world = pickWorld(random, calm)
  const fate = pickFate(random)
  const pickedAction = random.chance(0.75) ? ('reprocess' as const) : ('run' as const)
  const action = focus?.action ?? pickedAction
  if (action === 'run' && random.chance(0.8)) world.records = []
  focus?.world?.(world)
  const history: Snapshot[] = []
  const remember = (): void => {
    history.push({
      atMs: clock.now(),
      records: structuredClone(world.records),
      sales: structuredClone(world.sales),
    })
  }
  remember()
  const sim = createSimulatedService(clock, random, world, fate, remember)
  scheduleEvents(random, clock, world, sim, startMs)
  const pickedStores = random.chance(0.85)
  const stores = focus?.stores ?? pickedStores
  const breaches: string[] = []
  const outcomes: string[] = []
  let approvals = 0
  let intends = 0
  let askedAtMs: number | undefined
  let pid = 100
  const alive = new Set<number>()
  const crashAt = random.chance(0.3) ? random.between(3, 160) : Number.POSITIVE_INFINITY
  let calls = 0

  /** One process: killed when its number of calls into the outside world is up. */
  const command = async (
    words: readonly string[],
    options: { readonly terminal: boolean; readonly mayCrash: boolean },
  ): Promise<{ exitCode: number; value?: SettlementAction; error?: string; crashed: boolean }> => {
    const self = { pid: ++pid, startTime: '1', bootId: 'boot', host: 'sim' }
    alive.add(self.pid)
    let dead = false
    let die: () => void = () => undefined
    const killed = new Promise<'killed'>((resolve) => {
      die = () => resolve('killed')
    })
    /** True once the process is killed: nothing it calls from then on happens, nothing it awaits comes. */
    const touch = (): boolean => {
      if (!dead && options.mayCrash && ++calls >= crashAt) {
        dead = true
        die()
      }
      return dead
    }
    const never = (): Promise<never> => new Promise(() => undefined)
    const stdout: string[] = []
    const guard = <T extends object>(target: T, asynchronous: boolean): T =>
      new Proxy(target, {
        get: (object, key) => {
          const member = Reflect.get(object, key) as unknown
          if (typeof member !== 'function') return member
          return (...args: unknown[]): unknown => {
            if (key === 'now' || key === 'monotonicMs') return Reflect.apply(member, object, args)
            if (touch()) {
              if (asynchronous) return never()
              throw new Crash()
            }
            const result: unknown = Reflect.apply(member, object, args)
            if (key === 'intend') intends++
            if (key === 'startRun' || key === 'openRun' || key === 'lockDate') {
              return guard(result as object, false)
            }
            if (!(result instanceof Promise)) return result
            return result.then(
              (value: unknown) => (touch() ? never() : value),
              (error: unknown) => (dead ? never() : Promise.reject(error as Error)),
            )
          }
        },
      })
    /** Asked of the file itself, by another connection: is an intent there as the request leaves? */
    const checkIntent = (postsBefore: number): void => {
      if (sim.posts.length > postsBefore && openRuns(directory, clock).length === 0) {
        breaches.push('POST without an intent on disk')
      }
    }
    const counted: Service = {
      ...sim.service,
      postManual: (date, post) => {
        const before = sim.posts.length
        const sent = sim.service.postManual(date, post)
        checkIntent(before)
        return sent
      },
      postReprocess: (id, post) => {
        const before = sim.posts.length
        const sent = sim.service.postReprocess(id, post)
        checkIntent(before)
        return sent
      },
    }
    const service = guard(sabotage.service?.(counted, clock) ?? counted, true)
    const ports: Ports = {
      clock: guard<Clock>(sabotage.clock?.(clock) ?? clock, true),
      stdout: { write: (words_) => void stdout.push(words_), isTTY: false, columns: 80 },
      stderr: { write: () => undefined, isTTY: false, columns: 80 },
      env: {
        MTS_URL: sim.service.url,
        MTS_JOURNAL: join(directory, 'journal.db'),
        ...(stores ? { MTS_STORES: STORE } : {}),
        ...sabotage.env,
      },
      cwd: directory,
      homeDir: directory,
      directories: { config: join(directory, 'config'), state: directory },
      operator: 'simulation',
      assetsDir: directory,
      ...(options.terminal
        ? {
            terminal: {
              approve: async () => {
                await clock.sleep(random.pick([500, 4000, 60_000, 240_000]))
                if (random.chance(0.1)) return 'no' as const
                approvals++
                return 'yes' as const
              },
              input: process.stdin,
              output: process.stderr,
            },
          }
        : {}),
      readStdin: () => Promise.resolve(''),
      streamStdin: () => Readable.from([]),
      createService: () => Promise.resolve(service),
      openJournal: (path) => {
        const journal = openJournal(path, {
          clock,
          process: { self, isAlive: (holder) => alive.has(holder.pid) },
        })
        return Promise.resolve(guard(sabotage.journal?.(journal) ?? journal, false))
      },
      openFile: () => Promise.resolve('no_opener'),
      onInterrupt: () => () => undefined,
    }
    const argv = options.terminal ? words : [...words, '-o', 'json']
    const running = run(argv, ports, { specs: [settleCommand, resumeCommand] })
    const exitCode = await clock.drive(Promise.race([running, killed]))
    alive.delete(self.pid)
    remember()
    if (exitCode === 'killed') {
      outcomes.push('crash')
      return { exitCode: 137, crashed: true }
    }
    dead = true
    const parsed = options.terminal ? undefined : (JSON.parse(stdout.join('')) as { kind: string })
    if (exitCode === 70) breaches.push(`defect: ${stdout.join('').slice(0, 300)}`)
    if (parsed?.kind === 'SettlementAction') {
      const value = parsed as unknown as SettlementAction
      outcomes.push(value.outcome)
      return { exitCode, value, crashed: false }
    }
    outcomes.push(`exit ${exitCode}`)
    return { exitCode, crashed: false, error: stdout.join('') }
  }

  const words =
    action === 'reprocess' ? ['settle', 'reprocess', String(OLD_ID)] : ['settle', 'run', DATE]
  const check = (
    end: { exitCode: number; value?: SettlementAction },
    postsBefore: number,
  ): void => {
    if (end.value === undefined) return
    breaches.push(
      ...judgeOutcome(
        end.value,
        end.exitCode,
        {
          posts: sim.posts.length - postsBefore,
          sent: sim.posts.at(-1),
          intends,
          fate,
          nowMs: clock.now(),
        },
        history,
        { action, oldId: OLD_ID, date: DATE, stores },
      ),
    )
  }
  const act = async (more: readonly string[], terminal: boolean) => {
    const postsBefore = sim.posts.length
    const end = await command([...words, ...more], { terminal, mayCrash: true })
    check(end, postsBefore)
    return end
  }

  if (random.chance(0.35)) {
    await act([], true)
  } else {
    const first = await act([], false)
    const digest = first.value?.confirm
    if (digest !== undefined) {
      approvals++
      askedAtMs = clock.now()
      await clock.advance(random.pick([0, 1000, 30_000, 300_000, 590_000, 601_000]))
      const second = await act(['--confirm', digest], false)
      if (
        (second.value?.outcome === 'succeeded' || second.value?.outcome === 'failed') &&
        random.chance(0.6)
      ) {
        await act(['--confirm', digest], false)
      } else if (random.chance(0.3)) {
        await act(['--confirm', digest], false)
      }
    }
  }

  // Whatever is still open is settled by reading, once the world has come to rest.
  world.readLoss = 0
  world.readMs = () => 5
  world.down.clear()
  world.blurred = false
  await clock.advance(random.pick([0, 20_000, 120_000]))
  for (let round = 0; round < 3; round++) {
    const open = openRuns(directory, clock)
    if (open.length === 0) break
    for (const id of open) {
      const postsBefore = sim.posts.length
      const end = await command(['resume', id], { terminal: false, mayCrash: false })
      if (sim.posts.length > postsBefore) breaches.push('resume sent a request')
      check(end, postsBefore)
    }
    await clock.advance(100_000)
  }
  const current = sim.onDate(DATE)
  const atRest =
    current === undefined || current.status === 'COMPLETED' || current.status === 'FAILED'
  if (openRuns(directory, clock).length > 0 && atRest && !isOddEnd(history, current?.status)) {
    breaches.push(`an intent stays open though the record is ${current?.status ?? 'absent'}`)
  }
  breaches.push(...judgePosts(sim.posts, approvals, { stores, date: DATE, askedAtMs }))
  return {
    breaches: breaches.map((words_) => `seed ${seed}: ${words_}`),
    outcomes,
    posts: sim.posts.length,
  }
}

/** A FAILED record under a new id without sales is in no row of the table: unknown is right for it. */
function isOddEnd(history: readonly Snapshot[], status: string | undefined): boolean {
  if (status !== 'FAILED') return false
  const last = history.at(-1)
  const record = last?.records.find((item) => item.date === DATE)
  return (
    record !== undefined &&
    record.id !== OLD_ID &&
    last?.sales.every((sale) => sale.settlement !== record.id) === true
  )
}

function openRuns(directory: string, clock: VirtualClock): string[] {
  const journal = openJournal(join(directory, 'journal.db'), {
    clock,
    process: {
      self: { pid: 1, startTime: '1', bootId: 'boot', host: 'sim' },
      isAlive: () => false,
    },
  })
  const runs = journal.openIntents().map((intent) => intent.run)
  journal.close()
  return runs
}

function pickStart(random: Random): number {
  if (random.chance(0.06)) return seoulInstant(DATE, '15:00')
  if (random.chance(0.12))
    return seoulInstant('2026-11-24', '01:56') + random.between(0, 40) * 60_000
  return seoulInstant('2026-11-24', '03:00') + random.between(0, 10 * 3600) * 1000
}

/** A calm world has a settlement that may be reprocessed, so that many stories reach the request. */
function pickWorld(random: Random, calm: boolean): World {
  const odd = (probability: number): boolean => random.chance(calm ? probability / 6 : probability)
  const sales = Array.from({ length: random.pick([0, 1, 3, 3, 5]) }, (_, index) => ({
    id: index + 1,
    date: DATE,
    amount: 10_000 * (index + 1),
    status: index > 0 && random.chance(0.1) ? 'CANCELLED' : 'COMPLETED',
    settlement: null as number | null,
    fee: 0,
  }))
  const world: World = {
    records: [],
    sales,
    nextId: OLD_ID + 1,
    down: new Set(),
    skewMs: odd(0.06) ? random.pick([-3_600_000, -90_000, 90_000]) : 0,
    dateHeader: !odd(0.04),
    readMs: odd(0.12) ? () => random.between(200, 1500) : () => random.between(1, 40),
    readLoss: odd(0.15) ? 0.1 : 0,
    blurred: odd(0.06),
  }
  for (const name of ['database', 'redis', 'rabbitmq'] as const) {
    if (odd(0.05)) world.down.add(name)
  }
  const kind = random.next() * (calm ? 0.65 : 1)
  const link = (): { count: number; amount: number; fee: number } => {
    const totals = { count: 0, amount: 0, fee: 0 }
    for (const sale of sales) {
      if (sale.status !== 'COMPLETED') continue
      sale.settlement = OLD_ID
      totals.count++
      totals.amount += sale.amount
    }
    return totals
  }
  const none = { count: 0, amount: 0, fee: 0 }
  const base = { id: OLD_ID, date: DATE, note: null }
  if (kind < 0.62) world.records.push({ ...base, status: 'FAILED', totals: none })
  else if (kind < 0.74) world.records.push({ ...base, status: 'FAILED', totals: link() })
  else if (kind < 0.79) {
    link()
    world.records.push({ ...base, status: 'FAILED', totals: none })
  } else if (kind < 0.84) {
    world.records.push({ ...base, status: 'FAILED', totals: { count: 2, amount: 30_000, fee: 0 } })
  } else if (kind < 0.9) world.records.push({ ...base, status: 'COMPLETED', totals: link() })
  else if (kind < 0.94) world.records.push({ ...base, status: 'PROCESSING', totals: none })
  return world
}

function pickFate(random: Random): Fate {
  return {
    workMs: random.chance(0.6) ? random.between(20, 200) : random.between(1000, 60_000),
    answer: random.pick([
      'normal',
      'normal',
      'normal',
      'normal',
      'breaks',
      'lost_before_commit',
      'lost_after_commit',
      'bad_gateway',
      'not_sent',
    ]),
    ...(random.chance(0.15) ? { rivalMs: random.between(10, 8000) } : {}),
  }
}

function scheduleEvents(
  random: Random,
  clock: VirtualClock,
  world: World,
  sim: ReturnType<typeof createSimulatedService>,
  startMs: number,
): void {
  const sometime = (): number =>
    startMs + random.pick([20, 100, 600, 2500, 4200, 7000, 30_000, 70_000])
  if (random.chance(0.25)) {
    const workMs = random.between(10, 20_000)
    clock.at(sometime(), () => {
      const work = random.chance(0.7)
        ? sim.serve.reprocess(OLD_ID, workMs)
        : sim.serve.manual(DATE, workMs)
      work.catch(() => undefined)
    })
  }
  if (random.chance(0.2)) {
    clock.at(sometime(), () => {
      world.sales.push({
        id: 900,
        date: DATE,
        amount: 7000,
        status: 'COMPLETED',
        settlement: null,
        fee: 0,
      })
    })
  }
  if (random.chance(0.15)) {
    const name = random.pick(['database', 'redis', 'rabbitmq'] as const)
    clock.at(sometime(), () => {
      if (!world.down.delete(name)) world.down.add(name)
    })
  }
  if (random.chance(0.05)) {
    clock.at(sometime(), () => {
      const record = sim.onDate(DATE)
      if (record !== undefined) record.status = 'PROCESSING'
    })
  }
  if (startMs < batchInstant(DATE)) clock.at(batchInstant(DATE), () => sim.serve.batch(DATE))
}
