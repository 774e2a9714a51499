/** What is about to be started, as a person sees it above the question: every word of it, its limits. */
import { durationText } from '../core/duration.ts'
import { text, type Text } from '../core/text.ts'
import type { CommandLook } from '../playbook/command-action.ts'
import { line } from './lines.ts'
import { say, type View } from './view.ts'

const IMPACT: Readonly<Record<CommandLook['impact'], Text>> = {
  read_only: text('읽기만 함(설정에 선언)', 'reads only, as declared'),
  mutating: text('상태를 바꿈', 'changes something'),
  undetermined: text(
    '선언되지 않음: 바꾸는 명령으로 취급',
    'not declared: taken as changing something',
  ),
}

export function renderCommandApproval(look: CommandLook, view: View): string {
  const limit = durationText(look.timeoutMs)
  return [
    line(view, text('명령', 'Command'), look.command),
    // One argument a line: a space inside one cannot pass for two.
    ...look.argv.map((word, index) =>
      line(view, index === 0 ? text('실행', 'Runs') : text('', ''), JSON.stringify(word)),
    ),
    line(view, text('영향', 'Impact'), say(view, IMPACT[look.impact])),
    line(
      view,
      text('제한', 'Limit'),
      say(
        view,
        text(`${limit.ko} 뒤 중단 · 한 번만 실행`, `ended after ${limit.en}; started once`),
      ),
    ),
  ].join('\n')
}
