/** `mts watch` put together: the service, the journal, the channels, the terminal; until it is stopped. */
import { isoSeoul } from '../core/dates.ts'
import type { Sample } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { worstStatus, type Status } from '../core/verdict.ts'
import type { WatchHold, WatchRecords } from '../core/watch-records.ts'
import type { Level } from '../health/health.ts'
import type { HealthPorts } from '../health/round.ts'
import { createDeliverer, type Deliverer } from '../notify/deliver.ts'
import { createPoster, type Poster } from '../notify/post.ts'
import { checkAddress, createSenders, type Sender } from '../notify/senders.ts'
import { muteOfAll, muteOfWarnings } from '../watch/mute.ts'
import type { WatchPolicy } from '../watch/policy.ts'
import { markAfter } from '../watch/rhythm.ts'
import type { Advance, WatchedCheck } from '../watch/round.ts'
import {
  eventOfChange,
  eventOfMissed,
  eventOfOutcome,
  renderWatchEvent,
  renderWatchPicture,
  type WatchEvent,
} from '../render/watch.ts'
import { screenText } from '../render/output.ts'
import type { CommandContext } from './command.ts'
import { wantsColor } from './context.ts'
import { overTimeOf } from './over-time.ts'
import { quoteWords } from '../core/shell-words.ts'
import { createSystemdNotify } from './systemd.ts'
import { watchOneRound, watchOnMarks, type WatchLoopPorts } from './watch-loop.ts'
import { lookAt } from './watch-look.ts'
import { notifySettings, policyOf, rhythmOf, watchSettings } from './watch-policy.ts'
import { prepareRuns } from './watch-prepare.ts'
import { createWatchScreen } from './watch-screen.ts'

const HEARTBEAT_TIMEOUT_MS = 5000
/** How long one round of cron keeps at what it has to tell. */
const DRAIN_MS = 20_000

type Say = (event: WatchEvent) => void

interface Parts {
  readonly context: CommandContext
  readonly policy: WatchPolicy
  readonly records: WatchRecords
  readonly hold: WatchHold
  readonly poster: Poster
  readonly senders: readonly Sender[]
  readonly stop: AbortController
}

/** Until Ctrl-C or SIGTERM. BUSY (75) while another watch has the journal. */
export async function runWatch(context: CommandContext): Promise<void> {
  const { ports, output } = context
  const live = ports.stdout.isTTY && output !== 'json'
  const face = live ? await createLiveFace(context) : await createLineFace(context)
  await withParts(context, async (parts) => {
    const { clock } = ports
    const { policy, records, hold, stop } = parts
    const deliverer = delivererOf(parts, face.say)
    const systemd = createSystemdNotify(ports.env, (problem) =>
      context.dialog.notify({ code: 'SYSTEMD', text: text(problem, problem) }),
    )
    const beat = heartbeatOf(parts, face.say)
    const checks = new Map<string, WatchedCheck>()
    let latest: Advance | undefined
    let nextAtMs = clock.now()
    const redraw = (): void => {
      if (latest === undefined) return
      const nowMs = clock.now()
      const mute =
        muteOfAll(nowMs, policy, latest.state.maintenance) ?? muteOfWarnings(nowMs, policy)
      const muted = mute?.reason
      face.draw({
        atMs: latest.state.lastRoundMs ?? clock.now(),
        checks: [...checks.values()],
        incidents: latest.state.incidents,
        nextAtMs,
        pending: records.pending(),
        ...(muted === undefined ? {} : { muted }),
      })
    }
    const settings = await context.settings()
    const loop: WatchLoopPorts = {
      ...(await loopPorts(parts, (seen) => {
        for (const check of seen) checks.set(check.id, check)
      })),
      onRound(done) {
        latest = done
        for (const change of done.changes) face.say(eventOfChange(change))
        deliverer.poke()
        nextAtMs = markAfter(clock.now(), rhythmOf(settings))
        redraw()
        systemd(['WATCHDOG=1'])
        void beat()
      },
      onMissed: (marks) => face.say(eventOfMissed(marks, clock.now())),
      onWaiting(untilMs) {
        nextAtMs = untilMs
        redraw()
      },
    }
    hold.recoverOutbox(clock.now())
    face.say(startedEvent(clock.now(), settings.url, policy))
    systemd(['--ready'])
    await together(stop, watchOnMarks(loop), deliverer.run(stop.signal))
    systemd(['--stopping'])
    face.clear()
    face.say(stoppedEvent(clock.now(), records.pending()))
  })
}

export interface WatchRoundValue {
  readonly kind: 'WatchRound'
  readonly url: string
  readonly at: string
  readonly status: Status
  readonly events: readonly WatchEvent[]
  /** Notices that have not left yet; the next round goes on with them. */
  readonly pending: number
}

/** One round, and what it has to tell, for a scheduler. */
export async function runWatchOnce(
  context: CommandContext,
  level: Level | undefined,
): Promise<WatchRoundValue> {
  const { clock } = context.ports
  const { url } = await context.settings()
  return withParts(context, async (parts) => {
    const events: WatchEvent[] = []
    const say: Say = (event) => void events.push(event)
    const seen = new Map<string, WatchedCheck>()
    const done = await watchOneRound(
      {
        ...(await loopPorts(parts, (checks) => {
          for (const check of checks) seen.set(check.id, check)
        })),
        onRound: ({ changes }) => {
          for (const change of changes) say(eventOfChange(change))
        },
        onMissed: () => undefined,
      },
      level,
    )
    context.signal.throwIfAborted()
    parts.hold.recoverOutbox(clock.now())
    const enough = new AbortController()
    const drained = delivererOf(parts, say).drain(
      AbortSignal.any([enough.signal, parts.stop.signal]),
    )
    await Promise.race([drained, until(context, DRAIN_MS, drained)])
    enough.abort()
    await drained
    await heartbeatOf(parts, say)()
    return {
      kind: 'WatchRound',
      url,
      at: isoSeoul(done?.state.lastRoundMs ?? clock.now()),
      status: worstStatus([...seen.values()].map(({ status }) => status)),
      events,
      pending: parts.records.pending(),
    }
  })
}

/** Ends after `ms`, or with `work` when that is sooner. */
async function until(context: CommandContext, ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  void work.finally(() => over.abort()).catch(() => undefined)
  try {
    await context.ports.clock.sleep(ms, over.signal)
  } catch (error) {
    if (!over.signal.aborted) throw error
  }
}

async function withParts<T>(
  context: CommandContext,
  work: (parts: Parts) => Promise<T>,
): Promise<T> {
  const settings = await context.settings()
  const notify = notifySettings(settings)
  const { clock } = context.ports
  const poster = await createPoster(() => clock.now())
  const senders = createSenders(notify, (request) => poster.post(request))
  if (notify.heartbeatUrl !== undefined) checkAddress(notify.heartbeatUrl, 'heartbeat.url')
  const records = (await context.journal()).watching
  if (records === undefined) throw new Error('this journal cannot be watched with')
  const stop = new AbortController()
  const onStop = (): void => stop.abort(context.signal.reason)
  context.signal.addEventListener('abort', onStop, { once: true })
  if (context.signal.aborted) onStop()
  const hold = records.hold(clock.now())
  try {
    warnOfSilence(context, senders, settings.stores.length)
    const policy = policyOf(settings, senders)
    return await work({ context, policy, records, hold, poster, senders, stop })
  } finally {
    context.signal.removeEventListener('abort', onStop)
    hold.release()
  }
}

/** Watching without anybody to tell is possible, and said. */
function warnOfSilence(context: CommandContext, senders: readonly Sender[], stores: number): void {
  if (senders.every(({ channel }) => channel === 'finance')) {
    context.dialog.notify({
      code: 'NOBODY_TOLD',
      text: text(
        '알림 채널이 없습니다. 설정: MTS_SLACK_WEBHOOK_URL, MTS_PAGERDUTY_ROUTING_KEY',
        'nobody is told: set MTS_SLACK_WEBHOOK_URL or MTS_PAGERDUTY_ROUTING_KEY',
      ),
    })
  }
  if (stores === 0 && senders.some(({ channel }) => channel === 'finance')) {
    context.dialog.notify({
      code: 'FINANCE_NOT_TOLD',
      text: text(
        '가맹점이 설정되지 않아 재무팀에 정산 완료를 보낼 수 없습니다. 설정: stores(MTS_STORES)',
        'finance cannot be told of settlements without stores: set stores (MTS_STORES)',
      ),
    })
  }
}

async function loopPorts(
  { context, policy, records, hold, stop }: Parts,
  onSeen: (checks: readonly WatchedCheck[]) => void,
): Promise<Omit<WatchLoopPorts, 'onRound' | 'onMissed'>> {
  const settings = await context.settings()
  const journal = await context.journal()
  const { clock } = context.ports
  const suffix = (await context.commandLine([])).slice('mts'.length)
  const health: HealthPorts = {
    reader: await context.service(),
    clock,
    settings,
    samples: (metric, fromMs, toMs): Promise<readonly Sample[]> =>
      Promise.resolve(journal.samples({ url: settings.url, metric, fromMs, toMs })),
    signal: stop.signal,
    pathsOut: new Map(),
    ...overTimeOf(settings, clock),
  }
  const address = (command: string): string => command + suffix
  return {
    clock,
    url: settings.url,
    policy,
    rhythm: rhythmOf(settings),
    records,
    hold,
    signal: stop.signal,
    commandLine: (words) => quoteWords(words) + suffix,
    random: Math.random,
    look: async (level, state) => {
      const seen = await lookAt({ health, settings, journal, policy, address }, level, state)
      onSeen(seen.checks)
      return seen
    },
    ...(watchSettings(settings).prepareRuns
      ? { prepare: (advance, before) => prepareRuns(context, advance, before) }
      : {}),
  }
}

function delivererOf({ context, hold, senders }: Parts, say: Say): Deliverer {
  const { clock } = context.ports
  return createDeliverer({
    outbox: hold,
    senders,
    clock,
    onOutcome: (delivery, outcome) => {
      const event = eventOfOutcome(delivery, outcome, clock.now())
      if (event !== undefined) say(event)
    },
  })
}

/** Somebody else notices when it stops coming; that it does not get through is said once. */
function heartbeatOf({ context, poster, stop }: Parts, say: Say): () => Promise<void> {
  let failing = false
  let out = false
  return async () => {
    const { heartbeatUrl } = notifySettings(await context.settings())
    if (heartbeatUrl === undefined || out) return
    out = true
    const answer = await poster.get({
      url: heartbeatUrl,
      timeoutMs: HEARTBEAT_TIMEOUT_MS,
      signal: stop.signal,
    })
    out = false
    const good = answer.kind === 'answered' && answer.httpStatus < 300
    if (good !== failing || stop.signal.aborted) return
    failing = !good
    const problem = answer.kind === 'lost' ? answer.reason : `HTTP ${answer.httpStatus}`
    const message: Text = good
      ? text('감시 신호(heartbeat) 전송 재개', 'the heartbeat gets through again')
      : text(`감시 신호(heartbeat) 전송 실패: ${problem}`, `no heartbeat: ${problem}`)
    say(plainEvent('heartbeat', context.ports.clock.now(), good ? 'info' : 'warning', message))
  }
}

/**
 * Watching ends with its loop, and delivering with it; either failing stops the other. Delivering may
 * end by itself: without a channel there is nothing to deliver, and the watch goes on.
 */
async function together(
  stop: AbortController,
  watching: Promise<void>,
  delivering: Promise<void>,
): Promise<void> {
  const end = (): void => stop.abort(new Error('the watch ends'))
  const ended = await Promise.allSettled([
    watching.finally(end),
    delivering.catch((error: unknown) => {
      end()
      throw error
    }),
  ])
  for (const result of ended) if (result.status === 'rejected') throw result.reason
}

function plainEvent(
  event: string,
  atMs: number,
  severity: WatchEvent['severity'],
  message: Text,
): WatchEvent {
  return { kind: 'WatchEvent', event, at: isoSeoul(atMs), severity, message }
}

function startedEvent(atMs: number, url: string, { channels }: WatchPolicy): WatchEvent {
  return {
    ...plainEvent('started', atMs, 'info', text(`감시 시작: ${url}`, `watching ${url}`)),
    channels,
  }
}

function stoppedEvent(atMs: number, pending: number): WatchEvent {
  const waiting =
    pending === 0
      ? text('', '')
      : text(` · 보내지 못한 알림 ${pending}건은 다음 시작 때`, `; ${pending} messages wait`)
  return plainEvent(
    'stopped',
    atMs,
    'info',
    text(`감시 종료${waiting.ko}`, `the watch has ended${waiting.en}`),
  )
}

type Picture = Omit<Parameters<typeof renderWatchPicture>[0], 'url'>

interface Face {
  readonly say: Say
  draw(picture: Picture): void
  /** What was true a moment ago is not left standing when it ends. */
  clear(): void
}

async function createLiveFace(context: CommandContext): Promise<Face> {
  const { ports, globals } = context
  const view = await context.view()
  const { url } = await context.settings()
  const color = wantsColor(ports, globals, ports.stdout)
  const screen = createWatchScreen(ports.stdout)
  return {
    say: (event) => screen.print(screenText(renderWatchEvent(event, view), color)),
    draw: (picture) =>
      screen.draw(screenText(renderWatchPicture({ ...picture, url }, view), color)),
    clear: () => screen.draw(''),
  }
}

async function createLineFace({ ports, lang }: CommandContext): Promise<Face> {
  const { renderJsonLine } = await import('../render/json.ts')
  return {
    say: (event) => ports.stdout.write(renderJsonLine(event, lang)),
    draw: () => undefined,
    clear: () => undefined,
  }
}
