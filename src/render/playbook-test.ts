/** What `mts playbook test` found: a line for each playbook, and every case that failed with its why. */
import { text } from '../core/text.ts'
import type { PlaybookTest, PlaybookTestItem } from '../playbook/playbook-test.ts'
import { padCells, wrapCells } from './columns.ts'
import { say, type View } from './view.ts'

const LABEL_CELLS = 7

export function renderPlaybookTest(value: PlaybookTest, view: View): string {
  return value.items.flatMap((item) => itemLines(item, view)).join('\n')
}

function itemLines(item: PlaybookTestItem, view: View): string[] {
  const width = Math.min(80, view.width)
  const label = item.passed
    ? padCells(say(view, text('통과', 'Pass')), LABEL_CELLS)
    : view.paint.critical(padCells(say(view, text('실패', 'Fail')), LABEL_CELLS))
  const passed = item.cases.filter((own) => own.passed).length
  const lines = [
    `${label}${item.playbook}  ${say(view, text(`사례 ${passed}/${item.cases.length}`, `${passed} of ${item.cases.length} cases`))}`,
  ]
  const add = (words: string, indent: number): void => {
    const rows = wrapCells(words, width - indent)
    lines.push(...rows.map((row) => ' '.repeat(indent) + row))
  }
  if (item.cases.length === 0) {
    add(say(view, text(`사례 없음: ${item.file}`, `no cases: ${item.file}`)), LABEL_CELLS)
  }
  for (const own of item.cases) {
    if (own.passed) continue
    add(`${own.id}  ${item.file}:${own.line}`, 2)
    for (const problem of own.problems) add(say(view, problem), 4)
  }
  if (item.untaken.length > 0) {
    const ways = item.untaken.join(', ')
    add(say(view, text(`지나지 않은 경로: ${ways}`, `ways not taken: ${ways}`)), 2)
  }
  for (const { step, kind } of item.unnoticed ?? []) {
    add(
      kind === 'flipped'
        ? say(
            view,
            text(
              `${step}: 판정이 뒤집혀도 어느 사례도 알아채지 못함`,
              `${step}: no case notices when its verdict is turned round`,
            ),
          )
        : say(
            view,
            text(
              `${step}: 확인 불가가 되어도 어느 사례도 알아채지 못함`,
              `${step}: no case notices when it sees nothing`,
            ),
          ),
      2,
    )
  }
  return lines
}
