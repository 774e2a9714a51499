/** Playbooks on a screen: the list, one in full, and what is wrong with a file. */
import { durationText } from '../core/duration.ts'
import { text, type Text } from '../core/text.ts'
import type { Document, InputDeclaration, Step } from '../playbook/document.ts'
import type { PlaybookList, Validation } from '../playbook/overview.ts'
import { cellsOf, firstCells, labelled, padCells, wrapCells } from './columns.ts'
import { say, type View } from './view.ts'

const LABEL_CELLS = 7

export function renderPlaybookList(list: PlaybookList, view: View): string {
  const width = Math.min(80, view.width)
  if (list.items.length === 0) return say(view, text('플레이북 없음', 'no playbooks'))
  const idCells = Math.max(...list.items.map((item) => cellsOf(item.id))) + 2
  const lines = list.items.flatMap((item) => {
    const lead = padCells(item.priority ?? '', 4) + padCells(item.id, idCells)
    if (item.title === undefined) {
      const words = view.paint.critical(say(view, text('파일 오류', 'faults in the file')))
      return [lead + words, `    mts playbook validate ${item.file}`]
    }
    const impact = item.impact === undefined ? [] : wrapCells(say(view, item.impact), width - 4)
    return [
      lead + view.paint.bold(say(view, item.title)),
      ...impact.map((line) => view.paint.dim(`    ${line}`)),
      ...triggerLines(item.triggers ?? [], view, width).map((line) => view.paint.dim(line)),
    ]
  })
  const next = text('실행: mts playbook <이름>', 'walk one: mts playbook <id>')
  return [...lines, say(view, next)].join('\n')
}

function triggerLines(triggers: readonly string[], view: View, width: number): string[] {
  if (triggers.length === 0) return []
  const label = say(view, text('알림', 'Alerts'))
  return wrapCells(`${label} ${triggers.join(', ')}`, width - 4).map((line) => `    ${line}`)
}

export function renderDocument(document: Document, view: View): string {
  const width = Math.min(80, view.width)
  const head = [
    `${say(view, document.title)}  ${document.priority ?? ''}`.trimEnd(),
    view.paint.dim(`${document.id} ${document.version} · ${document.owner}`),
  ]
  const facts: readonly (readonly [Text, Text | undefined])[] = [
    [text('영향', 'Now'), document.impact],
    [text('악화', 'Later'), document.worsens],
  ]
  for (const [label, words] of facts) {
    if (words !== undefined)
      head.push(labelled(say(view, label), say(view, words), LABEL_CELLS, width))
  }
  for (const [name, input] of Object.entries(document.inputs)) {
    const value = input.default === undefined ? '' : ` = ${defaultWords(input)}`
    const words = `--input ${name}${value}  ${say(view, input.title)}`
    head.push(labelled(say(view, text('입력', 'Input')), words, LABEL_CELLS, width))
  }
  const steps = document.steps.flatMap((step, index) => stepLines(step, index + 1, view, width))
  const last = [
    [text('중지하면', 'When it is aborted'), document.onCancel ?? []],
    [text('마지막에 항상', 'Always at the end'), document.finally],
  ] as const
  let number = document.steps.length
  const finals = last.flatMap(([heading, own]) => [
    ...(own.length === 0 ? [] : [view.paint.bold(say(view, heading))]),
    ...own.flatMap((step) => stepLines(step, ++number, view, width)),
  ])
  return [...head, '', ...steps, ...finals].join('\n')
}

/** As it is written in the file. */
export function defaultWords(input: InputDeclaration): string {
  const value = input.default
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

export const STEP_TYPES: Readonly<Record<Step['type'], Text>> = {
  probe: text('확인', 'look'),
  action: text('실행', 'act'),
  manual: text('사람', 'person'),
  approval: text('승인', 'approve'),
  wait: text('대기', 'wait'),
  branch: text('분기', 'branch'),
}

function stepLines(step: Step, number: number, view: View, width: number): string[] {
  const kind = padCells(say(view, STEP_TYPES[step.type]), LABEL_CELLS)
  const painted = step.type === 'action' ? view.paint.critical(kind) : view.paint.dim(kind)
  const [first = '', ...more] = wrapCells(
    `${number} ${say(view, step.title)} (${step.id})`,
    width - LABEL_CELLS,
  )
  const indent = ' '.repeat(LABEL_CELLS)
  const lines = [painted + first, ...more.map((line) => indent + line)]
  const add = (words: string, paint: (line: string) => string): void => {
    for (const line of wrapCells(words, width - LABEL_CELLS - 2)) {
      lines.push(paint(`${indent}  ${line}`))
    }
  }
  if (step.danger !== undefined) {
    add(`${say(view, text('주의', 'Careful'))}: ${say(view, step.danger)}`, view.paint.critical)
  }
  if (step.why !== undefined) add(say(view, step.why), view.paint.dim)
  for (const words of stepDetails(step)) add(say(view, words), (line) => line)
  if (step.finding !== undefined) {
    const end = step.end === true ? text('끝', 'End') : text('실패하면', 'If it fails')
    add(
      `${say(view, end)}: ${step.finding.code} ${say(view, step.finding.message)}`,
      (line) => line,
    )
  }
  return lines
}

/** What a step does, in words: the way its branches lead, what it asks, what it waits for. */
export function stepDetails(step: Step): readonly Text[] {
  switch (step.type) {
    case 'action':
      return [text(`${step.action} · 승인 필요`, `${step.action}; needs an approval`)]
    case 'manual':
      return [
        step.prompt,
        ...step.expects.map((field) =>
          text(
            `적을 것: ${field.title.ko}${field.required ? '' : '(선택)'}`,
            `enter: ${field.title.en}${field.required ? '' : ' (optional)'}`,
          ),
        ),
      ]
    case 'approval':
      return [step.prompt]
    case 'wait':
      return [waitWords(step)]
    case 'branch':
      return [
        ...step.branches.map((branch) =>
          text(`${branch.title.ko} → ${branch.goto}`, `${branch.title.en} → ${branch.goto}`),
        ),
        text(
          `그 밖이거나 판단 불가 → ${step.otherwise}`,
          `otherwise, or not known → ${step.otherwise}`,
        ),
      ]
    case 'probe':
      return []
  }
}

function waitWords(step: Extract<Step, { type: 'wait' }>): Text {
  if (step.until !== undefined) return text(`${step.until}까지`, `until ${step.until}`)
  const words = durationText(step.forMs ?? 0)
  return text(`${words.ko} 동안`, `for ${words.en}`)
}

type ValidationProblem = Validation['items'][number]['problems'][number]

/** `file:line:column` as editors open it, the words, and the line itself with its place marked. */
function problemLines(
  file: string,
  { line, column, message, source }: ValidationProblem,
  view: View,
  width: number,
): string[] {
  const words = wrapCells(say(view, message), width - 4).map((part) => `    ${part}`)
  const head = [`  ${file}:${line}:${column}`, ...words]
  if (source === undefined) return head
  // Of a long line the part around the place is shown.
  const room = width - 4
  const from = Math.max(0, Math.min(column - 1 - Math.floor(room / 3), column - 1))
  const isCut = cellsOf(source) > room
  const shown = firstCells(isCut ? source.slice(from) : source, room)
  const before = source.slice(isCut ? from : 0, column - 1)
  return [...head, view.paint.dim(`    ${shown}`), `    ${' '.repeat(cellsOf(before))}^`]
}

export function renderValidation(validation: Validation, view: View): string {
  const width = Math.min(80, view.width)
  const lines = validation.items.flatMap((item) => {
    if (item.valid) return [`${padCells(say(view, text('정상', 'OK')), LABEL_CELLS)}${item.file}`]
    const label = view.paint.critical(padCells(say(view, text('오류', 'Error')), LABEL_CELLS))
    return [
      `${label}${item.file}`,
      ...item.problems.flatMap((problem) => problemLines(item.file, problem, view, width)),
    ]
  })
  return lines.join('\n')
}
