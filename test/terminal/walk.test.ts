import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SettableClock } from '../playbook/engine/demo-world.ts'
import { STORES, createShiftedClock } from '../playbook/engine/demo-world.ts'
import { isoSeoul } from '../../src/core/dates.ts'
import { createDemo, type Demo } from '../../src/demo/demo.ts'
import { listenDemo, type Listening } from '../../src/demo/listen.ts'
import { describePrograms, type Program } from '../support/programs.ts'
import {
  CTRL_C,
  CTRL_D,
  ENTER,
  openTerminals,
  tooWide,
  type Terminal,
  type Terminals,
} from './terminal.ts'

let terminals: Terminals
let demo: Demo
let listening: Listening

const use = (program: Program): void => {
  terminals = openTerminals(program)
}

/** The program in its terminal lives in real time, and so does its service here. */
function realClock(): SettableClock {
  return createShiftedClock(isoSeoul(Date.now()))
}

async function serve(...faults: string[]): Promise<void> {
  demo = createDemo({ clock: realClock(), faults, timeScale: 0.001, historyDays: 3 })
  listening = await listenDemo(demo)
}

beforeEach(() => serve('failed-batch-linked'))
afterEach(async () => {
  await listening.close()
  terminals.remove()
})

function mts(...argv: readonly string[]): Terminal {
  return terminals.start([...argv, '--url', listening.url], {
    MTS_STORES: STORES,
    MTS_VERIFY_AFTER: '20ms',
    // Whatever the time of day is when the tests run, no batch is near.
    MTS_BATCH_AT: batchFarAway(),
  })
}

function batchFarAway(): string {
  const hour = new Date(Date.now() + 9 * 3_600_000 + 12 * 3_600_000).getUTCHours()
  return `${String(hour).padStart(2, '0')}:00`
}

const walk = (): Terminal =>
  mts('playbook', 'settlement-failure', '--input', `date=${demo.spoiled[0]?.date ?? ''}`)

describePrograms('a playbook in a terminal', use, () => {
  it('shows what is known and takes what a person types, on a Korean keyboard too', async () => {
    const terminal = walk()
    const screen = await terminal.until('받은 사람:')
    expect(screen).toContain('정산 배치 실패')
    expect(screen).toMatch(/완료 +2 /)
    expect(screen).toMatch(/현재 +\d+ /)
    await terminal.until('q 중단(이어하기 가능)')

    // Enter alone is no value where one is required.
    terminal.type(ENTER)
    await terminal.until('값을 입력하세요')

    // ㄷ is the key e on this layout: details, then the question again.
    terminal.type(`ㄷ${ENTER}`)
    await terminal.until('목적')
    await terminal.until('받은 사람:')

    // ㄴ is s: a skip, which takes a reason.
    terminal.type(`ㄴ${ENTER}`)
    await terminal.until('건너뛰는 사유:')
    terminal.type(`재무 담당 부재${ENTER}`)
    await terminal.until('접수 번호:')
    await terminal.until('q 중단(이어하기 가능)')

    // ㅂ is q: stop, to be resumed.
    terminal.type(`ㅂ${ENTER}`)
    expect(await terminal.exited).toBe(4)
    expect(terminal.drawn()).toMatch(/계속 +mts run resume \d{8}-\d+/)
    expect(terminal.drawn()).toContain('재무 담당 부재')
    expect(tooWide(terminal.raw())).toEqual([])
  })

  it('at Ctrl-C stops, says how it goes on, and ends with 130 and the cursor shown', async () => {
    const terminal = walk()
    await terminal.until('받은 사람:')
    await terminal.until('q 중단')
    terminal.type(`김${CTRL_C}`)
    expect(await terminal.exited).toBe(130)
    expect(terminal.drawn()).toMatch(/mts run resume \d{8}-\d+ --step/)
    expect(terminal.raw().lastIndexOf('\u001b[?25l')).toBeLessThanOrEqual(
      terminal.raw().lastIndexOf('\u001b[?25h'),
    )
  })

  it('whose input ends stops as if told to, instead of ending without a word', async () => {
    const terminal = walk()
    await terminal.until('받은 사람:')
    await terminal.until('q 중단')
    terminal.type(CTRL_D)
    expect(await terminal.exited).toBe(4)
    expect(terminal.drawn()).toMatch(/mts run resume/)
  })

  it('shows the request behind what is seen, and goes back to a step by its number', async () => {
    const terminal = walk()
    await terminal.until('받은 사람:')
    await terminal.until('q 중단')
    // ㅊ is c on this layout, ㅠ is b.
    terminal.type(`ㅊ${ENTER}`)
    await terminal.until('/api/settlements/')
    await terminal.until('q 중단')
    terminal.type(`ㅠ${ENTER}`)
    await terminal.until('돌아갈 단계')
    terminal.type(`7${ENTER}`)
    // What is looked at anew is shown anew, then the same question.
    await terminal.until('완료      9')
    await terminal.until('받은 사람:')
    terminal.type(`q${ENTER}`)
    expect(await terminal.exited).toBe(4)
    expect(terminal.drawn()).toContain('curl -sS')
  }, 10_000)

  it('is handed over by name, with its note, and resumed where it stood', async () => {
    const terminal = walk()
    await terminal.until('받은 사람:')
    await terminal.until('q 중단')
    terminal.type(`ㅜ${ENTER}`)
    await terminal.until('메모:')
    terminal.type(`재무팀 통보 03:10${ENTER}`)
    await terminal.until('받은 사람:')
    await terminal.until('q 중단')
    terminal.type(`h${ENTER}`)
    await terminal.until('받는 사람:')
    terminal.type(`backend${ENTER}`)
    await terminal.until('전달할 내용:')
    terminal.type(`지급은 정산표로${ENTER}`)
    expect(await terminal.exited).toBe(4)
    const run = /run resume (\d{8}-\d+)/.exec(terminal.drawn())?.[1] ?? ''

    const next = mts('run', 'resume', run)
    await next.until('받은 사람:')
    await next.until('q 중단')
    next.type(`김재무${ENTER}`)
    await next.until('접수 번호:')
    await next.until('q 중단')
    next.type(`INC-7${ENTER}`)
    expect(await next.exited).toBe(1)
    expect(next.drawn()).toContain('HOLDS_SALES')
  })
})

describePrograms('an action in a terminal', use, () => {
  beforeEach(async () => {
    await listening.close()
    await serve('failed-batch-empty')
  })
  const posts = (): number => demo.requests.filter((each) => each.method === 'POST').length

  it('is sent when the id is typed, and not before', async () => {
    const terminal = walk()
    await terminal.until('조회 후 승인')
    terminal.type(ENTER)
    await terminal.until('정산 번호')
    expect(posts()).toBe(0)
    // Not the id: no.
    terminal.type(`예${ENTER}`)
    await terminal.until('조회 후 승인')
    expect(posts()).toBe(0)

    terminal.type(ENTER)
    const shown = await terminal.until(/입력하세요[^\n]*/)
    const id = /정산 #(\d+)/.exec(shown)?.[1] ?? ''
    terminal.type(`${id}${ENTER}`)
    await terminal.until('원인과 수정 내용:')
    expect(posts()).toBe(1)
    terminal.type(CTRL_C)
    expect(await terminal.exited).toBe(130)
    expect(posts()).toBe(1)
  })
})

describePrograms('a checklist in a terminal', use, () => {
  it('asks what cannot be measured, and is signed with a yes', async () => {
    await listening.close()
    await serve()
    const terminal = mts('checklist', 'daily')
    await terminal.until('입금 예정액(원):')
    await terminal.until('q 중단')
    terminal.type(`많음${ENTER}`)
    await terminal.until('금액으로 입력하세요')
    terminal.type(`s${ENTER}`)
    await terminal.until('건너뛰는 사유:')
    terminal.type(`ERP 점검 중${ENTER}`)
    await terminal.until('예/아니오:')
    // Enter is neither yes nor no.
    terminal.type(ENTER)
    await terminal.until('예(y) 또는 아니오(n)로 답하세요')
    terminal.type(`ㅛ${ENTER}`)
    await terminal.until('서명 전')
    await terminal.until('예/아니오:')
    terminal.type(`네${ENTER}`)
    await terminal.exited
    expect(terminal.drawn()).toMatch(/서명 \S+ \d\d:\d\d/)
    expect(tooWide(terminal.raw())).toEqual([])
  })
})
