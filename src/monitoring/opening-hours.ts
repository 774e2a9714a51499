/** Opening hours in PromQL, which knows only UTC: Seoul is nine hours ahead, all the year. */
import { seoulInstant } from '../core/dates.ts'
import type { OpeningHours } from '../core/settings.ts'

const SEOUL_OFFSET_S = 32_400
const DAY_S = 86_400
const DAY_MINUTES = 1440
const WEEK_MINUTES = 7 * DAY_MINUTES

/** Now, in seconds of Seoul; PromQL's functions of time read it as if it were UTC. */
const NOW = `vector(time() + ${SEOUL_OFFSET_S})`

/**
 * Holds while the shop has been open for `leadMinutes` without a break: only then the lack of a sale
 * means something. Undefined when it is always open: nothing needs to be asked.
 */
export function openExpression(
  hours: OpeningHours | undefined,
  holidays: readonly string[],
  leadMinutes: number,
): string | undefined {
  const parts: string[] = []
  const judged = hours === undefined ? undefined : minutesToJudge(hours, leadMinutes)
  if (judged !== undefined && judged.includes(false)) {
    const spans = [0, 1, 2, 3, 4, 5, 6].flatMap((day) =>
      rangesOf(judged.slice(day * DAY_MINUTES, (day + 1) * DAY_MINUTES)).map(([from, until]) =>
        spanExpression(day, from, until),
      ),
    )
    // Never open for long enough: then nothing may hold.
    parts.push(spans.length === 0 ? `(${NOW} < 0)` : `(${spans.join(' or ')})`)
  }
  for (const holiday of holidays) {
    const day = Math.round((seoulInstant(holiday) / 1000 + SEOUL_OFFSET_S) / DAY_S)
    // The time looked back on must not lie in the holiday either.
    parts.push(
      `(floor(${NOW} / ${DAY_S}) != ${day} and floor((${NOW} - ${leadMinutes * 60}) / ${DAY_S}) != ${day})`,
    )
  }
  return parts.length === 0 ? undefined : parts.join(' and on() ')
}

/** Of each minute of the week (Sunday first): was it open, and have the `leadMinutes` before been? */
function minutesToJudge({ byWeekday }: OpeningHours, leadMinutes: number): readonly boolean[] {
  const open = Array.from<boolean>({ length: WEEK_MINUTES }).fill(false)
  for (const [day, ranges] of byWeekday.entries()) {
    for (const { from, until } of ranges ?? []) {
      const start = minutesOf(from)
      const end = minutesOf(until)
      const length = end > start ? end - start : end + DAY_MINUTES - start
      for (let minute = 0; minute < length; minute++) {
        open[(day * DAY_MINUTES + start + minute) % WEEK_MINUTES] = true
      }
    }
  }
  const lead = Math.min(leadMinutes, WEEK_MINUTES)
  let openFor = 0
  const judged = open.map(() => false)
  // Twice around, since the week has no beginning.
  for (let step = 0; step < 2 * WEEK_MINUTES; step++) {
    const minute = step % WEEK_MINUTES
    judged[minute] = open[minute] === true && openFor >= lead
    openFor = open[minute] === true ? openFor + 1 : 0
  }
  return judged
}

function rangesOf(
  minutes: readonly boolean[],
): readonly (readonly [from: number, until: number])[] {
  const ranges: [number, number][] = []
  for (const [minute, holds] of minutes.entries()) {
    if (!holds) continue
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === minute) last[1] = minute + 1
    else ranges.push([minute, minute + 1])
  }
  return ranges
}

function spanExpression(day: number, from: number, until: number): string {
  const minute = `hour(${NOW}) * 60 + minute(${NOW})`
  return `(day_of_week(${NOW}) == ${day} and (${minute}) >= ${from} and (${minute}) < ${until})`
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}
