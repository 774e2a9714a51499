/** How a service's health looks: for a person half asleep, and for Nagios. */
import { koreanDate, seoulClockOf, seoulDateOf } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { Health, HealthCheck } from '../health/health.ts'
import { cellsOf, labelled, padCells, wrapCells } from './columns.ts'
import { STATUS_WORDS, say, type View } from './view.ts'

/** Worst first; the fine ones are folded together below. */
const SHOWN: readonly Status[] = ['critical', 'unknown', 'warning', 'ok']
const ID_CELLS = 12

export function renderHealth(health: Health, view: View): string {
  const width = Math.min(80, view.width)
  const labelCells = labelWidth(health, view)
  const lines = [header(health, view, width)]
  for (const status of SHOWN) {
    const checks = health.checks.filter((check) => check.status === status)
    if (checks.length === 0) continue
    if (status === 'ok') lines.push(...foldedLines(checks, view, labelCells, width))
    else
      for (const group of byReason(checks))
        lines.push(...troubleLines(group, view, labelCells, width))
  }
  lines.push(...sourceLines(health, view, labelCells, width), countsLine(health, view, width))
  lines.push(...nextLines(health, view, labelCells, width))
  return lines.join('\n')
}

function clean(view: View, words: Text): string {
  return stripControls(say(view, words))
}

function labelWidth(health: Health, view: View): number {
  const widest = Math.max(
    4,
    ...health.checks.map(({ status }) => cellsOf(say(view, STATUS_WORDS[status]))),
  )
  return widest > 5 ? widest + 2 : 7
}

/** Padded before it is painted: colour codes take no cells. */
function label(status: Status, view: View, labelCells: number): string {
  const words = say(view, STATUS_WORDS[status])
  return view.paint[status](words) + ' '.repeat(Math.max(1, labelCells - cellsOf(words)))
}

function header(health: Health, view: View, width: number): string {
  const left = `mini-today-sales  ${stripControls(health.url)}`
  const atMs = Date.parse(health.observedAt)
  const date = seoulDateOf(atMs)
  const right = `${view.lang === 'ko' ? koreanDate(date) : date} ${seoulClockOf(atMs)}`
  return spread(left, right, width)
}

/** Two ends of one line, or two lines where they do not fit. */
function spread(left: string, right: string, width: number): string {
  const gap = width - cellsOf(left) - cellsOf(right)
  if (gap >= 2) return left + ' '.repeat(gap) + right
  return [...wrapCells(left, width), right].join('\n')
}

/** Checks that cannot be judged for the same reason share a line. */
function byReason(checks: readonly HealthCheck[]): HealthCheck[][] {
  const groups: HealthCheck[][] = []
  for (const check of checks) {
    const group = groups.find(
      ([first]) => check.status === 'unknown' && first?.reason?.en === check.reason?.en,
    )
    if (group === undefined) groups.push([check])
    else group.push(check)
  }
  return groups
}

function reasonOf([first]: readonly HealthCheck[], view: View): string {
  return first === undefined ? '' : clean(view, first.reason ?? first.summary)
}

function troubleLines(
  group: readonly HealthCheck[],
  view: View,
  labelCells: number,
  width: number,
): string[] {
  const [first] = group
  if (first === undefined) return []
  const start = label(first.status, view, labelCells)
  const reason = reasonOf(group, view)
  if (group.length === 1) {
    const id = padCells(first.id, ID_CELLS)
    return indented(start + id, reason, labelCells + ID_CELLS, width)
  }
  const ids = wrapItems(
    group.map(({ id }) => id),
    width - labelCells,
  )
  const rest = [...ids.slice(1), ...wrapCells(reason, width - labelCells)]
  return [start + (ids[0] ?? ''), ...rest.map((line) => ' '.repeat(labelCells) + line)]
}

function indented(start: string, words: string, indent: number, width: number): string[] {
  const [first = '', ...rest] = wrapItems(words.split(' · '), width - indent)
  return [start + first, ...rest.map((line) => ' '.repeat(indent) + line)]
}

/** What is fine, one line or more for each level. */
function foldedLines(
  checks: readonly HealthCheck[],
  view: View,
  labelCells: number,
  width: number,
): string[] {
  const lines = [1, 2, 3].flatMap((level) =>
    wrapItems(
      checks
        .filter((check) => check.level === level)
        .map((check) => `${check.id} ${clean(view, check.summary)}`.trim()),
      width - labelCells,
    ),
  )
  return lines.map((line, index) =>
    index === 0 ? label('ok', view, labelCells) + line : ' '.repeat(labelCells) + line,
  )
}

/** Items joined by dots, broken between items where there is room to. */
function wrapItems(items: readonly string[], cells: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const item of items) {
    const longer = line === '' ? item : `${line} · ${item}`
    if (cellsOf(longer) <= cells) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const parts = wrapCells(item, cells)
    lines.push(...parts.slice(0, -1))
    line = parts.at(-1) ?? ''
  }
  if (line !== '') lines.push(line)
  return lines
}

/** What rests on Prometheus, or why it was of no use: only where one is configured. */
function sourceLines(
  { overTime }: Health,
  view: View,
  labelCells: number,
  width: number,
): string[] {
  if (overTime === undefined) return []
  const heading = say(view, text('출처', 'Source'))
  const { checks, reason } = overTime
  if (reason === null && checks.length === 0) return []
  const words =
    reason === null
      ? text(
          `Prometheus: ${checks.join('·')} · 나머지 Actuator`,
          `Prometheus: ${checks.join(', ')}; the rest Actuator`,
        )
      : text(`Actuator만(${reason.ko})`, `Actuator alone (${reason.en})`)
  return labelled(heading, clean(view, words), labelCells, width).split('\n')
}

function countsLine(health: Health, view: View, width: number): string {
  const counts = SHOWN.flatMap((status) => {
    const count = health.checks.filter((check) => check.status === status).length
    return count === 0 ? [] : [`${say(view, STATUS_WORDS[status])} ${count}`]
  })
  return spread(counts.join(' · '), say(view, durationText(roundedMs(health.elapsedMs))), width)
}

/** Tenths of a second from one second on. */
function roundedMs(ms: number): number {
  return ms < 1000 ? ms : Math.round(ms / 100) * 100
}

/**
 * The first command of each trouble, worst first, each once. What is unknown beside something
 * critical is mostly its consequence, and waits.
 */
function nextLines(health: Health, view: View, labelCells: number, width: number): string[] {
  const told = SHOWN.filter((status) => health.status !== 'critical' || status !== 'unknown')
  const commands = told.flatMap((status) =>
    health.checks.flatMap((check) =>
      check.status === status && check.next?.[0] !== undefined ? [check.next[0]] : [],
    ),
  )
  const heading = say(view, text('조치', 'Next'))
  return [...new Set(commands)].flatMap((command, index) =>
    commandLines(index === 0 ? heading : '', stripControls(command), labelCells, width),
  )
}

/** A command too long for a line is broken as a shell takes it. */
function commandLines(
  heading: string,
  command: string,
  labelCells: number,
  width: number,
): string[] {
  if (labelCells + cellsOf(command) <= width) return [padCells(heading, labelCells) + command]
  const split = command.indexOf(' --url ')
  if (split < 0) return labelled(heading, command, labelCells, width).split('\n')
  return [
    `${padCells(heading, labelCells)}${command.slice(0, split)} \\`,
    ...wrapCells(command.slice(split + 1), width - labelCells - 2).map(
      (line) => ' '.repeat(labelCells + 2) + line,
    ),
  ]
}

const NAGIOS_WORDS: Readonly<Record<Status, string>> = {
  ok: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
}

/** One plugin line: the state, what is wrong, and numbers for graphs behind the bar. */
export function renderHealthNagios(health: Health, view: View): string {
  const troubled = SHOWN.slice(0, 3).flatMap((status) =>
    byReason(health.checks.filter((check) => check.status === status)),
  )
  const words =
    troubled.length === 0
      ? say(view, text(`${health.checks.length}개 항목 정상`, `${health.checks.length} checks ok`))
      : troubled
          .map((group) => `${group.map(({ id }) => id).join(', ')}: ${reasonOf(group, view)}`)
          .join('; ')
  const perfdata = [
    `time=${decimal(health.elapsedMs / 1000)}s;;;0`,
    ...health.checks.flatMap(perfOf),
  ]
  return `MTS ${NAGIOS_WORDS[health.status]} - ${words.replaceAll('|', '/')} | ${perfdata.join(' ')}`
}

/** `label=value[unit];warn;crit;min;max`. What was not measured is `U`, never 0. */
function perfOf(check: HealthCheck): string[] {
  const line = typeof check.threshold === 'number' ? check.threshold : undefined
  const value = typeof check.observed === 'number' ? check.observed : undefined
  switch (check.id) {
    case 'database':
      return check.latencyMs === undefined
        ? []
        : [`database_time=${decimal(check.latencyMs / 1000)}s;;;0`]
    case 'redis':
      return check.unit === 'bytes' ? [`redis_memory=${number(value)}B;${number(line, '')};;0`] : []
    case 'rabbitmq':
      return check.unit === 'messages'
        ? [`rabbitmq_queue=${number(value)};${number(line, '')};;0`]
        : []
    case 'sales':
      return [value === undefined ? 'sales=U' : `sales=${number(value)};;1:;0`]
    case 'settlement':
      return check.unit === '%'
        ? [`settlement_failed=${number(value)}%;;${number(line, '')};0;100`]
        : []
    case 'latency':
      return [
        value === undefined
          ? 'latency=U'
          : `latency=${decimal(value / 1000)}s;${line === undefined ? '' : decimal(line / 1000)};;0`,
      ]
    case 'jvm-memory':
      return [percentPerf('heap', value, line)]
    case 'cpu':
      return [percentPerf('cpu', value, line)]
    case 'disk':
      return [percentPerf('disk', value, line)]
    case 'service':
      return []
  }
}

function percentPerf(name: string, value: number | undefined, line: number | undefined): string {
  return value === undefined ? `${name}=U` : `${name}=${number(value)}%;${number(line, '')};;0;100`
}

function number(value: number | undefined, absent = 'U'): string {
  return value === undefined ? absent : decimal(value)
}

/** Plain decimals, no exponent. */
function decimal(value: number): string {
  return String(Number(value.toFixed(3)))
}

/** One picture of `--watch`: drawn over the last one from the top, the rest of the screen cleared. */
export function renderHealthFrame(shown: string, intervalMs: number, view: View): string {
  const every = durationText(intervalMs)
  const footer = say(
    view,
    text(`${every.ko}마다 갱신 · Ctrl-C 종료`, `every ${every.en} · Ctrl-C ends`),
  )
  const lines = [...shown.replace(/\n+$/, '').split('\n'), view.paint.dim(footer)]
  return `\u001B[H${lines.map((line) => `${line}\u001B[K`).join('\r\n')}\u001B[J`
}
