/** What happened, in one list of 80 columns: when, from where, how bad, what. */
import { koreanDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { SourceState, Timeline, TimelineEntry, TimelineSource } from '../report/timeline.ts'
import type { Tone } from '../report/report.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { line, spread } from './lines.ts'
import { say, type Paint, type View } from './view.ts'

const SOURCES: Readonly<Record<TimelineSource, Text>> = {
  log: text('로그', 'log'),
  journal: text('기록', 'run'),
  settlements: text('정산', 'settle'),
  samples: text('측정', 'sample'),
  alerts: text('경보', 'alert'),
  watch: text('감시', 'watch'),
}

const TONES: Readonly<
  Record<Tone, { readonly words: Text; readonly tone: Exclude<keyof Paint, 'bold'> }>
> = {
  critical: { words: text('위험', 'CRIT'), tone: 'critical' },
  warning: { words: text('주의', 'WARN'), tone: 'warning' },
  ok: { words: text('정상', 'OK'), tone: 'ok' },
  info: { words: text('', ''), tone: 'dim' },
}

const TIME_CELLS = 10
const SOURCE_CELLS = 8
const TONE_CELLS = 6

export function renderTimeline(timeline: Timeline, view: View): string {
  const width = Math.min(80, view.width)
  const count = timeline.entries.length
  const head = `${dayWords(timeline.from, view)} ${timeline.from.slice(11, 16)} ~ ${
    timeline.from.slice(0, 10) === timeline.to.slice(0, 10) ? '' : `${dayWords(timeline.to, view)} `
  }${timeline.to.slice(11, 16)}`
  const lines = [
    spread(view.paint.bold(head), say(view, text(`${count}건`, `${count} events`)), width),
  ]
  if (!timeline.journal.intact) {
    const why = timeline.journal.problem
    lines.push(
      line(
        view,
        text('기록', 'Journal'),
        say(
          view,
          text(
            `해시 사슬이 맞지 않습니다${why === undefined ? '' : `: ${why.ko}`}`,
            `the chain does not hold${why === undefined ? '' : `: ${why.en}`}`,
          ),
        ),
      ),
    )
  }
  let day = timeline.from.slice(0, 10)
  for (const entry of timeline.entries) {
    if (entry.at.slice(0, 10) !== day) {
      day = entry.at.slice(0, 10)
      lines.push(view.paint.dim(dayWords(entry.at, view)))
    }
    lines.push(...entryLines(entry, view, width))
  }
  if (count === 0) {
    lines.push(
      say(
        view,
        text('읽은 곳에는 아무 일도 없었습니다', 'nothing happened, as far as could be read'),
      ),
    )
  }
  for (const source of timeline.sources) {
    if (source.status !== 'read') lines.push(sourceLine(source, view))
  }
  return lines.join('\n')
}

function entryLines(entry: TimelineEntry, view: View, width: number): string[] {
  const { words, tone } = TONES[entry.tone]
  const until =
    entry.until === undefined || entry.until.slice(0, 16) === entry.at.slice(0, 16)
      ? ''
      : ` (~${entry.until.slice(11, 19)})`
  const run = entry.run === undefined ? '' : ` · ${entry.run}`
  const column = TIME_CELLS + SOURCE_CELLS + TONE_CELLS
  const label = say(view, words)
  const lead =
    padCells(entry.at.slice(11, 19), TIME_CELLS) +
    padCells(say(view, SOURCES[entry.source]), SOURCE_CELLS) +
    view.paint[tone](label) +
    ' '.repeat(Math.max(0, TONE_CELLS - cellsOf(label)))
  return wrapCells(`${say(view, entry.text)}${until}${run}`, width - column).map(
    (part, index) => (index === 0 ? lead : ' '.repeat(column)) + part,
  )
}

/** What could not be read is said last, where a reader looks for what is missing. */
function sourceLine(source: SourceState, view: View): string {
  const label =
    source.status === 'not_configured'
      ? text('읽지 않음', 'Not read')
      : source.status === 'partial'
        ? text('일부만', 'In part')
        : text('확인 불가', 'Unknown')
  return line(view, label, `${say(view, SOURCES[source.source])}: ${say(view, source.words)}`)
}

function dayWords(iso: string, view: View): string {
  const date = iso.slice(0, 10)
  return view.lang === 'ko' ? koreanDate(date) : date
}
