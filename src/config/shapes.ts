/** The shapes of single settings, checked with zod; text of files and variables in, base units out. */
import * as z from 'zod/mini'
import { isSeoulDate } from '../core/dates.ts'
import { parseDuration } from '../core/duration.ts'
import type { MaintenanceWindow, OpeningHours } from '../core/settings.ts'

/** A schema that parses text and refuses what `parse` does not understand. */
function parsed<T>(parse: (value: string) => T | undefined) {
  return z.pipe(
    z.string(),
    z.transform((value: string, context): T => {
      const result = parse(value)
      if (result !== undefined) return result
      context.issues.push({ code: 'custom', message: 'not understood', input: value })
      return z.NEVER
    }),
  )
}

export const httpUrl = parsed(parseHttpUrl)

/** Base URL without trailing slash, query and fragment. Credentials are kept: the caller takes them out. */
function parseHttpUrl(value: string): string | undefined {
  if (!/^https?:\/\/\S+$/i.test(value) || !URL.canParse(value)) return undefined
  const url = new URL(value)
  if (url.search !== '' || url.hash !== '' || url.hostname === '') return undefined
  // A stray % in the credentials cannot be decoded later.
  if (/%(?![\da-f]{2})/i.test(url.username + url.password)) return undefined
  // A bare ? or # at the end is part of `href`, but of no address.
  url.search = ''
  url.hash = ''
  return url.href.replace(/\/+$/, '')
}

/** As above, but nothing in it is secret: it is shown, logged and printed. */
export const plainHttpUrl = parsed((value) => {
  const url = parseHttpUrl(value)
  return url === undefined || new URL(url).username !== '' || new URL(url).password !== ''
    ? undefined
    : url
})

export const positiveDuration = parsed((value) => {
  const ms = parseDuration(value)
  return ms !== undefined && ms > 0 ? ms : undefined
})

export const duration = parsed(parseDuration)

export const timeOfDay = parsed((value) => (isTimeOfDay(value) ? value : undefined))

export const seoulDates = z.array(parsed((value) => (isSeoulDate(value) ? value : undefined)))

/** `80`, `80%` or `"80"`. */
export const percent = z.union([
  z.number().check(z.gt(0), z.lte(100)),
  parsed((value) => {
    const number = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(value.trim())?.[1])
    return number > 0 && number <= 100 ? number : undefined
  }),
])

export const count = z.int().check(z.gte(1))

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** `512MiB`, `2GB`, or a number of bytes. */
export const bytes = z.union([
  count,
  parsed((value) => {
    const match = /^(\d+(?:\.\d+)?)\s*([KMG]i?B|B)$/.exec(value.trim())
    const unit = BYTES[match?.[2] ?? '']
    const result = unit === undefined ? Number.NaN : Math.round(Number(match?.[1]) * unit)
    return result >= 1 ? result : undefined
  }),
])

export const nonEmpty = z.string().check(z.minLength(1))

export const lang = z.enum(['ko', 'en'])

/** Business numbers go into a path: digits and hyphens, nothing else. */
export const stores = z.array(z.string().check(z.regex(/^[0-9][0-9-]{0,19}$/)))

export const names = z.array(nonEmpty)

type Hours = OpeningHours['byWeekday'][number]

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const ALL_DAY: Hours = [{ from: '00:00', until: '00:00' }]

const hours = z.union([parsed(parseHours), z.array(parsed(parseSpan))])

export const openingHours = z.union([
  z.pipe(
    parsed(parseHours),
    z.transform((same): OpeningHours => ({ byWeekday: WEEKDAYS.map(() => same) })),
  ),
  z.pipe(
    z.strictObject(
      Object.fromEntries(WEEKDAYS.map((day) => [day, z.optional(hours)])) as Record<
        (typeof WEEKDAYS)[number],
        z.ZodMiniOptional<typeof hours>
      >,
    ),
    z.transform((byDay): OpeningHours => ({
      // A weekday left out is open all day: silence would hide an alarm. Closed must be said.
      byWeekday: WEEKDAYS.map((day) => (byDay[day] === undefined ? ALL_DAY : byDay[day])),
    })),
  ),
])

/** `closed`, or `09:00-12:00,13:00-22:00`. */
function parseHours(value: string): Hours | undefined {
  if (value.trim() === 'closed') return null
  const spans = value.split(',').map((part) => parseSpan(part))
  return spans.every((span) => span !== undefined) ? spans : undefined
}

function parseSpan(value: string): { readonly from: string; readonly until: string } | undefined {
  const [from = '', until = '', ...rest] = value.split('-').map((part) => part.trim())
  if (rest.length > 0 || !isTimeOfDay(from)) return undefined
  return isTimeOfDay(until) || until === '24:00'
    ? { from, until: until === '24:00' ? '00:00' : until }
    : undefined
}

function isTimeOfDay(value: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
}

/** `22:00-07:00`. */
export const timeSpan = parsed(parseSpan)

/** `sun 03:00-05:00 백업`, `2026-12-25 00:00-24:00`, `03:00-03:10`: when, and if you like why. */
export const maintenance = z.array(parsed(parseMaintenance))

function parseMaintenance(value: string): MaintenanceWindow | undefined {
  const match = /^(?:(\d{4}-\d{2}-\d{2})\s+|([a-z]{3}(?:,[a-z]{3})*)\s+)?(\S+)(?:\s+(.+))?$/.exec(
    value.trim(),
  )
  if (match === null) return undefined
  const [, date, days, times = '', reason] = match
  const span = parseSpan(times)
  const weekdays = days?.split(',').map((day) => (WEEKDAYS as readonly string[]).indexOf(day))
  if (span === undefined || weekdays?.includes(-1) === true) return undefined
  if (date !== undefined && !isSeoulDate(date)) return undefined
  return {
    ...span,
    ...(date === undefined ? {} : { date }),
    ...(weekdays === undefined ? {} : { weekdays }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** Where somebody else notices silence: a query may belong to it. */
export const pingUrl = parsed((value) =>
  /^https?:\/\/\S+$/i.test(value) && URL.canParse(value) ? value : undefined,
)

/** By check, or by severity. */
export const routes = z.record(
  z.string().check(z.regex(/^[a-z][a-z-]*$/)),
  z.array(z.enum(['slack', 'pagerduty'])),
)

export const yesNo = z.boolean()

const identifier = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/))

const target = parsed((value) =>
  parseHttpUrl(value) !== undefined || /^[\w.-]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i.test(value)
    ? value
    : undefined,
)

export const externals = z.array(
  z.pipe(
    z.strictObject({
      id: identifier,
      url: target,
      statusPage: z.optional(httpUrl),
      owner: z.optional(nonEmpty),
      phone: z.optional(nonEmpty),
    }),
    z.transform(({ id, url, statusPage, owner, phone }) => ({
      id,
      target: url,
      ...(statusPage === undefined ? {} : { statusPage }),
      ...(owner === undefined ? {} : { owner }),
      ...(phone === undefined ? {} : { phone }),
    })),
  ),
)

/** An address alone, or with a name and the stores of its own. */
export const fleetInstances = z.array(
  z.union([
    z.pipe(
      plainHttpUrl,
      z.transform((url) => ({ url })),
    ),
    z.strictObject({
      name: z.optional(nonEmpty),
      url: plainHttpUrl,
      stores: z.optional(stores),
    }),
  ]),
)

const COMMAND_TIMEOUT_MS = 60_000

/** Programs and arguments, never a shell's text. What a command does is undetermined unless it is said. */
export const commands = z.array(
  z.pipe(
    z.strictObject({
      id: identifier,
      argv: z.array(nonEmpty).check(z.minLength(1)),
      timeout: z.optional(positiveDuration),
      impact: z.optional(z.enum(['read_only', 'mutating', 'undetermined'])),
    }),
    z.transform(({ id, argv, timeout, impact }) => ({
      id,
      argv,
      timeoutMs: timeout ?? COMMAND_TIMEOUT_MS,
      impact: impact ?? ('undetermined' as const),
    })),
  ),
)

/** Header names are tokens; values one line. Secrets in them are checked by `secrets.ts`. */
export const headers = z.record(
  z.string().check(z.regex(/^[\w!#$%&'*+.^`|~-]+$/)),
  // eslint-disable-next-line no-control-regex
  z.string().check(z.regex(/^[^\u0000-\u001f\u007f]*$/)),
)
