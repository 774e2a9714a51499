/**
 * `mts demo --tour`, which `npm start` runs: the main job on the built-in service, from the alarm to
 * the proof. In a terminal the reader answers; without one each command is shown, and the digest
 * that a command printed is passed on.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { addDays, seoulDateOf, seoulInstant, seoulTimeOf } from '../core/dates.ts'
import { EXIT } from '../core/exit-code.ts'
import { text, type Text } from '../core/text.ts'
import { createDemo } from '../demo/demo.ts'
import { listenDemo } from '../demo/listen.ts'
import { say, type View } from '../render/view.ts'
import type { CommandContext, Outcome } from './command.ts'
import type { Ports } from './ports.ts'
import { run } from './run.ts'

export interface TourValue {
  readonly kind: 'DemoTour'
  readonly steps: readonly { readonly command: string; readonly exitCode: number }[]
  /** Without a terminal: every command ended as it must. With one the reader decided. */
  readonly asExpected: boolean
}

export async function runTour(context: CommandContext): Promise<Outcome<TourValue>> {
  const clock = awakeClock(context.ports.clock)
  const demo = createDemo({ clock, faults: ['failed-batch-linked', 'failed-batch-empty'] })
  const directory = await mkdtemp(join(tmpdir(), 'mts-tour-'))
  const listening = await listenDemo(demo)
  const steps: { command: string; exitCode: number }[] = []
  let asExpected = true
  try {
    const idOf = (fault: string): number | undefined =>
      demo.spoiled.find((spoiled) => spoiled.fault === fault)?.settlementId
    const safe = String(idOf('failed-batch-empty') ?? '')
    const dangerous = String(idOf('failed-batch-linked') ?? '')
    const stores = demo.stores.map((store) => store.businessNumber).join(',')
    const guide = createGuide(context, clock, listening.url, directory, stores)
    const expect = async (
      words: readonly string[],
      exitCode: number,
      why: Text,
    ): Promise<string> => {
      const shown = await guide(words, why)
      steps.push({ command: ['mts', ...words].join(' '), exitCode: shown.exitCode })
      asExpected &&= shown.exitCode === exitCode || context.terminal !== undefined
      return shown.output
    }
    await expect(
      ['health'],
      EXIT.critical,
      text('1. 아침 알림: 무엇이 잘못되었나', '1. The alarm: what is wrong'),
    )
    await expect(
      ['playbook', 'settlement-failure'],
      EXIT.waiting,
      text(
        '2. 플레이북: 어제 정산은 재처리해도 되나',
        "2. The playbook: may last night's settlement be reprocessed",
      ),
    )
    const asked = await expect(
      ['settle', 'reprocess', safe],
      context.terminal === undefined ? EXIT.waiting : EXIT.ok,
      text('3. 재처리해도 되는 정산: 증거와 승인', '3. A safe one: evidence and approval'),
    )
    const digest = /--confirm ([0-9a-f]{16,})/.exec(asked)?.[1]
    if (digest !== undefined) {
      await expect(
        ['settle', 'reprocess', safe, '--confirm', digest],
        EXIT.ok,
        text('4. 승인값으로 재처리, 매출 대사', '4. Reprocessed with that digest, sales compared'),
      )
    }
    await expect(
      ['settle', 'reprocess', dangerous],
      EXIT.refused,
      text('5. 재처리하면 매출이 삭제되는 정산', '5. One whose sales would be deleted'),
    )
  } finally {
    await listening.close()
    await rm(directory, { recursive: true, force: true })
  }
  return {
    value: { kind: 'DemoTour', steps, asExpected },
    exitCode: asExpected ? EXIT.ok : EXIT.defect,
    faces: { table: renderEnd },
  }
}

/** Runs a command as a shell would, against the demo, and keeps what it printed. */
function createGuide(
  context: CommandContext,
  clock: Clock,
  url: string,
  directory: string,
  stores: string,
) {
  const { ports } = context
  return async (
    words: readonly string[],
    why: Text,
  ): Promise<{ readonly exitCode: number; readonly output: string }> => {
    const view = await context.view()
    ports.stdout.write(`\n${view.paint.bold(say(view, why))}\n`)
    ports.stdout.write(view.paint.dim(`$ mts ${words.join(' ')}`) + '\n')
    const printed: string[] = []
    const inner: Ports = {
      ...ports,
      clock,
      env: {
        ...withoutSettings(ports.env),
        MTS_URL: url,
        MTS_STORES: stores,
        MTS_JOURNAL: join(directory, 'journal', 'journal.db'),
        MTS_LANG: context.lang,
        // The proof of the real thing waits 5 s; a tour need not.
        MTS_VERIFY_AFTER: '2s',
      },
      directories: { config: directory, state: directory },
      stdout: {
        write: (words_) => {
          printed.push(words_)
          ports.stdout.write(words_)
        },
        isTTY: ports.stdout.isTTY,
        columns: ports.stdout.columns,
      },
    }
    const exitCode = await run(words, inner)
    ports.stdout.write(
      view.paint.dim(say(view, text(`(종료 코드 ${exitCode})`, `(exit code ${exitCode})`))) + '\n',
    )
    return { exitCode, output: printed.join('') }
  }
}

/** The reader's own settings stay out of the tour. */
function withoutSettings(env: Ports['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('MTS_')))
}

/**
 * Between midnight and the end of the batch's window nothing may be reprocessed, rightly; the tour
 * then plays at nine in the morning.
 */
function awakeClock(clock: Clock): Clock {
  const startMs = clock.now()
  const time = seoulTimeOf(startMs)
  if (time >= '03:00' && time < '23:50') return clock
  const today = seoulDateOf(startMs)
  const morning = seoulInstant(time < '03:00' ? today : addDays(today, 1), '09:00')
  return {
    now: () => clock.now() + (morning - startMs),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  }
}

function renderEnd(value: TourValue, view: View): string {
  return value.asExpected
    ? say(
        view,
        text(
          '\n둘러보기 끝. 직접 해 보려면: mts demo --list · mts --help',
          '\nEnd of the tour. Try it yourself: mts demo --list, mts --help',
        ),
      )
    : say(
        view,
        text('\n둘러보기가 예상과 다르게 끝났습니다', '\nThe tour did not end as it should'),
      )
}
