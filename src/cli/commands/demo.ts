/** `mts demo`: the built-in service with its faults, on a loopback port until Ctrl-C. */
import { Argument } from 'commander'
import { EXIT } from '../../core/exit-code.ts'
import { MtsError, systemCodeOf } from '../../core/errors.ts'
import { text } from '../../core/text.ts'
import type { Text } from '../../core/text.ts'
import { shortDate } from '../../core/dates.ts'
import type { Demo } from '../../demo/demo.ts'
import type { Listening } from '../../demo/listen.ts'
import { padCells } from '../../render/columns.ts'
import { say } from '../../render/view.ts'
import type { View } from '../../render/view.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

const DEFAULT_PORT = '8080'

interface DemoFlags {
  readonly port: string
  readonly fault: readonly string[]
  readonly timeScale: string
  readonly instances?: string
  readonly faulty?: string
  readonly latency?: string
  readonly list?: boolean
  readonly tour?: boolean
}

/** What `mts demo -o json` prints when it ends. */
interface DemoValue {
  readonly kind: 'Demo'
  readonly url: string
  readonly faults: readonly string[]
  /** How many requests it has answered. */
  readonly requests: number
}

interface DemoFaultList {
  readonly kind: 'DemoFaultList'
  readonly items: readonly { readonly name: string; readonly description: Text }[]
}

export const demoCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('demo')
        .description(
          word('연습용 내장 서비스 실행(장애 선택 가능)', 'the built-in service, with faults'),
        )
        .option('--port <n>', word('포트(0: 빈 포트)', 'port (0: a free one)'), DEFAULT_PORT)
        .option(
          '--fault <name>',
          word('일으킬 장애, 여러 번 지정 가능', 'a fault; may be given again'),
          (name: string, before: readonly string[]) => [...before, ...name.split(',')],
          [] as readonly string[],
        )
        .option(
          '--time-scale <x>',
          word('대기 시간 배율(0.1: 10배 빠르게)', 'multiplies its waits (0.1: ten times faster)'),
          '1',
        )
        .option(
          '--latency <duration>',
          word('응답마다의 지연(예: 20ms)', 'of every answer, e.g. 20ms'),
        )
        .option(
          '--instances <n>',
          word('인스턴스 여러 개(mts health --fleet용)', 'many instances, for mts health --fleet'),
        )
        .option(
          '--faulty <n>',
          word('그중 장애가 있는 수(기본: 10분의 1)', 'how many have the faults (a tenth)'),
        )
        .option('--list', word('장애 목록', 'list the faults'))
        .option(
          '--tour',
          word('장애 하나를 처음부터 끝까지 둘러보기', 'walk through one incident, end to end'),
        )
        .addArgument(
          new Argument('[tour]', word('--tour와 같음', 'the same as --tour')).choices(['tour']),
        )
        .action((what: 'tour' | undefined, flags: DemoFlags) =>
          perform(async (context): Promise<Outcome> => {
            if (flags.list === true) return listFaults()
            if (flags.tour === true || what === 'tour')
              return (await import('../tour.ts')).runTour(context)
            return runDemo(context, flags)
          }),
        ),
      lang,
      [
        ['mts demo', text('정상 서비스', 'a healthy service')],
        ['mts demo --fault redis-hang', text('Redis 무응답', 'Redis hangs')],
        [
          'mts demo --fault failed-batch-linked --fault failed-batch-empty',
          text('재처리하면 안 되는 정산과 되는 정산', 'a settlement to leave alone and a safe one'),
        ],
      ],
    )
  },
}

async function listFaults(): Promise<Outcome<DemoFaultList>> {
  const { DEMO_FAULTS } = await import('../../demo/faults.ts')
  return {
    value: { kind: 'DemoFaultList', items: DEMO_FAULTS },
    exitCode: EXIT.ok,
    faces: { table: renderFaults },
  }
}

function renderFaults(list: DemoFaultList, view: View): string {
  const widest = Math.max(...list.items.map(({ name }) => name.length))
  return list.items
    .map(({ name, description }) => `${padCells(name, widest)}  ${say(view, description)}`)
    .join('\n')
}

async function runDemo(context: CommandContext, flags: DemoFlags): Promise<Outcome<DemoValue>> {
  const port = portOf(flags.port)
  const timeScale = timeScaleOf(flags.timeScale)
  const faults = await faultsOf(flags.fault)
  const { createDemo } = await import('../../demo/demo.ts')
  const { clock } = context.ports
  const demo = createDemo({ clock, timeScale, faults })
  const { announceFleet, handlingOf } = await import('../demo-fleet.ts')
  const handling = handlingOf(flags, clock, demo, () => createDemo({ clock, timeScale }))
  const listening = await listen(handling, port)
  try {
    if (flags.instances === undefined) announce(context, demo, listening)
    else announceFleet(context, flags, listening.url)
    await interrupted(context.signal)
  } finally {
    await listening.close()
  }
  return {
    value: { kind: 'Demo', url: listening.url, faults, requests: demo.requests.length },
    exitCode: EXIT.ok,
    faces: { table: renderEnd },
  }
}

function renderEnd(value: DemoValue, view: View): string {
  return say(
    view,
    text(
      `데모 종료 · 받은 요청 ${value.requests}건`,
      `demo ended · ${value.requests} requests received`,
    ),
  )
}

function portOf(words: string): number {
  const port = Number(words)
  if (/^\d{1,5}$/.test(words) && port <= 65_535) return port
  throw usageError(
    text(
      `--port 값이 올바르지 않습니다: ${words} (0~65535)`,
      `--port takes a number up to 65535, not ${words}`,
    ),
  )
}

function timeScaleOf(words: string): number {
  const scale = Number(words)
  if (/^\d+(\.\d+)?$/.test(words) && scale <= 100) return scale
  throw usageError(
    text(
      `--time-scale 값이 올바르지 않습니다: ${words} (예: 0.1)`,
      `--time-scale takes a number such as 0.1, not ${words}`,
    ),
  )
}

async function faultsOf(names: readonly string[]): Promise<readonly string[]> {
  const { DEMO_FAULT_NAMES, isDemoFault, nearestFault } = await import('../../demo/faults.ts')
  const unknown = names.find((name) => !isDemoFault(name))
  if (unknown === undefined) return [...new Set(names)]
  const guess = nearestFault(unknown)
  const all = DEMO_FAULT_NAMES.join(', ')
  throw usageError(
    text(
      `없는 장애입니다: ${unknown}${guess === undefined ? '' : ` (혹시 ${guess}?)`} · 가능: ${all}`,
      `unknown fault: ${unknown}${guess === undefined ? '' : ` (did you mean ${guess}?)`}; one of ${all}`,
    ),
    [...(guess === undefined ? [] : [`mts demo --fault ${guess}`]), 'mts demo --list'],
  )
}

async function listen(demo: Pick<Demo, 'handle' | 'faults'>, port: number): Promise<Listening> {
  const { listenDemo } = await import('../../demo/listen.ts')
  try {
    return await listenDemo(demo, { port })
  } catch (error) {
    const code = systemCodeOf(error)
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    throw new MtsError({
      code: 'PORT_UNAVAILABLE',
      exitCode: EXIT.usage,
      message:
        code === 'EADDRINUSE'
          ? text(
              `포트 ${port}을(를) 다른 프로그램이 사용 중입니다(EADDRINUSE)`,
              `port ${port} is taken by another program (EADDRINUSE)`,
            )
          : text(
              `포트 ${port}을(를) 열 권한이 없습니다(EACCES)`,
              `no permission to listen on port ${port} (EACCES)`,
            ),
      next: [
        'mts demo --port 0',
        text('다른 포트를 --port로 지정하세요', 'name another port with --port'),
      ],
      cause: error,
    })
  }
}

const LABEL_CELLS = 7

/** Where it listens, what is wrong with it, and what to type in another terminal. */
function announce(context: CommandContext, demo: Demo, { url }: Listening): void {
  const { dialog } = context
  const line = (code: string, label: Text, words: Text, data?: unknown): void =>
    dialog.notify({
      code,
      text: text(
        padCells(label.ko, LABEL_CELLS) + words.ko,
        padCells(label.en, LABEL_CELLS) + words.en,
      ),
      weight: 'important',
      ...(data === undefined ? {} : { data }),
    })
  const listening = text(`${url} (Ctrl-C: 종료)`, `${url} (Ctrl-C ends it)`)
  line('DEMO_LISTENING', text('데모', 'demo'), listening, { url })
  const faults = [...demo.faults].join(', ')
  line(
    'DEMO_FAULTS',
    text('장애', 'faults'),
    faults === '' ? text('없음(mts demo --list)', 'none (mts demo --list)') : text(faults, faults),
  )
  for (const spoiled of demo.spoiled)
    line('DEMO_SPOILED', text('정산', 'record'), spoiledWords(demo, spoiled), spoiled)
  const [main] = demo.stores
  const stores = main?.businessNumber ?? ''
  const storeNames = `${stores} ${main?.storeName ?? ''}`
  line('DEMO_STORES', text('가맹점', 'stores'), text(storeNames, storeNames), { stores })
  const token = demo.faults.has('auth') ? '\nexport MTS_TOKEN=demo-token' : ''
  const commands = [
    `export MTS_URL=${url} MTS_STORES=${stores}${token}`,
    ...suggestions(demo),
  ].join('\n')
  dialog.notify({
    code: 'DEMO_TRY',
    text: text(`다른 터미널에서:\n${commands}`, `in another terminal:\n${commands}`),
    weight: 'important',
    data: { commands },
  })
}

function spoiledWords(demo: Demo, spoiled: Demo['spoiled'][number]): Text {
  const date = shortDate(spoiled.date)
  const sales = demo.sales(spoiled.date).filter((sale) => sale.status === 'COMPLETED').length
  const id = spoiled.settlementId
  switch (spoiled.fault) {
    case 'failed-batch-linked':
      return text(
        `#${id}(${date}) FAILED · 매출 ${sales}건 연결됨`,
        `#${id} (${date}) FAILED, holding ${sales} sales`,
      )
    case 'failed-batch-empty':
      return text(
        `#${id}(${date}) FAILED · 연결된 매출 없음(그날 매출 ${sales}건)`,
        `#${id} (${date}) FAILED, without sales (${sales} on the day)`,
      )
    case 'missing-batch':
      return text(
        `${spoiled.date} 기록 없음(그날 매출 ${sales}건)`,
        `${spoiled.date} has no record (${sales} sales)`,
      )
    case 'stuck-batch':
      return text(`#${id}(${date}) PROCESSING에서 멈춤`, `#${id} (${date}) stuck in PROCESSING`)
    case 'late-sales':
      return text(
        `#${id}(${date}) 배치 뒤에 매출이 들어옴(그날 매출 ${sales}건)`,
        `#${id} (${date}) settled before all sales had come (${sales} on the day)`,
      )
    case 'wrong-totals':
      return text(
        `#${id}(${date}) COMPLETED, 합계 불일치`,
        `#${id} (${date}) COMPLETED, its totals are wrong`,
      )
  }
}

function suggestions(demo: Demo): readonly string[] {
  const found = demo.spoiled.map(({ fault, date, settlementId }) => {
    if (fault === 'missing-batch') return `mts settle run ${date}`
    const failed = fault === 'failed-batch-linked' || fault === 'failed-batch-empty'
    return failed ? `mts settle reprocess ${settlementId}` : `mts settle show ${date}`
  })
  return found.length === 0 ? ['mts health'] : found
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
