/** A playbook as Markdown, for a wiki or for paper: everything an engineer would read, nothing that runs. */
import { text, type Lang, type Text } from '../core/text.ts'
import type { Document, Step } from '../playbook/document.ts'
import { documentFlow } from './playbook-flow.ts'
import { defaultWords, STEP_TYPES, stepDetails } from './playbook-document.ts'

export function documentMarkdown(document: Document, lang: Lang): string {
  const say = (words: Text): string => escaped(words[lang])
  const lines = [`# ${say(document.title)}`, '']
  const facts: string[] = []
  if (document.priority !== undefined) facts.push(document.priority)
  facts.push(`\`${document.id}\` ${document.version}`, escaped(document.owner))
  lines.push(facts.join(' · '), '')
  if (document.impact !== undefined) {
    lines.push(`**${say(text('영향', 'Now'))}** ${say(document.impact)}`, '')
  }
  if (document.worsens !== undefined) {
    lines.push(`**${say(text('악화', 'Later'))}** ${say(document.worsens)}`, '')
  }
  const inputs = Object.entries(document.inputs)
  if (inputs.length > 0) {
    lines.push(`## ${say(text('입력', 'Inputs'))}`, '')
    for (const [name, input] of inputs) {
      const value = input.default === undefined ? '' : ` = \`${defaultWords(input)}\``
      lines.push(`- \`${name}\`${value} ${say(input.title)}`)
    }
    lines.push('')
  }
  if (document.kind === 'Playbook') {
    const title = say(text('흐름', 'Flow'))
    lines.push(`## ${title}`, '', '```mermaid', documentFlow(document, lang), '```', '')
  }
  if (document.triggers.length > 0) {
    const names = document.triggers.map(({ alertname }) => `\`${alertname}\``)
    lines.push(`**${say(text('알림', 'Alerts'))}** ${names.join(', ')}`, '')
  }
  lines.push(`## ${say(text('단계', 'Steps'))}`, '')
  for (const [index, step] of document.steps.entries()) {
    lines.push(...stepMarkdown(step, index + 1, say))
  }
  const last = [
    [text('중지하면', 'When it is aborted'), document.onCancel ?? []],
    [text('마지막에 항상', 'Always at the end'), document.finally],
  ] as const
  for (const [heading, steps] of last) {
    if (steps.length > 0) lines.push(`## ${say(heading)}`, '')
    for (const [index, step] of steps.entries()) lines.push(...stepMarkdown(step, index + 1, say))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function stepMarkdown(step: Step, number: number, say: (words: Text) => string): string[] {
  const lines = [
    `### ${number}. ${say(step.title)}`,
    '',
    `\`${step.id}\` · ${say(STEP_TYPES[step.type])}${operationOf(step)}`,
    '',
  ]
  if (step.danger !== undefined) {
    lines.push(`> **${say(text('주의', 'Careful'))}** ${say(step.danger)}`, '')
  }
  if (step.why !== undefined) lines.push(say(step.why), '')
  const details = [...conditionsOf(step), ...stepDetails(step).map(say)]
  if (details.length > 0) lines.push(...details.map((detail) => `- ${detail}`), '')
  if (step.finding !== undefined) {
    const end = step.end === true ? text('끝', 'End') : text('실패하면', 'If it fails')
    lines.push(`**${say(end)}** \`${step.finding.code}\` ${say(step.finding.message)}`, '')
  }
  return lines
}

function operationOf(step: Step): string {
  if (step.type === 'probe') return ` · \`${step.probe}\``
  return step.type === 'action' ? ` · \`${step.action}\`` : ''
}

function conditionsOf(step: Step): string[] {
  if (step.type !== 'probe') return []
  const conditions = [
    ['pass', step.successCondition],
    ['warning', step.warningCondition],
    ['fail', step.failureCondition],
  ] as const
  return conditions.flatMap(([name, source]) =>
    source === undefined ? [] : [`${name}: \`${source.replace(/\s+/g, ' ')}\``],
  )
}

/** Words of a file may hold what Markdown would take for its own. */
function escaped(words: string): string {
  return words.replace(/[\\`*_[\]<>|]/g, (char) => `\\${char}`)
}
