/** How a drill went, the verdict first; and the drills on record. */
import { durationText } from '../core/duration.ts'
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { DrillScore, FaultScore, SalesCount } from '../drill/score.ts'
import { padCells } from './columns.ts'
import { line, paintLabel } from './lines.ts'
import { say, type View } from './view.ts'

export interface DrillValue extends Omit<DrillScore, 'faults'> {
  readonly kind: 'Drill'
  readonly id: string
  readonly hard: boolean
  readonly seed: number
  readonly url: string
  /** The drill's own journal, where its runs can be read. */
  readonly journal: string
  readonly startedAt: string
  readonly endedAt: string
  readonly operator: string
  readonly faults: readonly (FaultScore & { readonly title: Text })[]
  /** Under which it is on record. */
  readonly run?: string
}

export interface DrillList {
  readonly kind: 'DrillList'
  readonly items: readonly DrillValue[]
}

export interface DrillActs {
  readonly kind: 'DrillActs'
  readonly items: readonly { readonly id: string; readonly title: Text }[]
}

export interface DrillAct {
  readonly kind: 'DrillAct'
  readonly act: string
  readonly message: Text
}

export function renderDrill(value: DrillValue, view: View): string {
  const { passed, elapsedMs, faults, lost, needless } = value
  const took = say(view, durationText(elapsedMs))
  const verdict = passed ? text('합격', 'passed') : text('다시', 'not yet')
  const head = `${view.paint.bold(say(view, text('훈련 결과', 'Drill')))}  ${value.startedAt
    .slice(0, 16)
    .replace('T', ' ')} · ${took}`
  const lines = [`${head} · ${view.paint[passed ? 'ok' : 'warning'](say(view, verdict))}`]
  for (const fault of faults) lines.push(...faultLines(fault, view))
  lines.push(
    paintLabel(
      view,
      text('유실', 'Lost'),
      say(view, lostWords(lost)),
      lost.count === 0 ? 'ok' : 'critical',
    ),
  )
  if (needless.length > 0) {
    const words = needless.map(({ id, title }) => `${say(view, title)}(${id})`).join(', ')
    lines.push(line(view, text('헛조치', 'Needless'), words))
  }
  if (value.run !== undefined) lines.push(line(view, text('기록', 'Record'), value.run))
  return lines.join('\n')
}

const RIGHT = text('맞음', 'right')
const WRONG = text('아님', 'not right')

function faultLines(fault: DrillValue['faults'][number], view: View): string[] {
  const { title, named, ended, playbooks, finding, findings } = fault
  const either = (right: boolean): string => say(view, right ? RIGHT : WRONG)
  const wanted = [...new Set(findings)].join(', ')
  const left = say(view, text('끝내지 않음', 'not ended'))
  const reached = ended ? (finding ?? '') : `${finding ?? left} → ${wanted}`
  return [
    line(view, text('장애', 'Fault'), `${say(view, title)} (${fault.fault})`),
    paintLabel(
      view,
      text('원인', 'Cause'),
      `${either(named)} · ${playbooks.join(', ')}`,
      named ? 'ok' : 'warning',
    ),
    paintLabel(
      view,
      text('결말', 'End'),
      `${either(ended)} · ${reached}`,
      ended ? 'ok' : 'warning',
    ),
  ]
}

export function renderDrillList({ items }: DrillList, view: View): string {
  if (items.length === 0) return say(view, text('훈련 기록이 없습니다', 'no drills on record'))
  return items
    .map((item) => {
      const { passed, elapsedMs, startedAt, operator, faults, lost } = item
      const verdict = say(view, passed ? text('합격', 'passed') : text('다시', 'not yet'))
      const ended = faults.filter((fault) => fault.named && fault.ended).length
      const facts = [
        `${ended}/${faults.length}`,
        faults.map(({ fault }) => fault).join(', '),
        ...(lost.count === 0 ? [] : [say(view, lostWords(lost))]),
        say(view, durationText(elapsedMs)),
        operator,
      ]
      return `${startedAt.slice(0, 16).replace('T', ' ')}  ${view.paint[passed ? 'ok' : 'warning'](verdict)}${padCells(verdict, 8).slice(verdict.length)}${facts.join(' · ')}`
    })
    .join('\n')
}

export function renderActs({ items }: DrillActs, view: View): string {
  return items
    .map(({ id, title }) => `mts drill act ${padCells(id, 18)}${say(view, title)}`)
    .join('\n')
}

function lostWords({ count, amount }: SalesCount): Text {
  return count === 0
    ? text('없음', 'nothing')
    : text(`매출 ${count}건 ${groupedWon(amount)}원`, `${count} sales, ${groupedWon(amount)} won`)
}
