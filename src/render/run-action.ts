/** The run of a bare settlement action: its result as it was, its request if that is still open. */
import { text } from '../core/text.ts'
import type { ActionRunSummary } from '../playbook/run.ts'
import type { SettlementAction } from '../settlement/action-value.ts'
import { command, line, paintLabel } from './lines.ts'
import { renderSettlementAction } from './settlement-action.ts'
import { say, type View } from './view.ts'

export interface ActionRun extends ActionRunSummary {
  readonly kind: 'Run'
  readonly steps: readonly []
  readonly pendingAction?: {
    readonly step: string
    readonly action: string
    readonly sentAt: string
  }
  readonly result?: SettlementAction
  readonly rerun?: string
}

export interface ActionHandoff {
  readonly kind: 'Handoff'
  readonly to: string
  readonly by: string
  readonly at: string
  readonly action: ActionRunSummary
  readonly result?: SettlementAction
  readonly resume: string
}

export function renderActionRun(run: ActionRun, view: View): string {
  const lines = [
    `${view.paint.bold(run.action)}  ${run.run} · ${run.status} · ${run.startedAt} · ${run.operator}`,
  ]
  if (run.pendingAction !== undefined) {
    lines.push(
      paintLabel(
        view,
        text('결과 미확인', 'Unknown'),
        say(
          view,
          text(
            `${run.pendingAction.sentAt}에 보낸 요청의 결과를 모릅니다. 다시 보내지 마세요`,
            `the request of ${run.pendingAction.sentAt} has no known result; do not send it again`,
          ),
        ),
        'unknown',
      ),
    )
  }
  if (run.exported !== undefined) {
    const { at, by, host } = run.exported
    lines.push(line(view, text('내보냄', 'Exported'), `${at.slice(0, 16)} ${by}@${host}`))
  }
  if (run.result !== undefined) lines.push(renderSettlementAction(run.result, view))
  else if (run.rerun !== undefined) lines.push(command(view, text('계속', 'Go on'), run.rerun))
  else lines.push(line(view, text('결과', 'Result'), run.status))
  return lines.join('\n')
}

export function renderActionHandoff(handoff: ActionHandoff, view: View): string {
  const { action, result } = handoff
  const said = (ko: string, en: string): string => say(view, text(ko, en))
  const lines = [
    `# ${said('인계', 'Handover')}: ${action.action} ${action.run}`,
    '',
    `- ${said('받는 사람', 'to')}: ${handoff.to}`,
    `- ${said('보낸 사람', 'from')}: ${handoff.by} (${handoff.at})`,
    `- ${said('대상', 'service')}: ${action.url}`,
    `- ${said('시작', 'begun')}: ${action.startedAt} (${action.operator})`,
    `- ${said('상태', 'status')}: ${action.status}`,
  ]
  if (result !== undefined) {
    lines.push(
      `- ${said('결과', 'outcome')}: ${result.outcome} ${result.reasons.map((reason) => reason.code).join(' ')}`.trimEnd(),
    )
    const { before, after } = result
    for (const [name, record] of [
      [said('처리 전', 'before'), before],
      [said('처리 후', 'after'), after],
    ] as const) {
      if (record === null) continue
      lines.push(
        `- ${name}: #${record.id} ${record.date} ${record.status}, ${record.transactionCount} / ${record.totalAmount} / ${record.totalFee} / ${record.netAmount}${record.note === null ? '' : `, note: ${record.note}`}`,
      )
    }
    lines.push('', '```', renderSettlementAction(result, view), '```')
  }
  lines.push('', '```', handoff.resume, '```')
  return lines.join('\n')
}
