/** A page of a store's sales. It is counted for conservation, so a page that does not add up is no page. */
import * as z from 'zod/mini'
import { parseServiceTime } from '../core/dates.ts'
import { wonOfNumber } from '../core/money.ts'
import { cleanText } from '../core/sanitize.ts'
import type { Sale, SalesPage } from '../core/service.ts'

const count = z.int().check(z.nonnegative())
const serviceTime = z.string().check(z.refine((value) => parseServiceTime(value) !== undefined))

const pageSchema = z.object({
  success: z.literal(true),
  data: z.object({
    content: z.array(
      z.object({
        id: z.int(),
        businessNumber: z.optional(z.string()),
        transactionTime: serviceTime,
        amount: z.number(),
        fee: z.number(),
        netAmount: z.number(),
        status: z.string(),
        paymentType: z.string(),
        channel: z.string(),
        orderNumber: z.nullable(z.string()),
      }),
    ),
    number: count,
    size: z.int().check(z.positive()),
    totalElements: count,
    totalPages: count,
  }),
})

type Page = z.infer<typeof pageSchema>['data']

interface AskedPage {
  readonly store: string
  readonly from: string
  readonly to: string
  readonly page: number
}

/** Undefined for another store, page or time than was asked for, and where the figures contradict each other. */
export function interpretSalesPage(asked: AskedPage) {
  return (value: unknown): SalesPage | undefined => {
    const parsed = pageSchema.safeParse(value)
    if (!parsed.success) return undefined
    const page = parsed.data.data
    if (!isConsistent(page) || !answers(page, asked)) return undefined
    const sales: Sale[] = []
    for (const item of page.content) {
      const amount = wonOfNumber(item.amount)
      const fee = wonOfNumber(item.fee)
      const netAmount = wonOfNumber(item.netAmount)
      if (amount === undefined || fee === undefined || netAmount === undefined) return undefined
      sales.push({
        id: item.id,
        transactionTime: item.transactionTime,
        amount,
        fee,
        netAmount,
        status: cleanText(item.status, 40),
        paymentType: cleanText(item.paymentType, 40),
        channel: cleanText(item.channel, 40),
        orderNumber: cleanText(item.orderNumber ?? '', 80),
      })
    }
    const { number, totalElements, totalPages } = page
    return { sales, page: number, totalElements, totalPages }
  }
}

function isConsistent({ content, number, size, totalElements, totalPages }: Page): boolean {
  const expected = Math.min(size, Math.max(0, totalElements - number * size))
  return content.length === expected && totalPages === Math.ceil(totalElements / size)
}

/** The service falls back to the first page for a page it does not like: that must not be counted twice. */
function answers(page: Page, asked: AskedPage): boolean {
  if (page.number !== asked.page) return false
  const from = parseServiceTime(asked.from)
  const to = parseServiceTime(asked.to)
  return page.content.every(({ transactionTime, businessNumber }) => {
    const at = parseServiceTime(transactionTime)
    if (at === undefined) return false
    if (from !== undefined && at < from) return false
    if (to !== undefined && at > to) return false
    return businessNumber === undefined || businessNumber === asked.store
  })
}
