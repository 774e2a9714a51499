/** Wires the engine: journal, service, probes and actions, the person at the terminal where there is one. */
import { dueSettlementDate } from '../core/dates.ts'
import type { Notice } from '../core/dialog.ts'
import { text } from '../core/text.ts'
import { createEngine, type Engine } from '../playbook/engine.ts'
import type { CommandLine } from '../playbook/run.ts'
import type { CommandContext } from './command.ts'
import type { ChecklistFace } from './prompt-face.ts'
import { quoteWords } from '../core/shell-words.ts'
import { createAskedRequests, type AskedRequests } from './walk-requests.ts'

/** A wait longer than this is asked about (or left) rather than sat out, ms. */
const PATIENCE_MS = 15_000

/** Every probe has deadlines of its own, well below this; a file system that hangs has none, ms. */
export const LOOK_LIMIT_MS = 120_000

/** Steps speak through the screen at a question and the final value; only these are said as they happen. */
const SAID_ALWAYS: ReadonlySet<string> = new Set([
  'ACTION_SENDING',
  'ACTION_WAITING',
  'ACTION_RECONCILING',
  'JOURNAL_UNWRITABLE',
  'OWNER_ONLY',
])
const SAID_TO_PEOPLE: ReadonlySet<string> = new Set(['STEP_LOOKING', 'STEP_WAITING'])

export interface WalkOptions {
  /** How a checklist is shown while it is worked through. */
  readonly checklist?: ChecklistFace
  /** Filled with the steps that the person has seen on the screen. */
  readonly shown?: Set<string>
}

/** Runs `work` with an engine over this command's ports; listens for Ctrl-C as long as it walks. */
export async function withEngine<T>(
  context: CommandContext,
  options: WalkOptions,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  // Opened first: a journal that cannot be written is told before any question is asked.
  const journal = await context.journal()
  const settings = await context.settings()
  const { openCatalog } = await import('./documents.ts')
  const { createExpressions } = await import('../playbook/conditions.ts')
  const { clock } = context.ports
  const hard = new AbortController()
  const sent = { yes: false }
  const stopListening = context.onInterrupt((count) => onInterrupt(context, count, sent, hard))
  const asked = createAskedRequests(await context.service())
  const face = await createFaceOf(context, options, asked)
  try {
    const engine = createEngine({
      journal,
      expressions: createExpressions(),
      catalog: await openCatalog(context),
      clock,
      signal: context.signal,
      hardStop: hard.signal,
      url: settings.url,
      dueDate: (nowMs) => dueSettlementDate(nowMs, settings.batch),
      patienceMs: PATIENCE_MS,
      lookLimit: () => AbortSignal.timeout(LOOK_LIMIT_MS),
      dialog: {
        notify: (notice) => {
          if (notice.code === 'ACTION_SENDING') sent.yes = true
          if (notice.code === 'STEP_FINISHED') sent.yes = false
          if (notice.code === 'STEP_LOOKING') asked.begin()
          if (isSaid(notice, context)) context.dialog.notify(notice)
        },
        ...(context.dialog.approve === undefined ? {} : { approve: context.dialog.approve }),
        ...(face === undefined ? {} : { request: (question) => face.request(question) }),
      },
    })
    return await work(engine)
  } finally {
    stopListening()
  }
}

/** Once a request is out the first Ctrl-C only says so; the second leaves, the intent stays open. */
function onInterrupt(
  context: CommandContext,
  count: number,
  sent: { readonly yes: boolean },
  hard: AbortController,
): void {
  if (!sent.yes || count >= 2) {
    hard.abort()
    return
  }
  context.dialog.notify({
    code: 'SENT_KEEP_READING',
    weight: 'important',
    text: text(
      '요청은 이미 전송되었습니다. 결과를 확인하는 중입니다. 한 번 더 누르면 나갑니다',
      'the request has been sent; reading its result, once more to leave',
    ),
  })
}

/** Whether a notice of the engine is said as it happens. */
export function isSaid(notice: Notice, context: CommandContext): boolean {
  if (SAID_ALWAYS.has(notice.code)) return true
  return SAID_TO_PEOPLE.has(notice.code) && context.terminal !== undefined
}

async function createFaceOf(context: CommandContext, options: WalkOptions, asked: AskedRequests) {
  const { terminal, ports, globals, lang } = context
  if (terminal === undefined) return undefined
  const { createFace } = await import('./prompt-face.ts')
  const { createView, wantsColor } = await import('./context.ts')
  const color = wantsColor(ports, globals, ports.stderr)
  const base = await createView(ports, lang, color)
  return createFace({
    input: terminal.input,
    output: terminal.output,
    signal: context.signal,
    color,
    view: () => ({ ...base, nowMs: ports.clock.now() }),
    ...(options.checklist === undefined ? {} : { checklist: options.checklist }),
    shown: options.shown ?? new Set(),
    requestsOf: (question) => asked.of(question),
  })
}

/** Commands that go on with a run name the run's own url. */
export function commandLineFor(context: CommandContext, url: string): CommandLine {
  const { config, profile } = context.globals
  const kept = [
    ...(config === undefined ? [] : ['--config', config]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ]
  return (words) => quoteWords(['mts', ...words, '--url', url, ...kept])
}
