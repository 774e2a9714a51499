/** How the health of many instances looks: those that need somebody first, the rest counted. */
import { koreanDate, seoulClockOf, seoulDateOf } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { stripControls } from '../core/sanitize.ts'
import { quoteWords } from '../core/shell-words.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { FleetHealth, InstanceHealth } from '../fleet/fleet.ts'
import type { HealthCheck } from '../health/health.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { STATUS_WORDS, say } from './view.ts'
import type { View } from './view.ts'

const SHOWN: readonly Status[] = ['critical', 'unknown', 'warning', 'ok']
/** Instances named of one trouble; the others are counted. */
const NAMED = 10
const ALIKE_NAMED_NAGIOS = 5

/** Instances with the same worst check: one cause, most likely. */
interface Trouble {
  readonly status: Status
  readonly id: string
  readonly instances: readonly { readonly instance: InstanceHealth; readonly worst: HealthCheck }[]
}

export function renderFleet(fleet: FleetHealth, view: View): string {
  const width = Math.min(80, view.width)
  const labelCells =
    2 + Math.max(4, ...SHOWN.map((status) => cellsOf(say(view, STATUS_WORDS[status]))))
  const troubles = troublesOf(fleet)
  return [
    header(fleet, view, width),
    ...troubles.flatMap((trouble) => troubleLines(trouble, view, labelCells, width)),
    ...fineLine(fleet, view, labelCells),
    countsLine(fleet, view, width),
    ...nextLines(troubles, view, labelCells, width),
  ].join('\n')
}

function header(fleet: FleetHealth, view: View, width: number): string {
  const level = fleet.level === 1 ? '1' : `1-${fleet.level}`
  const left = say(
    view,
    text(
      `mini-today-sales  ${countText(totalOf(fleet))}곳 · ${level}단계`,
      `mini-today-sales  ${instancesText(totalOf(fleet))}, level ${level}`,
    ),
  )
  const atMs = Date.parse(fleet.observedAt)
  const date = seoulDateOf(atMs)
  return spread(
    left,
    `${view.lang === 'ko' ? koreanDate(date) : date} ${seoulClockOf(atMs)}`,
    width,
  )
}

function troublesOf(fleet: FleetHealth): Trouble[] {
  const groups = new Map<
    string,
    { status: Status; id: string; instances: Trouble['instances'][number][] }
  >()
  for (const instance of fleet.instances) {
    if (instance.status === 'ok') continue
    const worst = instance.checks.find(({ status }) => status === instance.status)
    if (worst === undefined) continue
    const key = `${instance.status} ${worst.id}`
    const group = groups.get(key) ?? { status: instance.status, id: worst.id, instances: [] }
    groups.set(key, group)
    group.instances.push({ instance, worst })
  }
  return [...groups.values()].sort(
    (left, right) => SHOWN.indexOf(left.status) - SHOWN.indexOf(right.status),
  )
}

function troubleLines(trouble: Trouble, view: View, labelCells: number, width: number): string[] {
  const { instances, id, status } = trouble
  const reasons = new Set(instances.map(({ worst }) => reasonOf(worst, view)))
  const [shared = ''] = reasons
  const same = reasons.size === 1
  const count = say(view, text(`${countText(instances.length)}곳`, countText(instances.length)))
  const word = say(view, STATUS_WORDS[status])
  const start = view.paint[status](word) + ' '.repeat(Math.max(1, labelCells - cellsOf(word)))
  const indent = ' '.repeat(labelCells)
  const head = wrapCells(`${id} ${count}${same ? ` · ${shared}` : ''}`, width - labelCells)
  const named = instances.slice(0, NAMED)
  const nameCells = Math.min(24, Math.max(...named.map(({ instance }) => cellsOf(instance.name))))
  const lines = named.flatMap(({ instance, worst }) => {
    const beside = same ? stripControls(instance.url) : reasonOf(worst, view)
    const line = `${padCells(stripControls(instance.name), nameCells)}  ${beside}`.trimEnd()
    const [first = '', ...rest] = wrapCells(line, width - labelCells - 2)
    return [`${indent}  ${first}`, ...rest.map((more) => `${indent}    ${more}`)]
  })
  const left = instances.length - named.length
  const more =
    left === 0
      ? []
      : [
          `${indent}  ${say(view, text(`외 ${countText(left)}곳(전체: -o json)`, `and ${countText(left)} more (all of them: -o json)`))}`,
        ]
  return [start + (head[0] ?? ''), ...head.slice(1).map((line) => indent + line), ...lines, ...more]
}

function fineLine(fleet: FleetHealth, view: View, labelCells: number): string[] {
  const fine = fleet.counts.ok
  if (fine === 0) return []
  const word = say(view, STATUS_WORDS.ok)
  return [
    view.paint.ok(word) +
      ' '.repeat(Math.max(1, labelCells - cellsOf(word))) +
      say(view, text(`${countText(fine)}곳`, countText(fine))),
  ]
}

function countsLine(fleet: FleetHealth, view: View, width: number): string {
  const counts = SHOWN.flatMap((status) =>
    fleet.counts[status] === 0
      ? []
      : [`${say(view, STATUS_WORDS[status])} ${countText(fleet.counts[status])}`],
  )
  const { elapsedMs } = fleet
  const shownMs = elapsedMs < 1000 ? elapsedMs : Math.round(elapsedMs / 100) * 100
  return spread(counts.join(' · '), say(view, durationText(shownMs)), width)
}

/** The first instance of each trouble: the rest of it is most likely the same. */
function nextLines(
  troubles: readonly Trouble[],
  view: View,
  labelCells: number,
  width: number,
): string[] {
  const heading = say(view, text('조치', 'Next'))
  const commands = troubles.flatMap(({ instances }) => {
    const url = instances[0]?.instance.url ?? ''
    return url === '' ? [] : [quoteWords(['mts', 'health', '--url', stripControls(url)])]
  })
  return [...new Set(commands)].slice(0, 3).flatMap((command, index) => {
    const lines = wrapCells(command, width - labelCells)
    return lines.map((line, at) =>
      index === 0 && at === 0
        ? padCells(heading, labelCells) + line
        : ' '.repeat(labelCells) + line,
    )
  })
}

function reasonOf({ reason, summary }: HealthCheck, view: View): string {
  return stripControls(say(view, reason ?? summary))
}

function totalOf({ counts }: FleetHealth): number {
  return SHOWN.reduce((sum, status) => sum + counts[status], 0)
}

function instancesText(count: number): string {
  return count === 1 ? '1 instance' : `${countText(count)} instances`
}

function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** Two ends of one line, or two lines where they do not fit. */
function spread(left: string, right: string, width: number): string {
  const gap = width - cellsOf(left) - cellsOf(right)
  return gap >= 2 ? left + ' '.repeat(gap) + right : `${left}\n${right}`
}

/** What a person at the terminal sees meanwhile. */
export function renderFleetProgress(
  done: number,
  total: number,
  counts: FleetHealth['counts'],
): Text {
  const words = (lang: 'ko' | 'en'): string =>
    SHOWN.filter((status) => status !== 'ok' && counts[status] > 0)
      .map((status) => ` · ${STATUS_WORDS[status][lang]} ${countText(counts[status])}`)
      .join('')
  const of = `${countText(done)}/${countText(total)}`
  return text(`확인 ${of}${words('ko')}`, `asked ${of}${words('en')}`)
}

/** One instance that is in trouble, as soon as that is known. */
export function renderInstanceTrouble(instance: InstanceHealth): Text {
  const worst = instance.checks.find(({ status }) => status === instance.status)
  const words = (lang: 'ko' | 'en'): string => {
    const reason = worst === undefined ? '' : (worst.reason ?? worst.summary)[lang]
    return [STATUS_WORDS[instance.status][lang], instance.name, worst?.id ?? '', reason]
      .map((part) => stripControls(part))
      .filter((part) => part !== '')
      .join('  ')
  }
  return text(words('ko'), words('en'))
}

const NAGIOS_WORDS: Readonly<Record<Status, string>> = {
  ok: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
}

/** One plugin line for the whole fleet, counts as numbers for graphs. */
export function renderFleetNagios(fleet: FleetHealth, view: View): string {
  const { counts } = fleet
  const total = totalOf(fleet)
  const troubles = troublesOf(fleet).map(({ id, instances }) => {
    const names = instances.slice(0, ALIKE_NAMED_NAGIOS).map(({ instance }) => instance.name)
    const more = instances.length - names.length
    const rest = more === 0 ? '' : say(view, text(` 외 ${more}곳`, ` and ${more} more`))
    return `${id} ${instances.length}: ${names.map((name) => stripControls(name)).join(', ')}${rest}`
  })
  const words =
    troubles.length === 0
      ? say(view, text(`${total}곳 정상`, `${total} instances ok`))
      : troubles.join('; ')
  const perfdata = [
    `time=${Number((fleet.elapsedMs / 1000).toFixed(3))}s;;;0`,
    ...SHOWN.map((status) => `${status}=${counts[status]};;;0;${total}`),
  ]
  return `MTS ${NAGIOS_WORDS[fleet.status]} - ${words.replaceAll('|', '/')} | ${perfdata.join(' ')}`
}
