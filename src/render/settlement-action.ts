/** An action on a settlement as people read it: how it ended first, then why and what to do. */
import { shortDate } from '../core/dates.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Conservation, Dependencies, SettlementAction } from '../settlement/action-value.ts'
import type { SettlementLook } from '../settlement/actions.ts'
import { command, countAndAmount, line, paintLabel, spread, won } from './lines.ts'
import { LABELS, lossFirst, recordState } from './settlement.ts'
import { say, type View } from './view.ts'

export function renderSettlementAction(value: SettlementAction, view: View): string {
  switch (value.outcome) {
    case 'refused':
      return renderRefused(value, view)
    case 'confirmation_required':
      return renderConfirmation(value, view)
    default:
      return renderDone(value, view)
  }
}

function subject(value: SettlementAction): Text {
  const date = value.date === '' ? '' : `(${shortDate(value.date)})`
  return value.action === 'reprocess'
    ? text(
        `정산 #${value.settlementId ?? '?'}${date} 재처리`,
        `reprocessing settlement #${value.settlementId ?? '?'}${date}`,
      )
    : text(`${value.date} 수동 정산`, `settling ${value.date}`)
}

function renderRefused(value: SettlementAction, view: View): string {
  const [first, ...others] = lossFirst(value.reasons)
  const width = Math.min(80, view.width)
  const headline = say(
    view,
    text(
      `${subject(value).ko} 불가: ${first?.message.ko ?? ''}`,
      `${subject(value).en} is refused: ${first?.message.en ?? ''}`,
    ),
  )
  const lines = [paintLabel(view, text('거부', 'Refused'), headline, 'critical')]
  if (value.before !== null) lines.push(line(view, LABELS.state, recordState(value.before)))
  if (value.before !== null && value.conservation.before !== null) {
    lines.push(line(view, LABELS.check, compareRecord(view, value.before, value.conservation)))
  }
  for (const other of others) lines.push(line(view, LABELS.why, say(view, other.message)))
  if (value.reasons.some((reason) => reason.code === 'HOLDS_SALES')) {
    lines.push(line(view, LABELS.why, say(view, CASCADE)))
    const words = text(
      '재처리하지 마세요. 지급은 정산표로 하고, 증적을 개발팀에 인계하세요',
      'do not reprocess it; pay by the sheet and hand the evidence over to the developers',
    )
    lines.push(...payBySheetLines(view, value, words))
  } else if (value.reasons.some((reason) => reason.code === 'DEPENDENCY_DOWN')) {
    lines.push(command(view, LABELS.next, 'mts health'))
  } else if (value.reasons.some((reason) => reason.code === 'NOT_FOUND')) {
    lines.push(command(view, LABELS.next, 'mts settle list'))
  } else if (value.action === 'run' && value.date !== '') {
    lines.push(command(view, LABELS.next, `mts settle show ${value.date}`))
  }
  const left = say(view, text('보낸 요청 없음', 'nothing was sent'))
  const right = `${value.reasons.map((reason) => reason.code).join(' ')} · ${say(view, text('종료 5', 'exit 5'))}`
  lines.push(spread(left, right, width))
  return lines.join('\n')
}

/** Where nothing may be sent: the sheet to pay by, and who takes the evidence over. */
function payBySheetLines(view: View, value: SettlementAction, words: Text): string[] {
  return [
    line(view, LABELS.next, say(view, words)),
    command(view, text('', ''), `mts settle sheet ${value.date}`),
    command(view, text('', ''), `mts run handoff ${value.run} --to backend`),
  ]
}

/** Guide and service differ here, and the operator is told so. */
const CASCADE = text(
  '이 서비스의 재처리는 정산에 연결된 매출까지 지우고, 남은 매출만 다시 정산합니다(응답은 200). 가이드의 “재처리”는 이 경우에 쓰면 안 됩니다. 누락된 것은 완료 이벤트와 상태값입니다',
  "this service's reprocess deletes the sales linked to the settlement and settles only what is left (and answers 200); the guide's remedy must not be used here. What is missing is the event and the status",
)

function renderConfirmation(value: SettlementAction, view: View): string {
  const lines = [
    paintLabel(
      view,
      text('대기', 'Waiting'),
      say(
        view,
        text(
          `${subject(value).ko}: 승인이 필요합니다. 보낸 요청 없음`,
          `${subject(value).en} needs a yes; nothing was sent`,
        ),
      ),
      'warning',
    ),
  ]
  for (const reason of value.reasons) lines.push(line(view, LABELS.why, say(view, reason.message)))
  lines.push(
    ...evidenceLines(view, value.action, value.before, value.conservation, value.dependencies),
  )
  if (value.rerun !== undefined) lines.push(command(view, LABELS.goOn, value.rerun))
  if (value.confirm !== undefined) {
    lines.push(
      line(
        view,
        text('유효', 'Valid'),
        say(
          view,
          text(
            '10분, 한 번만. 그 사이 상태가 바뀌면 보내지 않습니다',
            'for ten minutes, once; nothing is sent if what was seen changes',
          ),
        ),
      ),
    )
  }
  lines.push(line(view, LABELS.record, value.run))
  return lines.join('\n')
}

/** What a person sees above the question on a terminal. */
export function renderApproval(
  action: 'reprocess' | 'run',
  look: SettlementLook,
  view: View,
): string {
  const title =
    action === 'reprocess'
      ? text(
          `정산 #${look.before?.id ?? '?'}(${shortDate(look.date)}) 재처리`,
          `Reprocess settlement #${look.before?.id ?? '?'} (${shortDate(look.date)})`,
        )
      : text(`${look.date} 수동 정산`, `Settle ${look.date} by hand`)
  const conservation: Conservation = {
    status: 'not_checked',
    before: look.sales.kind === 'known' ? look.sales.totals : null,
    after: null,
  }
  return [
    view.paint.bold(say(view, title)),
    ...evidenceLines(view, action, look.before, conservation, look.facts.dependencies),
    line(
      view,
      text('주의', 'Note'),
      say(
        view,
        text(
          '다른 컴퓨터에서 동시에 처리하는 것은 막지 못합니다. 혼자 처리하는지 확인하세요',
          'nothing here stops somebody on another machine; make sure you act alone',
        ),
      ),
    ),
  ].join('\n')
}

function evidenceLines(
  view: View,
  action: 'reprocess' | 'run',
  before: SettlementRecord | null,
  conservation: Conservation,
  dependencies: Dependencies,
): string[] {
  const sales = conservation.before
  const lines = [
    line(
      view,
      LABELS.now,
      before === null
        ? say(view, text('정산 기록 없음(확인)', 'no settlement (proven)'))
        : `${before.status} · ${say(view, text('연결된 매출 없음(확인)', 'no sale linked (proven)'))} · ${countAndAmount(view, before.transactionCount, before.totalAmount)}`,
    ),
    line(
      view,
      LABELS.sales,
      sales === null
        ? say(
            view,
            text(
              '확인하지 않음(가맹점 미설정). 처리 뒤에도 대사할 수 없습니다',
              'not checked (no stores configured); nothing can be compared afterwards either',
            ),
          )
        : `${countAndAmount(view, sales.count, sales.amount)} · ${say(view, LABELS.fees)} ${won(view, sales.fee)}`,
    ),
    line(view, LABELS.dependencies, dependencyWords(view, dependencies)),
    line(
      view,
      LABELS.effect,
      say(
        view,
        action === 'reprocess'
          ? text(
              `정산 #${before?.id ?? '?'}을 지우고 새 번호로 다시 만듭니다. 되돌릴 수 없습니다`,
              `deletes settlement #${before?.id ?? '?'} and makes it anew under a new id; it cannot be undone`,
            )
          : text(
              '그날 매출을 정산합니다. 이후 그 날짜에 들어오는 매출은 정산되지 않습니다',
              "settles the day's sales; sales that arrive for that date later are not settled",
            ),
      ),
    ),
  ]
  return lines
}

function dependencyWords(view: View, dependencies: Dependencies): string {
  const words = {
    UP: text('정상', 'up'),
    DOWN: text('중단', 'down'),
    UNKNOWN: text('확인 불가', 'unknown'),
  }
  return (['database', 'redis', 'rabbitmq'] as const)
    .map((name) => `${name} ${say(view, words[dependencies[name]])}`)
    .join(' · ')
}

function renderDone(value: SettlementAction, view: View): string {
  const lines: string[] = []
  const { after, conservation } = value
  const created =
    after === null || value.newSettlementId === undefined
      ? ''
      : say(view, text(`새 정산 #${after.id}`, `new settlement #${after.id}`)) +
        ` · ${after.status} · ${countAndAmount(view, after.transactionCount, after.totalAmount)}`
  if (value.outcome === 'succeeded') {
    const unchecked = conservation.status === 'not_checked'
    lines.push(
      paintLabel(
        view,
        text('성공', 'Done'),
        unchecked
          ? `${created} · ${say(view, text('매출 대사 못 함', 'sales not compared'))}`
          : created,
        unchecked ? 'unknown' : 'ok',
      ),
    )
  } else if (value.outcome === 'violated') {
    const first = value.reasons[0]?.message ?? text('', '')
    lines.push(paintLabel(view, text('이상', 'Violated'), say(view, first), 'critical'))
    for (const reason of value.reasons.slice(1)) {
      lines.push(line(view, LABELS.why, say(view, reason.message)))
    }
    if (created !== '') lines.push(line(view, LABELS.state, created))
  } else {
    const failed = value.outcome === 'failed'
    lines.push(
      paintLabel(
        view,
        failed ? text('실패', 'Failed') : text('결과 미확인', 'Unknown'),
        `${say(view, subject(value))}: ${value.reasons.map((reason) => say(view, reason.message)).join(' · ')}`,
        failed ? 'critical' : 'unknown',
      ),
    )
    if (after !== null) lines.push(line(view, LABELS.state, `#${after.id} ${recordState(after)}`))
  }
  lines.push(...conservationLines(view, value))
  if (value.outcome === 'succeeded') {
    for (const reason of value.reasons) {
      if (reason.code === 'SALES_CHANGED')
        lines.push(line(view, LABELS.why, say(view, reason.message)))
    }
  }
  if (value.outcome === 'violated') {
    const words = text(
      '다시 처리하지 마세요. 지급은 정산표로 하고, 증적을 개발팀에 인계하세요',
      'do not act again; pay by the sheet and hand the evidence over to the developers',
    )
    lines.push(...payBySheetLines(view, value, words))
  }
  if (value.rerun !== undefined) {
    lines.push(
      line(
        view,
        LABELS.next,
        say(
          view,
          text(
            '다시 보내지 마세요. 잠시 뒤 결과만 다시 확인하세요:',
            'do not send it again; read its outcome a little later:',
          ),
        ),
      ),
      command(view, text('', ''), value.rerun),
    )
  }
  lines.push(line(view, LABELS.record, value.run))
  return lines.join('\n')
}

function conservationLines(view: View, value: SettlementAction): string[] {
  const { conservation, after } = value
  const { before, after: now } = conservation
  if (before === null || now === null) {
    if (conservation.reason === undefined || value.outcome === 'failed') return []
    return [line(view, LABELS.check, say(view, conservation.reason))]
  }
  const lines: string[] = []
  const beforeWords = countAndAmount(view, before.count, before.amount)
  if (conservation.status === 'kept' && value.outcome === 'succeeded') {
    lines.push(
      line(
        view,
        LABELS.check,
        say(
          view,
          text(
            `처리 전 ${beforeWords} = 처리 후 = 정산 합계`,
            `before ${beforeWords} = after = the settlement's totals`,
          ),
        ),
      ),
    )
  } else {
    const nowWords = countAndAmount(view, now.count, now.amount)
    const record =
      after === null ? '' : countAndAmount(view, after.transactionCount, after.totalAmount)
    lines.push(
      line(
        view,
        LABELS.check,
        say(
          view,
          text(
            `처리 전 ${beforeWords} · 처리 후 ${nowWords}${record === '' ? '' : ` · 정산 ${record}`}`,
            `before ${beforeWords}; after ${nowWords}${record === '' ? '' : `; settlement ${record}`}`,
          ),
        ),
      ),
    )
  }
  if (value.outcome !== 'failed') {
    lines.push(
      line(
        view,
        LABELS.fees,
        say(
          view,
          text(
            `처리 전 ${won(view, before.fee)}(정산액 ${won(view, before.net)}) → 처리 후 ${won(view, now.fee)}(정산액 ${won(view, now.net)}). 정산하면 수수료가 다시 계산됩니다`,
            `before ${won(view, before.fee)} (net ${won(view, before.net)}), after ${won(view, now.fee)} (net ${won(view, now.net)}); settling computes fees anew`,
          ),
        ),
      ),
    )
  }
  return lines
}

function compareRecord(view: View, record: SettlementRecord, conservation: Conservation): string {
  const sales = conservation.before
  if (sales === null) return ''
  const same =
    sales.count === record.transactionCount &&
    sales.amount === record.totalAmount &&
    sales.fee === record.totalFee
  return say(
    view,
    text(
      `정산 ${countAndAmount(view, record.transactionCount, record.totalAmount)} ${same ? '=' : '≠'} 매출 ${countAndAmount(view, sales.count, sales.amount)}(${same ? '일치' : '불일치'})`,
      `settlement ${countAndAmount(view, record.transactionCount, record.totalAmount)} ${same ? '=' : '≠'} sales ${countAndAmount(view, sales.count, sales.amount)} (${same ? 'equal' : 'different'})`,
    ),
  )
}
