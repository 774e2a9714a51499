/** The numbers of a checklist's item in a few words: what they are, and how they differ from before. */
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { ChecklistItem } from '../checklist/run.ts'
import type { Change } from '../checklist/run-change.ts'
import { say, type View } from './view.ts'

/** At most this many numbers of one item are shown; JSON holds them all. */
const MAX_CHANGES = 3

/** What a number is called in a line; others go by their own name, or are left to JSON. */
const FIGURES: Readonly<Record<string, Text>> = {
  heapPercent: text('힙', 'heap'),
  diskPercent: text('디스크', 'disk'),
  cpuPercent: text('CPU', 'CPU'),
  poolPercent: text('DB 연결', 'pool'),
  changePercent: text('추세', 'trend'),
  percent: text('응답률', 'rate'),
  totalAmount: text('정산액', 'settled'),
  amount: text('금액', 'amount'),
  transactionCount: text('정산 건수', 'settled'),
  count: text('건수', 'count'),
  beyondNoise: text('오류', 'errors'),
  serverErrors: text('5xx', '5xx'),
  incidentCount: text('장애', 'incidents'),
  openCount: text('남은 조치', 'open'),
  p95Ms: text('p95', 'p95'),
  responseMs: text('평균 응답', 'mean response'),
}

/** Shares that are told even where nothing stands out. */
const ALWAYS_TOLD = ['heapPercent', 'diskPercent', 'percent'] as const

export function changeWords(item: ChecklistItem, view: View): readonly string[] {
  const weekly = new Map((item.changeWeek ?? []).map((change) => [change.field, change]))
  const told: string[] = []
  const units = new Set<string>()
  for (const change of item.change ?? []) {
    const name = FIGURES[lastPart(change.field)]
    const difference = differenceWords(change, view)
    if (name === undefined || difference === undefined) continue
    // Of money and of counts one figure is enough: the others of a record follow it.
    const kin = change.unit === '원' ? '건' : (change.unit ?? '')
    if (kin !== '%p' && units.has(kin)) continue
    units.add(kin)
    const week = weekly.get(change.field)
    const sinceWeek = week === undefined ? undefined : differenceWords(week, view)
    const beside =
      sinceWeek === undefined
        ? ''
        : say(view, text(`(전주 대비 ${sinceWeek})`, ` (${sinceWeek} in a week)`))
    told.push(`${say(view, name)} ${difference}${beside}`)
  }
  return told.slice(0, MAX_CHANGES)
}

/** An item that is as ever: its shares as they are, and what moved. */
export function quietFigures(item: ChecklistItem, view: View): string {
  const value = item.evidence?.value as Readonly<Record<string, unknown>> | null | undefined
  const words: string[] = []
  const named = new Set<string>()
  for (const field of ALWAYS_TOLD) {
    const share = value?.[field]
    if (typeof share !== 'number' || !Number.isFinite(share)) continue
    const change = item.change?.find((one) => one.field === field)
    const difference = change === undefined ? undefined : differenceWords(change, view)
    const name = FIGURES[field]
    if (name === undefined) continue
    named.add(field)
    words.push(
      `${say(view, name)} ${rounded(share)}%${difference === undefined ? '' : ` ${difference}`}`,
    )
  }
  const others = (item.change ?? []).filter(({ field }) => !named.has(field))
  return [...words, ...changeWords({ ...item, change: others }, view)]
    .slice(0, MAX_CHANGES)
    .join(', ')
}

function rounded(share: number): number {
  return share > 99 && share < 100 ? Math.floor(share * 100) / 100 : Math.round(share * 10) / 10
}

function lastPart(field: string): string {
  return field.split('.').at(-1) ?? field
}

/** Only what has a unit can be told in a line. */
function differenceWords({ unit, difference }: Change, view: View): string | undefined {
  if (unit === undefined) return undefined
  switch (unit) {
    case '원': {
      const amount = groupedWon(String(difference))
      const sign = amount.startsWith('-') ? '' : '+'
      return say(view, text(`${sign}${amount}원`, `${sign}${amount} won`))
    }
    case '%p': {
      const points = Math.round(Number(difference) * 10) / 10
      if (points === 0) return undefined
      return say(view, text(`${signed(points)}%p`, `${signed(points)} points`))
    }
    case '건':
      return say(view, text(`${signed(Number(difference))}건`, signed(Number(difference))))
    case 'ms':
      return `${signed(Math.round(Number(difference)))}ms`
  }
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
}
