/** `mts sales`: the sales of a Seoul date over the configured stores, every page. */
import type { Failure } from '../../core/read.ts'
import type { ServiceReader } from '../../core/service.ts'
import { EXIT } from '../../core/exit-code.ts'
import { MtsError } from '../../core/errors.ts'
import { text } from '../../core/text.ts'
import type { SalesSummary } from '../../settlement/sales-summary.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

interface SalesOptions {
  readonly date?: string
  readonly store?: readonly string[]
}

export const salesCommand: CommandSpec = {
  faces: { sales: ['csv'] },
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('sales')
        .description(word('하루 매출 집계(가맹점 · 결제수단별)', 'the sales of a day'))
        .option('--date <date>', word('날짜 YYYY-MM-DD(기본 오늘)', 'YYYY-MM-DD, default today'))
        .option(
          '--store <number...>',
          word('사업자번호(기본: 설정의 stores)', 'business numbers, default: configured stores'),
        )
        .action((options: SalesOptions) => perform((context) => sales(context, options))),
      lang,
      [
        ['mts sales', text('오늘 지금까지', 'today so far')],
        ['mts sales --date 2026-11-23 -o csv', text('하루치를 CSV로', 'a day as CSV')],
        ['mts sales --store 123-45-67890', text('한 가맹점만', 'one store')],
      ],
    )
  },
}

async function sales(
  context: CommandContext,
  options: SalesOptions,
): Promise<Outcome<SalesSummary>> {
  const { isSeoulDate, seoulDateOf } = await import('../../core/dates.ts')
  const settings = await context.settings()
  const date = options.date ?? seoulDateOf(context.ports.clock.now())
  if (!isSeoulDate(date)) {
    throw usageError(
      text(`날짜가 아닙니다: ${date} (형식 YYYY-MM-DD)`, `not a date: ${date} (YYYY-MM-DD)`),
      ['mts sales --help'],
    )
  }
  const stores = (options.store ?? settings.stores).map((store) => checkedStore(store))
  const { readSalesOfDay } = await import('../../settlement/sales-of-day.ts')
  const heard = rememberFailures(await context.service())
  const day = await readSalesOfDay(heard.reader, stores, date, {
    signal: context.signal,
    ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
  })
  if (day.kind === 'not_checked') {
    throw new MtsError({
      code: 'STORES_UNKNOWN',
      exitCode: EXIT.config,
      message: day.reason,
      next: ['mts sales --store 123-45-67890', 'mts config init'],
    })
  }
  if (day.kind === 'unknown') {
    const [failure] = heard.failures
    if (failure !== undefined) {
      const { fetchError } = await import('../fetch-error.ts')
      throw fetchError(failure)
    }
    throw new MtsError({
      code: 'SALES_UNREADABLE',
      exitCode: EXIT.unknown,
      message: day.reason,
      next: [await context.commandLine(['sales', '--date', date])],
    })
  }
  const { summarizeSales } = await import('../../settlement/sales-summary.ts')
  const { renderSales, renderSalesCsv } = await import('../../render/sales.ts')
  return {
    value: summarizeSales(day),
    exitCode: EXIT.ok,
    faces: { table: renderSales, csv: renderSalesCsv },
  }
}

function checkedStore(store: string): string {
  if (/^[0-9][0-9-]{0,19}$/.test(store)) return store
  throw usageError(text(`사업자번호가 아닙니다: ${store}`, `not a business number: ${store}`), [
    'mts sales --help',
  ])
}

/** `readSalesOfDay` says in words why a day is not known; the exit code needs the kind of failure. */
function rememberFailures(reader: ServiceReader): {
  readonly reader: ServiceReader
  readonly failures: readonly Failure[]
} {
  const failures: Failure[] = []
  return {
    failures,
    reader: {
      ...reader,
      salesPage: async (...question) => {
        const read = await reader.salesPage(...question)
        if (read.kind === 'unknown') failures.push(read.failure)
        return read
      },
    },
  }
}
