/** `mts settle …`: settlements shown, settled and reprocessed, and the sheet to pay by when nothing may be sent. */
import type { Command } from 'commander'
import type { SeoulDate } from '../../core/dates.ts'
import { EXIT } from '../../core/exit-code.ts'
import type { Failure } from '../../core/read.ts'
import { text, type Lang } from '../../core/text.ts'
import type { SettlementAction } from '../../settlement/action-value.ts'
import type { FactsPorts } from '../../settlement/facts.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import type { SettlementRequest } from '../settlement-flow.ts'

export const settleCommand: CommandSpec = {
  faces: { 'settle sheet': ['csv'] },
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const settle = program
      .command('settle')
      .description(word('정산 조회 · 수동 정산 · 재처리 · 정산표', 'settlements'))
    addExamples(settle, lang, [
      ['mts settle show 2026-11-23', text('날짜의 정산', 'the settlement of a date')],
      ['mts settle reprocess 8', text('실패한 정산 재처리', 'reprocess a failed one')],
    ])
    declareReading(settle, perform, lang, word)
    addExamples(
      settle
        .command('run <date>')
        .description(
          word(
            '정산 기록이 없는 날짜를 수동 정산(승인 필요)',
            'settle a date that has no settlement (asks for approval)',
          ),
        )
        .option('--confirm <digest>', word('앞서 출력된 승인값', 'the digest printed before'))
        .action((date: string, options: { confirm?: string }) =>
          perform(async (context) =>
            act(context, { action: 'run', date: await settlementDate(date) }, options.confirm),
          ),
        ),
      lang,
      [['mts settle run 2026-11-23', text('11/23 수동 정산', 'settle 23 November')]],
    )
    addExamples(
      settle
        .command('reprocess <id>')
        .description(
          word(
            '실패한 정산을 재처리(매출이 연결되어 있으면 거부)',
            'reprocess a failed settlement (refused when it holds sales)',
          ),
        )
        .option('--confirm <digest>', word('앞서 출력된 승인값', 'the digest printed before'))
        .action((id: string, options: { confirm?: string }) =>
          perform(async (context) => {
            const { parseSettlementId } = await import('../../settlement/actions.ts')
            return act(context, { action: 'reprocess', id: parseSettlementId(id) }, options.confirm)
          }),
        ),
      lang,
      [
        [
          'mts settle reprocess 8',
          text('증거를 보여 주고 묻습니다', 'shows the evidence and asks'),
        ],
        [
          'mts settle reprocess 8 --confirm <digest>',
          text('터미널 없이 승인', 'approve without a terminal'),
        ],
      ],
    )
  },
}

function declareReading(
  settle: Command,
  perform: Parameters<CommandSpec['declare']>[1],
  lang: Lang,
  word: (ko: string, en: string) => string,
): void {
  addExamples(
    settle
      .command('show <id|date>')
      .description(word('정산 한 건과 재처리 가능 여부', 'a settlement, and may it be reprocessed'))
      .action((subject: string) => perform((context) => show(context, subject))),
    lang,
    [
      ['mts settle show 8', text('정산 번호로', 'by id')],
      ['mts settle show 2026-11-23', text('날짜로', 'by date')],
    ],
  )
  addExamples(
    settle
      .command('list')
      .description(word('정산 목록(기본 최근 30일)', 'settlements of a range (default 30 days)'))
      .option('--from <date>', word('시작일', 'first date'))
      .option('--to <date>', word('종료일', 'last date'))
      .action((options: { from?: string; to?: string }) =>
        perform((context) => list(context, options)),
      ),
    lang,
    [['mts settle list --from 2026-11-01 --to 2026-11-23', text('기간', 'a range')]],
  )
  addExamples(
    settle
      .command('sheet <date>')
      .description(
        word('매출로 만든 정산표(조회만)', 'the sheet to pay by, from the sales (read-only)'),
      )
      .action((date: string) => perform((context) => sheet(context, date))),
    lang,
    [['mts settle sheet 2026-11-23 -o csv', text('재무팀용 CSV', 'CSV for finance')]],
  )
}

async function act(
  context: CommandContext,
  request: SettlementRequest,
  confirm: string | undefined,
): Promise<Outcome<SettlementAction>> {
  const { performSettlementAction } = await import('../settlement-flow.ts')
  const { renderSettlementAction } = await import('../../render/settlement-action.ts')
  const { value, exitCode } = await performSettlementAction(context, request, confirm)
  return { value, exitCode, faces: { table: renderSettlementAction } }
}

async function show(context: CommandContext, subject: string): Promise<Outcome> {
  const { judgeSettlement } = await import('../../settlement/show.ts')
  const { isSeoulDate } = await import('../../core/dates.ts')
  const { parseSettlementId } = await import('../../settlement/actions.ts')
  const ports = await factsPorts(context)
  const options = {
    signal: ports.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
  const read = isSeoulDate(subject)
    ? await ports.reader.settlementOnDate(subject, options)
    : await ports.reader.settlementById(parseSettlementId(subject), options)
  if (read.kind === 'unknown') throw await unreadable(read.failure)
  if (read.kind === 'absent') {
    const { MtsError } = await import('../../core/errors.ts')
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(`정산이 없습니다: ${subject}`, `there is no settlement: ${subject}`),
      next: ['mts settle list'],
    })
  }
  const { batch } = await context.settings()
  const { renderSettlement } = await import('../../render/settlement.ts')
  const value = await judgeSettlement(ports, read.value, { batch })
  return { value: value, exitCode: EXIT.ok, faces: { table: renderSettlement } }
}

async function list(
  context: CommandContext,
  options: { readonly from?: string; readonly to?: string },
): Promise<Outcome> {
  const { addDays, daysBetween, seoulDateOf } = await import('../../core/dates.ts')
  const { listSettlements, MAX_LIST_DAYS } = await import('../../settlement/show.ts')
  const to =
    options.to === undefined
      ? seoulDateOf(context.ports.clock.now())
      : await settlementDate(options.to)
  const from = options.from === undefined ? addDays(to, -29) : await settlementDate(options.from)
  const days = daysBetween(from, to) + 1
  if (days < 1 || days > MAX_LIST_DAYS) {
    const { usageError } = await import('../usage-error.ts')
    throw usageError(
      days < 1
        ? text(
            `시작일이 종료일보다 늦습니다: ${from} ~ ${to}`,
            `--from is after --to: ${from}, ${to}`,
          )
        : text(
            `기간이 너무 깁니다(${days}일, 최대 ${MAX_LIST_DAYS}일)`,
            `the range is too long (${days} days, ${MAX_LIST_DAYS} at most)`,
          ),
    )
  }
  const value = await listSettlements(await factsPorts(context), from, to)
  if (value.kind === 'failed') throw await unreadable(value.failure)
  const { renderSettlementList } = await import('../../render/settlement.ts')
  const exitCode = value.unknownDates.length > 0 ? EXIT.unknown : EXIT.ok
  return { value: value, exitCode: exitCode, faces: { table: renderSettlementList } }
}

async function sheet(context: CommandContext, subject: string): Promise<Outcome> {
  const date = await settlementDate(subject)
  const { readSalesOfDay } = await import('../../settlement/sales-of-day.ts')
  const { makeSheet } = await import('../../settlement/sheet.ts')
  const { MtsError } = await import('../../core/errors.ts')
  const ports = await factsPorts(context)
  const options = {
    signal: ports.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
  const record = await ports.reader.settlementOnDate(date, options)
  if (record.kind === 'unknown') throw await unreadable(record.failure)
  const sales = await readSalesOfDay(ports.reader, ports.stores, date, options)
  if (sales.kind === 'not_checked') {
    throw new MtsError({
      code: 'STORES_UNKNOWN',
      exitCode: EXIT.config,
      message: sales.reason,
      next: [`MTS_STORES=123-45-67890 mts settle sheet ${date}`, 'mts config show'],
    })
  }
  if (sales.kind === 'unknown') {
    throw new MtsError({
      code: 'SALES_UNREADABLE',
      exitCode: EXIT.unknown,
      message: sales.reason,
      next: [`mts settle sheet ${date}`, 'mts health'],
    })
  }
  const { renderSheet, renderSheetCsv } = await import('../../render/settlement-sheet.ts')
  const value = makeSheet(sales, record.kind === 'ok' ? record.value : null)
  return { value, exitCode: EXIT.ok, faces: { table: renderSheet, csv: renderSheetCsv } }
}

async function factsPorts(context: CommandContext): Promise<FactsPorts> {
  const settings = await context.settings()
  return {
    reader: await context.service(),
    clock: context.ports.clock,
    stores: settings.stores,
    signal: context.signal,
    ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
  }
}

async function settlementDate(value: string): Promise<SeoulDate> {
  const { isSeoulDate } = await import('../../core/dates.ts')
  if (isSeoulDate(value)) return value
  const { usageError } = await import('../usage-error.ts')
  throw usageError(
    text(`날짜가 아닙니다: ${value}(형식 YYYY-MM-DD)`, `not a date: ${value} (YYYY-MM-DD)`),
  )
}

async function unreadable(failure: Failure): Promise<Error> {
  const { fetchError } = await import('../fetch-error.ts')
  return fetchError(failure)
}
