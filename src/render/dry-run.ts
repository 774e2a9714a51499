/** A playbook looked at beforehand: what was seen, what would follow, what would go out, what nobody can foresee. */
import type { WireRequest } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { DryRun, PlannedAction, PlannedStatus, UpcomingStep } from '../playbook/dry-run.ts'
import { wrapCells } from './columns.ts'
import { command, LABEL_CELLS, line, paintLabel, spread } from './lines.ts'
import { renderStepLine } from './step.ts'
import { say, type View } from './view.ts'

export function renderDryRun(dry: DryRun, view: View): string {
  return [
    ...headLines(dry, view),
    ...dry.steps.map((step) => renderStepLine(step, step.number, view)),
    ...upcomingLines(dry, view),
    ...actionLines(dry, view),
    ...dry.unforeseen.map(({ message }) =>
      paintLabel(view, text('예상 불가', 'Not known'), say(view, message), 'unknown'),
    ),
    ...dry.next.map((words) => command(view, text('실제 실행', 'For real'), words)),
  ].join('\n')
}

function headLines(dry: DryRun, view: View): string[] {
  const title = view.paint.bold(say(view, dry.title))
  const left = [title, dry.priority, say(view, text('미리 보기', 'dry run'))]
  return [
    spread(
      left.filter((part) => part !== undefined).join('  '),
      say(view, text('보낸 요청 없음 · 기록 없음', 'nothing sent, nothing recorded')),
      Math.min(80, view.width),
    ),
    ...(dry.finding === undefined
      ? []
      : [
          line(
            view,
            text('결론', 'Finding'),
            `${say(view, dry.finding.message)} (${dry.finding.code})`,
          ),
        ]),
  ]
}

function upcomingLines(dry: DryRun, view: View): string[] {
  const { waitsAt } = dry
  return dry.upcoming.flatMap((step) => {
    const lines = [stepLine(step, step.id === waitsAt?.step, view)]
    if (step.id === waitsAt?.step) {
      lines.push(indented(say(view, QUESTION[waitsAt.question] ?? OTHER), view))
      for (const { message } of waitsAt.reasons) lines.push(indented(say(view, message), view))
    }
    for (const { title, goto } of step.ways ?? []) {
      lines.push(indented(`${say(view, title)} → ${goto}`, view))
    }
    return lines
  })
}

const OTHER = text('여기서 사람을 기다립니다', 'it waits for a person here')

/** What a walk would stop for. */
const QUESTION: Readonly<Record<string, Text>> = {
  manual: text(
    '여기서 사람이 하고 답할 때까지 기다립니다',
    'it waits here until a person has done it',
  ),
  approval: text('여기서 승인을 기다립니다', 'it waits for a yes here'),
  action: text(
    '여기서 승인을 기다립니다. 승인 전에는 보내지 않습니다',
    'nothing leaves before an approval',
  ),
  judge: text(
    '판정할 수 없어 사람에게 묻습니다',
    'not decided by what was seen: a person is asked',
  ),
  applies: text('해당 여부를 알 수 없어 사람에게 묻습니다', 'whether it applies is asked'),
  blocked: text('선행 조건이 맞지 않아 멈춥니다', 'a precondition does not hold: it stops here'),
  wait: text('정해진 시각까지 기다립니다', 'it waits until its time'),
}

function stepLine(step: UpcomingStep, isNow: boolean, view: View): string {
  const ends = step.finding === undefined ? '' : ` → ${step.finding.code}`
  const words = `${step.number} ${say(view, step.title)} (${step.id})${ends}`
  if (isNow) return paintLabel(view, text('멈춤', 'Stops'), words, 'warning')
  const label = step.certainty === 'next' ? text('다음', 'Then') : text('가능', 'Maybe')
  return line(view, label, words)
}

const STATUS: Readonly<Record<PlannedStatus, Text>> = {
  would_ask: text('승인 후 한 번만 전송', 'sent once, after an approval'),
  refused: text('지금은 거부됨: 보내지 않음', 'refused as things stand: not sent'),
  by_hand: text('설정되지 않아 담당자가 직접', 'not set up: done by hand'),
  not_known: text('대상이 정해지지 않음', 'what it is about is not known yet'),
}

function actionLines(dry: DryRun, view: View): string[] {
  if (dry.actions.length === 0) {
    return [line(view, text('보낼 요청', 'Requests'), say(view, text('없음', 'none')))]
  }
  return dry.actions.flatMap((action) => plannedLines(action, view))
}

function plannedLines(action: PlannedAction, view: View): string[] {
  const undo =
    action.reversible === 'no'
      ? text('되돌릴 수 없음', 'cannot be undone')
      : text('되돌릴 수 있는지 모름', 'whether it can be undone is not known')
  const maybe =
    action.certainty === 'possible' ? text('경로에 따라 · ', 'on one way; ') : text('', '')
  const head = text(
    `${action.step} · ${maybe.ko}${STATUS[action.status].ko} · ${undo.ko}`,
    `${action.step}: ${maybe.en}${STATUS[action.status].en}; ${undo.en}`,
  )
  const lines = [
    paintLabel(
      view,
      text('보낼 요청', 'Request'),
      say(view, head),
      action.status === 'refused' ? 'critical' : 'warning',
    ),
  ]
  if (action.request !== undefined) lines.push(...requestLines(action.request, view))
  // One argument a line: a space inside one cannot pass for two.
  for (const word of action.argv ?? []) lines.push(indented(JSON.stringify(word), view))
  if (action.irreversible !== undefined) lines.push(indented(say(view, action.irreversible), view))
  if (action.evidence !== undefined) {
    lines.push(line(view, text('근거', 'Evidence'), say(view, action.evidence)))
  }
  for (const { code, message } of action.reasons) {
    lines.push(line(view, text('이유', 'Why'), `${say(view, message)} (${code})`))
  }
  return lines
}

/** Word by word, as it would go out. */
function requestLines(request: WireRequest, view: View): string[] {
  return [
    indented(`${request.method} ${request.url}`, view),
    ...request.headers.map(({ name, value }) => indented(`${name}: ${value}`, view)),
    indented(say(view, text('(본문 없음)', '(no body)')), view),
  ]
}

function indented(words: string, view: View): string {
  return wrapCells(words, Math.min(80, view.width) - LABEL_CELLS)
    .map((part) => ' '.repeat(LABEL_CELLS) + part)
    .join('\n')
}
