/** The drill itself: a demo with something wrong in it, a place of its own to work from, and the score at the end. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { addDays, isoSeoul, seoulDateOf } from '../core/dates.ts'
import { EXIT } from '../core/exit-code.ts'
import { sumWon, wonOfNumber } from '../core/money.ts'
import { quoteWords } from '../core/shell-words.ts'
import type { Journal } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { createDemo, type Demo } from '../demo/demo.ts'
import { DEMO_FAULTS } from '../demo/faults.ts'
import { listenDemo } from '../demo/listen.ts'
import { createRandom } from '../demo/random.ts'
import { ACTS, actWords, drawScenarios, SCENARIOS, type Scenario } from '../drill/scenarios.ts'
import { scoreDrill, type DoneAct, type DrillRun } from '../drill/score.ts'
import { foldRun } from '../playbook/fold.ts'
import type { DrillValue } from '../render/drill.ts'
import type { CommandContext, Outcome } from './command.ts'
import {
  announceDrill,
  drillsDir,
  serveDrill,
  withdrawDrill,
  type DrillReply,
  type DrillRequest,
} from './drill-mailbox.ts'
import { usageError } from './usage-error.ts'

export interface DrillFlags {
  readonly hard?: boolean
  readonly seed?: string
  readonly port?: string
}

/** Sales go on by themselves wherever nothing stops them: a recovery has to be seen in them. */
const SALE_EVERY_MS = 10_000
const LEDGER_DAYS = 45
const STOPS_SALES = [
  'no-sales',
  'service-down',
  'db-down',
  'db-hang',
  'pool-exhausted',
  'rabbit-down',
  'rabbit-hang',
] as const

const MAX_SEED = 4_294_967_295

interface Drill {
  readonly id: string
  readonly dir: string
  readonly url: string
  readonly demo: Demo
  readonly scenarios: readonly Scenario[]
  readonly hard: boolean
  readonly seed: number
  readonly startedAtMs: number
  /** What was there at the beginning. */
  readonly ledger: ReadonlyMap<number, number>
  readonly acts: DoneAct[]
}

export async function runDrill(
  context: CommandContext,
  flags: DrillFlags,
): Promise<Outcome<DrillValue> | undefined> {
  const { clock, directories } = context.ports
  const port = numberOf(flags.port, '--port', 65_535) ?? 0
  const hard = flags.hard === true
  const seed = numberOf(flags.seed, '--seed', MAX_SEED) ?? Math.trunc(clock.now() % MAX_SEED)
  const scenarios = drawScenarios(createRandom(seed), hard)
  // The score is kept here: what cannot be written is told before anybody sets to work.
  const journal = await context.journal()
  const demo = createDemo({ clock, seed, faults: scenarios.map(({ fault }) => fault) })
  const startedAtMs = clock.now()
  const id = isoSeoul(startedAtMs).slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const listening = await listenDemo(demo, { port })
  const drill: Drill = {
    id,
    dir: join(drillsDir(directories.state), id),
    url: listening.url,
    demo,
    scenarios,
    hard,
    seed,
    startedAtMs,
    ledger: ledgerOf(demo, clock),
    acts: [],
  }
  try {
    preparePlace(context, drill)
    announceDrill(directories.state, {
      dir: drill.dir,
      url: drill.url,
      startedAt: isoSeoul(startedAtMs),
    })
    announce(context, drill)
    const score = await untilScored(context, drill)
    if (score === undefined) return abandoned(context)
    const run = keep(journal, context, drill, score)
    const { renderDrill } = await import('../render/drill.ts')
    return {
      value: { ...score, run },
      exitCode: score.passed ? EXIT.ok : EXIT.warning,
      faces: { table: renderDrill },
    }
  } finally {
    withdrawDrill(directories.state, drill.dir)
    await listening.close()
  }
}

function abandoned(context: CommandContext): undefined {
  context.dialog.notify({
    code: 'DRILL_ABANDONED',
    weight: 'important',
    text: text(
      '훈련을 그만두었습니다. 채점하지 않았고 기록도 없습니다',
      'the drill was given up; no score, nothing on record',
    ),
  })
  return undefined
}

function numberOf(words: string | undefined, option: string, most: number): number | undefined {
  if (words === undefined) return undefined
  const value = Number(words)
  if (/^\d{1,10}$/.test(words) && value <= most) return value
  throw usageError(
    text(
      `${option} 값이 올바르지 않습니다: ${words} (0~${most})`,
      `${option} takes a number up to ${most}, not ${words}`,
    ),
  )
}

/** A configuration of its own: no notice, no command and no journal of the real service is in reach. */
function preparePlace(context: CommandContext, { dir, url, demo }: Drill): void {
  const { program } = context.ports
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const config = {
    url,
    lang: context.lang,
    journal: join(dir, 'journal.db'),
    stores: demo.stores.map(({ businessNumber }) => businessNumber),
    // Started without a shell, by the very program that runs now; a step without one is done by hand.
    ...(program === undefined
      ? {}
      : {
          commands: ACTS.map(({ id, kind }) => ({
            id,
            argv: [...program, 'drill', 'act', id],
            impact: kind === 'asks' ? 'read_only' : 'mutating',
          })),
        }),
  }
  // JSON is YAML.
  write(join(dir, 'config.yaml'), `${JSON.stringify(config, null, 2)}\n`)
  write(
    join(dir, 'env'),
    [
      '# . 으로 읽어 들이세요. 이 터미널의 mts는 훈련용 서비스만 봅니다',
      'for name in $(env | sed -n \'s/^\\(MTS_[A-Z0-9_]*\\)=.*/\\1/p\'); do unset "$name"; done',
      `export MTS_CONFIG=${quoteWords([join(dir, 'config.yaml')])}`,
      '',
    ].join('\n'),
  )
}

function write(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 })
}

/** What somebody on call is told, and nothing more. */
function announce(context: CommandContext, drill: Drill): void {
  const time = isoSeoul(drill.startedAtMs).slice(11, 16)
  const calls = drill.scenarios.map(({ call }) =>
    text(`${time}  ${call.ko}`, `${time}  ${call.en}`),
  )
  const own = quoteWords([join(drill.dir, 'env')])
  const words = (lang: 'ko' | 'en'): string => {
    const ko = lang === 'ko'
    return [
      `${ko ? '훈련' : 'drill'}  ${drill.url}`,
      ...calls.map((call) => call[lang]),
      '',
      ko
        ? '다른 터미널에서 평소처럼 하세요(그 터미널은 훈련에만 쓰세요):'
        : 'work as usual in another terminal (use it for the drill only):',
      `  . ${own}`,
      '  mts triage',
      ko
        ? '  mts drill act          서비스 밖에서 할 수 있는 조치와 문의'
        : '  mts drill act          what can be done and asked beside the service',
      ko
        ? '  mts drill score        끝내고 채점'
        : '  mts drill score        ends it, with the score',
    ].join('\n')
  }
  context.dialog.notify({
    code: 'DRILL_BEGUN',
    weight: 'important',
    text: text(words('ko'), words('en')),
    data: { url: drill.url, dir: drill.dir },
  })
}

/** Enter here, or `mts drill score` elsewhere. Undefined: given up by Ctrl-C. */
async function untilScored(context: CommandContext, drill: Drill): Promise<DrillValue | undefined> {
  const over = new AbortController()
  const stop = (): void => over.abort(new Error('the drill is over'))
  context.signal.addEventListener('abort', stop, { once: true })
  const { clock } = context.ports
  let score: DrillValue | undefined
  const end = async (named: readonly string[]): Promise<DrillValue> => {
    score ??= await scored(context, drill, named)
    return score
  }
  const answer = async (request: DrillRequest): Promise<DrillReply> => {
    if (request.kind === 'act') return { kind: 'act', words: act(drill, request.id, clock) }
    const value = await end(request.named)
    // After the reply is written.
    setImmediate(stop)
    return { kind: 'score', value }
  }
  const work = [
    serveDrill(drill.dir, answer, { clock, signal: over.signal }),
    letSalesIn(drill, clock, over.signal),
  ]
  try {
    if (context.signal.aborted) stop()
    const enter = await awaitEnter(context, over.signal)
    if (enter !== undefined && !over.signal.aborted) await end(enter)
    else if (!over.signal.aborted) await Promise.all(work)
  } finally {
    stop()
    await Promise.all(work)
    context.signal.removeEventListener('abort', stop)
  }
  return score
}

/** The playbooks named with Enter; undefined where nobody can press it, or the drill is over already. */
async function awaitEnter(
  context: CommandContext,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { terminal } = context
  if (terminal === undefined) return undefined
  const { askLine } = await import('./prompt-line.ts')
  const known = new Set(SCENARIOS.flatMap(({ treatedBy }) => Object.keys(treatedBy)))
  const said = (ko: string, en: string): string => (context.lang === 'ko' ? ko : en)
  const same = (words: string): string => words
  const line = await askLine<readonly string[]>(
    {
      message: said('끝내고 채점(Enter):', 'end it, with the score (Enter):'),
      keys: said(
        '실행하지 않은 플레이북이 답이면 이름을 적으세요 · Ctrl-C 그만두기',
        'name a playbook that you did not walk but that is the answer; Ctrl-C gives up',
      ),
      parse: (typed) => {
        const words = typed.split(/[\s,]+/).filter((word) => word !== '')
        const unknown = words.find((word) => !known.has(word))
        return unknown === undefined
          ? { kind: 'value', value: words }
          : {
              kind: 'again',
              hint: said(
                `없는 플레이북입니다: ${unknown} (${[...known].join(', ')})`,
                `no such playbook: ${unknown} (${[...known].join(', ')})`,
              ),
            }
      },
    },
    { input: terminal.input, output: terminal.output, signal, paintHint: same, paintKeys: same },
  )
  return line.kind === 'value' ? line.value : undefined
}

/** Ends the faults it is the remedy for; what it says is the same whether it was or not. */
function act(drill: Drill, id: string, clock: Clock): Text {
  const words = actWords(id, drill.demo.faults, 100 + drill.acts.length)
  const mended = drill.scenarios.filter(
    ({ fault, remedies }) => remedies.includes(id) && drill.demo.faults.has(fault as never),
  )
  for (const { fault } of mended) drill.demo.clearFault(fault)
  drill.acts.push({ id, atMs: clock.now(), helped: mended.length > 0 })
  return words
}

/** A recovery is proven by a sale, so sales go on wherever nothing stops them. */
async function letSalesIn({ demo }: Drill, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const isStopped = STOPS_SALES.some((fault) => demo.faults.has(fault))
    if (!isStopped) {
      demo.addSale({
        at: isoSeoul(clock.now()).slice(0, 19),
        amount: 4500,
        paymentType: demo.faults.has('payment-outage') ? 'CASH' : 'CARD',
      })
    }
    try {
      await clock.sleep(SALE_EVERY_MS, signal)
    } catch (error) {
      // Only the end of the drill wakes it early.
      if (!signal.aborted) throw error
    }
  }
}

/** Completed sales of the days that settlements can touch, by id; amounts in hundredths of won. */
function ledgerOf(demo: Demo, clock: Clock): ReadonlyMap<number, number> {
  const today = seoulDateOf(clock.now())
  const days = Array.from({ length: LEDGER_DAYS }, (_, ago) => addDays(today, -ago))
  return new Map(
    days.flatMap((date) =>
      demo
        .sales(date)
        .filter(({ status }) => status === 'COMPLETED')
        .map(({ id, amount }) => [id, amount] as const),
    ),
  )
}

async function scored(
  context: CommandContext,
  drill: Drill,
  named: readonly string[],
): Promise<DrillValue> {
  const { clock } = context.ports
  const now = ledgerOf(drill.demo, clock)
  const gone = [...drill.ledger].filter(([id]) => !now.has(id)).map(([, amount]) => amount)
  const endedAtMs = clock.now()
  const score = scoreDrill({
    scenarios: drill.scenarios,
    runs: await walkedRuns(context, drill),
    named,
    acts: drill.acts,
    lost: {
      count: gone.length,
      amount: sumWon(gone.map((amount) => wonOfNumber(amount / 100) ?? '0')),
    },
    elapsedMs: endedAtMs - drill.startedAtMs,
  })
  return {
    kind: 'Drill',
    id: drill.id,
    hard: drill.hard,
    seed: drill.seed,
    url: drill.url,
    journal: join(drill.dir, 'journal.db'),
    startedAt: isoSeoul(drill.startedAtMs),
    endedAt: isoSeoul(endedAtMs),
    operator: context.ports.operator,
    ...score,
    faults: score.faults.map((fault) => ({ ...fault, title: titleOf(fault.fault) })),
  }
}

function titleOf(fault: string): Text {
  return DEMO_FAULTS.find(({ name }) => name === fault)?.description ?? text(fault, fault)
}

/** Playbooks that were walked against the drill's service, oldest first. */
async function walkedRuns(
  { ports }: CommandContext,
  { dir, url }: Drill,
): Promise<readonly DrillRun[]> {
  const journal = await ports.openJournal(join(dir, 'journal.db'), ports.clock)
  try {
    return journal
      .runs({ kind: 'playbook' })
      .filter((header) => header.url === url)
      .toReversed()
      .map(({ run, subject }) => {
        const finding = foldRun(journal.events(run)).ending?.finding?.code
        return { run, playbook: subject, ...(finding === undefined ? {} : { finding }) }
      })
  } finally {
    journal.close()
  }
}

/** On record beside the real runs, under the drill's own url: no report takes it for an incident. */
function keep(
  journal: Journal,
  { ports }: CommandContext,
  drill: Drill,
  value: DrillValue,
): string {
  const { startedAt, hard } = value
  const writer = journal.startRun({
    kind: 'action',
    subject: 'drill',
    url: drill.url,
    operator: ports.operator,
    data: { drill: { startedAt, hard } },
  })
  try {
    const status = value.passed ? 'succeeded' : 'failed'
    writer.append({ kind: 'runFinished', data: { status, value } }, { status })
  } finally {
    writer.release()
  }
  return writer.run
}
