/**
 * A playbook as a Mermaid flowchart. Every id is one of ours (`s3`, `e1`), every label is quoted and
 * holds nothing that Mermaid would take for its own: wikis show a broken diagram as a red box.
 */
import { text, type Lang, type Text } from '../core/text.ts'
import type { Document, Finding, Step } from '../playbook/document.ts'

interface Ends {
  /** The node of a finding; the same one for the same code. */
  nodeOf(finding: Finding): string
  lines(): readonly string[]
}

/** Without a fence. Ends in no line feed. */
export function documentFlow(document: Document, lang: Lang): string {
  const { steps } = document
  const positions = new Map(steps.map((step, index) => [step.id, index]))
  const ends = createEnds()
  const done = `e0(["${label(text('단계 끝', 'all steps done'), lang)}"])`
  let reachesDone = false
  const nodeAt = (index: number): string => {
    if (index < steps.length) return idOf(index)
    reachesDone = true
    return 'e0'
  }
  const edges = steps.flatMap((step, index) =>
    edgesOf(step, index, { lang, positions, ends, nodeAt }),
  )
  const nodes = steps.map((step, index) => nodeOf(step, index, idOf(index), lang))
  const acts = steps.flatMap((step, index) => (step.type === 'action' ? [idOf(index)] : []))
  const people = steps.flatMap((step, index) =>
    step.type === 'manual' || step.type === 'approval' ? [idOf(index)] : [],
  )
  return [
    'flowchart TD',
    ...nodes,
    ...ends.lines(),
    ...(reachesDone ? [done] : []),
    ...edges,
    ...lastSteps(document, lang),
    'classDef act stroke:#b3261e,stroke-width:3px',
    'classDef person stroke:#7a5b00,stroke-dasharray:4 3',
    'classDef good stroke:#1b6e3c,stroke-width:3px',
    'classDef bad stroke:#b3261e',
    ...classLine(acts, 'act'),
    ...classLine(people, 'person'),
  ]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n')
}

function idOf(index: number): string {
  return `s${index + 1}`
}

function classLine(ids: readonly string[], name: string): readonly string[] {
  return ids.length === 0 ? [] : [`class ${ids.join(',')} ${name}`]
}

function nodeOf(step: Step, index: number, id: string, lang: Lang): string {
  // No dot after the number: Mermaid reads `1.` as the beginning of a list.
  const words = `"${index + 1} ${label(step.title, lang)}"`
  switch (step.type) {
    case 'action':
      return `${id}[[${words}]]`
    case 'manual':
    case 'approval':
      return `${id}[/${words}/]`
    case 'wait':
      return `${id}([${words}])`
    case 'branch':
      return `${id}{${words}}`
    case 'probe':
      return `${id}[${words}]`
  }
}

interface EdgePorts {
  readonly lang: Lang
  readonly positions: ReadonlyMap<string, number>
  readonly ends: Ends
  nodeAt(index: number): string
}

function edgesOf(step: Step, index: number, ports: EdgePorts): readonly string[] {
  const { lang, ends, nodeAt } = ports
  const own = idOf(index)
  const next = (): string => nodeAt(index + 1)
  const skipped = step.when === undefined ? [] : [`${own} -.->|${said(SKIPPED, lang)}| ${next()}`]
  if (step.type === 'branch') return [...branchEdges(step, own, ports), ...skipped]
  if (step.end === true) {
    const end =
      step.finding === undefined ? nodeAt(Number.POSITIVE_INFINITY) : ends.nodeOf(step.finding)
    return [`${own} --> ${end}`, ...skipped]
  }
  const fails =
    step.onFailure === 'abort' && step.finding !== undefined
      ? [`${own} -.->|${said(FAILED, lang)}| ${ends.nodeOf(step.finding)}`]
      : []
  return [`${own} --> ${next()}`, ...fails]
}

const SKIPPED = text('해당 없음', 'does not apply')
const FAILED = text('실패', 'fails')
const OTHERWISE = text('그 밖이거나 판단 불가', 'otherwise, or not known')

function branchEdges(
  step: Extract<Step, { type: 'branch' }>,
  own: string,
  { lang, positions, nodeAt }: EdgePorts,
): readonly string[] {
  const to = (id: string): string => nodeAt(positions.get(id) ?? Number.POSITIVE_INFINITY)
  return [
    ...step.branches.map((way) => `${own} -->|${said(way.title, lang)}| ${to(way.goto)}`),
    `${own} -->|${said(OTHERWISE, lang)}| ${to(step.otherwise)}`,
  ]
}

function createEnds(): Ends {
  const known = new Map<string, { readonly id: string; readonly finding: Finding }>()
  return {
    nodeOf(finding) {
      const key = finding.code
      const found = known.get(key)
      if (found !== undefined) return found.id
      const id = `e${known.size + 1}`
      known.set(key, { id, finding })
      return id
    },
    lines: () =>
      [...known.values()].map(
        ({ id, finding }) =>
          `${id}(["${escaped(finding.code)}"]):::${finding.failure ? 'bad' : 'good'}`,
      ),
  }
}

/** What is done whichever way it went, in a frame of its own. */
function lastSteps(document: Document, lang: Lang): readonly string[] {
  const groups = [
    ['cancelled', text('중지하면', 'when it is aborted'), document.onCancel ?? []],
    ['always', text('마지막에 항상', 'always at the end'), document.finally],
  ] as const
  return groups.flatMap(([name, title, steps], group) => {
    if (steps.length === 0) return []
    const id = (index: number): string => `${group === 0 ? 'c' : 'f'}${index + 1}`
    return [
      `subgraph ${name}["${label(title, lang)}"]`,
      ...steps.map((step, index) => nodeOf(step, index, id(index), lang)),
      ...steps.slice(1).map((_step, index) => `${id(index)} --> ${id(index + 1)}`),
      'end',
    ]
  })
}

function said(words: Text, lang: Lang): string {
  return `"${label(words, lang)}"`
}

/** Longer ones make boxes nobody can read; the whole words are in the text below. */
const MAX_LABEL = 60

function label(words: Text, lang: Lang): string {
  const whole = words[lang].replace(/\s+/g, ' ').trim()
  const chars = [...whole]
  return escaped(chars.length > MAX_LABEL ? `${chars.slice(0, MAX_LABEL - 1).join('')}…` : whole)
}

/** Mermaid's own escapes; a backtick would begin Markdown, a semicolon end the line. */
function escaped(words: string): string {
  return (
    words
      .replaceAll('`', "'")
      .replace(/[#;"<>&\\{}[\]|]/g, (char) => `#${char.codePointAt(0) ?? 63};`)
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001f\u007f]/g, ' ')
  )
}
