/** What the next person needs to go on with a run, as Markdown that can be pasted into a ticket. */
import { text, type Text } from '../core/text.ts'
import type { Run } from '../playbook/run.ts'
import { answerWords, reachedSteps } from './step.ts'
import { say, type View } from './view.ts'

export interface Handoff {
  readonly kind: 'Handoff'
  readonly to: string
  readonly by: string
  readonly at: string
  readonly run: Run
  /** The command with which the next person goes on. */
  readonly resume: string
}

export function renderHandoff(handoff: Handoff, view: View): string {
  const { run } = handoff
  const said = (ko: string, en: string): string => say(view, text(ko, en))
  const lines = [
    `# ${said('인계', 'Handover')}: ${say(view, run.title)} ${run.run}`,
    '',
    `- ${said('받는 사람', 'to')}: ${handoff.to}`,
    `- ${said('보낸 사람', 'from')}: ${handoff.by} (${handoff.at})`,
    `- ${said('대상', 'service')}: ${run.url}`,
    `- ${said('시작', 'begun')}: ${run.startedAt} (${run.operator})`,
    `- ${said('상태', 'status')}: ${run.status}`,
  ]
  if (run.finding !== undefined) {
    lines.push(
      `- ${said('결과', 'finding')}: ${run.finding.code} ${say(view, run.finding.message)}`,
    )
  }
  for (const [name, value] of Object.entries(run.inputs)) {
    lines.push(`- ${name}: ${String(value)}`)
  }
  if (run.pendingAction !== undefined) {
    lines.push(
      '',
      `**${said('결과를 모르는 요청이 있습니다. 다시 보내지 마세요', 'a request is out whose result is not known; do not send it again')}**: ${run.pendingAction.action} ${run.pendingAction.sentAt}`,
    )
  }
  lines.push('', `## ${said('확인한 것', 'What was seen')}`, '')
  for (const { step, number } of reachedSteps(run)) {
    const parts = [step.observed, step.reason]
      .filter((words): words is Text => words !== undefined)
      .map((words) => say(view, words))
    const seen = [...new Set(parts), ...(step.codes ?? [])].join(' · ')
    const when = step.endedAt ?? step.startedAt ?? ''
    lines.push(
      `${number}. [${step.status}] ${say(view, step.title)}${seen === '' ? '' : `: ${seen}`} (${when})`,
    )
    for (const [name, value] of Object.entries(step.answers ?? {})) {
      lines.push(`   - ${name}: ${answerWords(value)}`)
    }
  }
  if (run.notes !== undefined) {
    lines.push('', `## ${said('메모', 'Notes')}`, '')
    for (const note of run.notes) lines.push(`- ${note.at} ${note.by}: ${note.text}`)
  }
  if (run.waitingFor !== undefined) {
    lines.push('', `## ${said('다음 할 일', 'What is next')}`, '', say(view, run.waitingFor.prompt))
    for (const reason of run.waitingFor.reasons ?? []) {
      lines.push(`- ${reason.code}: ${say(view, reason.message)}`)
    }
  }
  lines.push('', '```', handoff.resume, '```')
  return lines.join('\n')
}
