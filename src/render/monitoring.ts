/** What was rendered and how it differs; what was checked and what did not hold. */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { DifferenceLine } from '../monitoring/difference.ts'
import type {
  CheckedRule,
  FileStatus,
  LoadedState,
  MonitoringCheck,
  MonitoringRender,
  ToolCheck,
} from '../monitoring/values.ts'
import { padCells, shortenedCells } from './columns.ts'
import { command, line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

const FILE_WORDS: Readonly<Record<FileStatus, Text>> = {
  created: text('생성', 'Created'),
  unchanged: text('같음', 'Same'),
  different: text('다름', 'Differs'),
  overwritten: text('덮어씀', 'Replaced'),
}

export function renderMonitoringRender(value: MonitoringRender, view: View): string {
  const lines: string[] = []
  for (const { path, status, difference } of value.files) {
    lines.push(
      status === 'different'
        ? paintLabel(view, FILE_WORDS[status], path, 'warning')
        : line(view, FILE_WORDS[status], path),
    )
    if (difference !== undefined) lines.push(...difference.map((one) => differenceLine(one, view)))
  }
  lines.push(line(view, text('위치', 'In'), value.directory))
  for (const [index, words] of value.byHand.entries()) {
    lines.push(line(view, index === 0 ? text('할 일', 'To do') : text('', ''), say(view, words)))
  }
  if (value.rerun !== undefined) {
    lines.push(command(view, text('덮어쓰기', 'To write'), value.rerun))
  }
  return lines.join('\n')
}

const MARKS = { same: ' ', removed: '-', added: '+', gap: '…' } as const

/** A line of a file may be long: the beginning tells which one it is. */
function differenceLine({ kind, text: words }: DifferenceLine, view: View): string {
  const shown = shortenedCells(`  ${MARKS[kind]} ${words}`, Math.min(80, view.width))
  return kind === 'removed'
    ? view.paint.critical(shown)
    : kind === 'added'
      ? view.paint.ok(shown)
      : view.paint.dim(shown)
}

const TOOL_WORDS: Readonly<Record<ToolCheck['status'], Text>> = {
  passed: text('통과', 'Passed'),
  failed: text('실패', 'Failed'),
  absent: text('없음', 'Absent'),
}

const LOADED_WORDS: Readonly<Record<LoadedState, Text>> = {
  same: text('반영됨', 'loaded'),
  different: text('다른 내용이 올라가 있음', 'loaded with other content'),
  not_loaded: text('올라가 있지 않음', 'not loaded'),
  // Said once, below.
  unknown: text('', ''),
}

/** A tool's complaint begins with what matters. */
const SAID_LINES = 12

export function renderMonitoringCheck(value: MonitoringCheck, view: View): string {
  const lines: string[] = []
  for (const { command: typed, status, output } of value.tools) {
    const label = TOOL_WORDS[status]
    lines.push(
      status === 'failed' ? paintLabel(view, label, typed, 'critical') : line(view, label, typed),
    )
    const said = output.split('\n').filter((one) => one.trim() !== '')
    for (const words of said.slice(0, SAID_LINES)) lines.push(line(view, text('', ''), words))
    const more = said.length - SAID_LINES
    if (more > 0) {
      const words = text(`… ${more}줄 더(-o json에 전부)`, `… ${more} more lines (all in -o json)`)
      lines.push(line(view, text('', ''), say(view, words)))
    }
    if (status === 'absent') {
      lines.push(
        line(
          view,
          text('', ''),
          say(
            view,
            text('설치되어 있지 않아 실행하지 않았습니다', 'not installed here, so it was not run'),
          ),
        ),
      )
    }
  }
  for (const rule of value.rules) lines.push(...ruleLines(rule, value.days, view))
  if (value.onlyLoaded.length > 0) {
    lines.push(line(view, text('파일에 없음', 'Not here'), value.onlyLoaded.join(', ')))
  }
  for (const { what, reason } of value.unseen) {
    const words = say(view, text(`${what.ko}: ${reason.ko}`, `${what.en}: ${reason.en}`))
    lines.push(paintLabel(view, text('확인 불가', 'UNKNOWN'), words, 'unknown'))
  }
  const faults = value.rules.reduce((sum, { faults: found }) => sum + found.length, 0)
  const failed = value.tools.filter(({ status }) => status === 'failed').length
  lines.push(
    say(
      view,
      value.status === 'passed'
        ? text(`규칙 ${value.rules.length}개 통과`, `${value.rules.length} rules hold`)
        : text(
            `규칙 ${value.rules.length}개 중 문제 ${faults}건 · 도구 실패 ${failed}건`,
            `${faults} faults in ${value.rules.length} rules, ${failed} tools complained`,
          ),
    ),
  )
  return lines.join('\n')
}

function ruleLines(rule: CheckedRule, days: number, view: View): readonly string[] {
  const fired =
    rule.fired === null
      ? rule.firedReason === null
        ? []
        : [say(view, rule.firedReason)]
      : [say(view, text(`${days}일간 ${rule.fired}회`, `${rule.fired} times in ${days} days`))]
  const words = [say(view, LOADED_WORDS[rule.loaded]), ...fired]
    .filter((part) => part !== '')
    .join(' · ')
  const label = rule.type === 'alert' ? text('알림', 'Alert') : text('기록', 'Record')
  const shown = `${padCells(rule.name, 28)} ${words}`
  const head =
    rule.faults.length > 0
      ? paintLabel(view, label, shown, 'critical')
      : rule.loaded === 'different'
        ? paintLabel(view, label, shown, 'warning')
        : line(view, label, shown)
  return [
    head,
    ...rule.faults.flatMap(({ message, remedy }) => [
      line(view, text('', ''), say(view, message)),
      line(view, text('', ''), say(view, text(`→ ${remedy.ko}`, `→ ${remedy.en}`))),
    ]),
  ]
}
