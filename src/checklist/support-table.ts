/** When the makers stop mending a version: a shipped table with its date, and what it says of a version. */
import { z } from 'zod'
import { daysBetween, isSeoulDate, type SeoulDate } from '../core/dates.ts'

const date = z.string().refine(isSeoulDate)

const tableShape = z.object({
  /** The day the table was made: what came out later is not in it. */
  asOf: date,
  source: z.string(),
  /** By product and series: the last day with security fixes. */
  products: z.record(z.string(), z.record(z.string(), date)),
})

export type SupportTable = z.output<typeof tableShape>

/** Throws for a file that is no such table: a broken package. */
export function parseSupportTable(source: string): SupportTable {
  return tableShape.parse(JSON.parse(source))
}

export type Support =
  | {
      readonly state: 'supported' | 'ending' | 'ended'
      readonly cycle: string
      readonly until: string
    }
  /** The table does not know this series: never taken for supported. */
  | { readonly state: 'unknown'; readonly cycle?: string }

/** An end that is nearer than this has to be planned for. */
const ENDING_DAYS = 180

export function supportOf(
  table: SupportTable,
  product: string,
  version: string,
  today: SeoulDate,
): Support {
  const known = table.products[product] ?? {}
  const numbers = /(\d+)(?:\.(\d+))?/.exec(version)
  if (numbers === null) return { state: 'unknown' }
  const [, major = '', minor] = numbers
  const cycles = minor === undefined ? [major] : [`${major}.${minor}`, major]
  const cycle = cycles.find((candidate) => Object.hasOwn(known, candidate))
  const until = cycle === undefined ? undefined : known[cycle]
  if (cycle === undefined || until === undefined) {
    return { state: 'unknown', cycle: cycles[0] ?? major }
  }
  const left = daysBetween(today, until)
  return { state: left < 0 ? 'ended' : left <= ENDING_DAYS ? 'ending' : 'supported', cycle, until }
}

/** What the database really is: MariaDB shows itself as `5.5.5-10.11.19-MariaDB`, under the name of MySQL. */
export function databaseOf(version: string): {
  readonly product: string
  readonly version: string
} {
  const maria = /(\d+\.\d+(?:\.\d+)?)-MariaDB/i.exec(version)
  if (maria !== null) return { product: 'mariadb', version: maria[1] ?? version }
  return { product: 'mysql', version }
}

/** `1.8.0_432` is Java 8. */
export function javaVersion(version: string): string {
  return /^1\.(\d+)/.exec(version)?.[1] ?? version
}
