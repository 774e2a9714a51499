/**
 * Answers that nothing depends on: of an endpoint that this build cannot serve, or that says again
 * what another one says. Their shapes are not recorded, so little of them passes, and nothing of a
 * person.
 */
import * as z from 'zod/mini'
import { parseServiceTime } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import { wonOfNumber } from '../core/money.ts'
import type { Read } from '../core/read.ts'
import { cleanText } from '../core/sanitize.ts'
import type { Metric, SalesFigures, ServiceInfo, UnsettledSales } from '../core/service.ts'
import { headFailure, isServiceError, readJson } from './answer.ts'
import type { CollectingReader } from '../wire/body.ts'
import type { Exchange } from '../wire/exchange.ts'
import { interpretMetric } from './metrics.ts'

const serviceTime = z.string().check(z.refine((value) => parseServiceTime(value) !== undefined))

/** A sale, or a settlement that would be made of sales. The store in it, with its owner, is left out. */
const unsettledSchema = z.union([
  z.int().check(z.nonnegative()),
  z.array(
    z.object({
      id: z.int().check(z.positive()),
      amount: z.optional(z.number()),
      totalAmount: z.optional(z.number()),
      transactionTime: z.optional(serviceTime),
      settlementDate: z.optional(z.string()),
    }),
  ),
])

/** Undefined also where something is listed twice, without an amount, or of another day. */
export function interpretUnsettled(date: SeoulDate) {
  return (value: unknown): UnsettledSales | undefined => {
    const parsed = unsettledSchema.safeParse(value)
    if (!parsed.success) return undefined
    const listed = parsed.data
    if (typeof listed === 'number') return { count: listed }
    if (new Set(listed.map(({ id }) => id)).size !== listed.length) return undefined
    const items = []
    for (const { id, transactionTime, settlementDate, ...sums } of listed) {
      const day = settlementDate ?? transactionTime?.slice(0, 10)
      const amount = wonOfNumber(sums.amount ?? sums.totalAmount ?? Number.NaN)
      if (amount === undefined || (day !== undefined && day !== date)) return undefined
      items.push({ id, amount })
    }
    return { count: items.length, items }
  }
}

/**
 * Here an unknown meter is 200 with an empty body. Only the service's own emptiness counts: announced
 * as such, without a type. One of a connection that just ended may have lost what it was to say.
 */
export function readCustomMetric(
  done: Exchange<CollectingReader>,
  place: string,
  name: string,
): Read<Metric> {
  if (done.kind === 'answer' && done.ended === 'whole') {
    const { head, meta, reader } = done
    const isAbsent =
      head.httpStatus === 200 &&
      head.delimited &&
      head.mediaType === '' &&
      reader.bytes().length === 0 &&
      headFailure(head, place) === undefined
    if (isAbsent) return { kind: 'absent', meta }
  }
  return readJson(done, place, interpretMetric(name), { absence: false })
}

const instant = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/))

const infoSchema = z.object({
  build: z.optional(z.object({ version: z.optional(z.string()), time: z.optional(instant) })),
  git: z.optional(
    z.object({
      commit: z.optional(
        z.object({ id: z.optional(z.union([z.string(), z.object({ abbrev: z.string() })])) }),
      ),
    }),
  ),
})

/** Spring's own parts; what an operator has put under `info` besides may be anything and stays out. */
export function interpretInfo(value: unknown): ServiceInfo | undefined {
  const parsed = infoSchema.safeParse(value)
  if (!parsed.success || isServiceError(value)) return undefined
  const { build, git } = parsed.data
  const id = git?.commit?.id
  const commit = typeof id === 'object' ? id.abbrev : id
  return {
    ...(build?.version === undefined ? {} : { version: cleanText(build.version, 80) }),
    ...(build?.time === undefined ? {} : { builtAt: build.time }),
    ...(commit === undefined ? {} : { commit: cleanText(commit, 40) }),
  }
}

const figuresSchema = z.object({
  success: z.literal(true),
  data: z.record(z.string(), z.unknown()),
})

/** The figures of one store; undefined when the answer names another one. */
export function interpretFigures(store: string) {
  return (value: unknown): SalesFigures | undefined => {
    const parsed = figuresSchema.safeParse(value)
    if (!parsed.success) return undefined
    const { data } = parsed.data
    if (data['businessNumber'] !== undefined && data['businessNumber'] !== store) return undefined
    const kept: [string, string | number | boolean][] = []
    for (const [name, item] of Object.entries(data)) {
      if (isFigure(item)) kept.push([cleanText(name, 80), item])
    }
    return Object.fromEntries(kept)
  }
}

/** Free text may name the owner or the address: of text only days, months and times of the service pass. */
function isFigure(value: unknown): value is string | number | boolean {
  if (typeof value === 'boolean') return true
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  if (typeof value !== 'string') return false
  return /^\d{4}-\d{2}(?:-\d{2})?$/.test(value) || parseServiceTime(value) !== undefined
}
