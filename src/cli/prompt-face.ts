/** The terminal's face of the engine: shows where a run stands, asks, and turns what is typed into an answer. */
import { text, type Lang } from '../core/text.ts'
import { parseField } from '../playbook/dialog-fields.ts'
import type { Answer, Question } from '../playbook/dialog.ts'
import type { ManualField } from '../playbook/document.ts'
import { runValue } from '../playbook/run.ts'
import type { View } from '../render/view.ts'
import { screenText } from '../render/output.ts'
import {
  renderDetails,
  renderQuestionScreen,
  type QuestionScreen,
} from '../render/step-question.ts'
import { asksYesNo, keysLine, parseChoice, type Choice } from './prompt-answers.ts'
import { askLine, type Line, type LinePorts, type LineQuestion } from './prompt-line.ts'

export interface FacePorts {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly signal: AbortSignal
  /** How people's face looks on the prompts' stream, at this moment. */
  view(): View
  readonly color: boolean
  /** What stands above a checklist's signature. */
  renderSignature(question: Question, view: View): string
  /** Steps that are on the screen; added to as they are shown. */
  readonly shown: Set<string>
}

export interface Face {
  request(question: Question): Promise<Answer>
}

export function createFace(ports: FacePorts): Face {
  const { shown } = ports
  const write = (words: string): void => {
    // Takes a progress line off the screen first.
    ports.output.write(`\r\u001b[2K${screenText(words, ports.color)}`)
  }
  const ask = <T>(question: LineQuestion<T>): Promise<Line<T>> => {
    const { paint } = ports.view()
    const line: LinePorts = {
      input: ports.input,
      output: ports.output,
      signal: ports.signal,
      paintHint: (words) => paint.warning(words),
      paintKeys: (words) => paint.dim(words),
    }
    return askLine(question, line)
  }
  return {
    async request(question) {
      const view = ports.view()
      const { lang } = view
      const screen = screenOf(question, shown, lang)
      write(
        question.kind === 'sign'
          ? ports.renderSignature(question, view)
          : renderQuestionScreen(screen, view),
      )
      for (const step of screen.run.steps) if (step.endedAt !== undefined) shown.add(step.id)
      for (;;) {
        const answer = await askOnce(question, lang, ask)
        if (answer !== 'detail') return answer
        write(renderDetails(screen, view))
      }
    },
  }
}

function screenOf(question: Question, shown: ReadonlySet<string>, lang: Lang): QuestionScreen {
  const { state } = question
  return {
    run: runValue(state, state.status, (words) => words.join(' ')),
    document: state.document,
    ...(question.of === undefined ? {} : { step: question.of }),
    prompt: question.prompt[lang],
    reasons: question.reasons,
    shown: new Set(shown),
  }
}

type Ask = <T>(question: LineQuestion<T>) => Promise<Line<T>>

async function askOnce(question: Question, lang: Lang, ask: Ask): Promise<Answer | 'detail'> {
  const [first] = question.fields
  // A checklist's item without fields is a judgement: it wants a yes or a no, not an Enter.
  if (question.kind === 'manual' && first === undefined && isChecklist(question)) {
    return askItem(question, lang, ask)
  }
  if (question.kind === 'manual' && first !== undefined && first.type !== 'boolean') {
    return askFields(question, lang, ask)
  }
  const line = await ask<Choice>({
    message: `${messageOf(question)[lang]}:`,
    keys: keysLine(question.kind, lang),
    parse: (typed) => parseChoice(question.kind, typed, lang),
  })
  if (line.kind !== 'value') return stopped(line)
  if (line.value === 'complete' && question.fields.length > 0) return askFields(question, lang, ask)
  return follow(line.value, question, lang, ask)
}

function isChecklist(question: Question): boolean {
  return question.state.document.kind === 'Checklist'
}

function messageOf(question: Question) {
  if (asksYesNo(question.kind)) return text('예/아니오', 'yes/no')
  return text('선택', 'your choice')
}

/** Yes, no, or one of the other ways; `n` is no here. */
async function askItem(question: Question, lang: Lang, ask: Ask): Promise<Answer | 'detail'> {
  const line = await ask<Choice>({
    message: text('예/아니오:', 'yes/no:')[lang],
    keys: keysLine('approval', lang),
    parse: (typed) => parseChoice('approval', typed, lang),
  })
  if (line.kind !== 'value') return stopped(line)
  if (line.value !== 'fail') return follow(line.value, question, lang, ask)
  const why = await askWords(text('내용', 'what is it')[lang], lang, ask)
  if (why.kind !== 'value') return stopped(why)
  return why.value === '' ? askItem(question, lang, ask) : { kind: 'fail', reason: why.value }
}

/** One after another; at the first, the keys of the step work too. */
async function askFields(question: Question, lang: Lang, ask: Ask): Promise<Answer | 'detail'> {
  const values: Record<string, string> = {}
  for (const [index, field] of question.fields.entries()) {
    const hasKeys = index === 0 && field.type !== 'boolean'
    const line = await ask<string | { readonly choice: Choice }>({
      message: `${field.title[lang]}:`,
      keys: fieldKeys(field, hasKeys, lang),
      parse: (typed) => {
        const choice =
          hasKeys && typed.trim() !== '' ? parseChoice('manual', typed, lang) : undefined
        if (choice?.kind === 'value') return { kind: 'value', value: { choice: choice.value } }
        const parsed = parseField(field, typed)
        return parsed.kind === 'invalid'
          ? { kind: 'again', hint: parsed.problem[lang] }
          : { kind: 'value', value: typed }
      },
    })
    if (line.kind !== 'value') return stopped(line)
    if (typeof line.value !== 'string') return follow(line.value.choice, question, lang, ask)
    if (line.value.trim() !== '') values[field.id] = line.value
  }
  return { kind: 'complete', values }
}

function fieldKeys(field: ManualField, hasKeys: boolean, lang: Lang): string {
  const empty = field.required ? [] : [text('Enter: 비워 두기', 'Enter leaves it empty')[lang]]
  return [...empty, ...(hasKeys ? [keysLine('manual', lang)] : [])].join('\n')
}

async function follow(
  choice: Choice,
  question: Question,
  lang: Lang,
  ask: Ask,
): Promise<Answer | 'detail'> {
  switch (choice) {
    case 'detail':
      return 'detail'
    case 'complete':
      return { kind: 'complete', values: {} }
    case 'repeat':
      return { kind: 'repeat' }
    case 'stop':
      return { kind: 'stop' }
    case 'fail':
      return refuse(question, lang, ask)
    case 'skip': {
      const line = await askWords(text('건너뛰는 사유', 'why is it skipped')[lang], lang, ask)
      if (line.kind !== 'value') return stopped(line)
      return line.value === '' ? askOnce(question, lang, ask) : { kind: 'skip', reason: line.value }
    }
    case 'note': {
      const line = await askWords(text('메모', 'note')[lang], lang, ask)
      if (line.kind !== 'value') return stopped(line)
      return line.value === '' ? askOnce(question, lang, ask) : { kind: 'note', text: line.value }
    }
    case 'handoff': {
      const line = await askWords(text('받는 사람', 'hand over to')[lang], lang, ask)
      if (line.kind !== 'value') return stopped(line)
      return line.value === '' ? askOnce(question, lang, ask) : { kind: 'handoff', to: line.value }
    }
  }
}

/** What a no means: of a signature, later; of whether a step applies, a skip; else the step's failure. */
async function refuse(question: Question, lang: Lang, ask: Ask): Promise<Answer | 'detail'> {
  if (question.kind === 'sign') return { kind: 'stop' }
  const prompt =
    question.kind === 'applies'
      ? text('건너뛰는 사유', 'why is it skipped')
      : text('사유', 'the reason')
  const line = await askWords(prompt[lang], lang, ask)
  if (line.kind !== 'value') return stopped(line)
  if (line.value === '') return askOnce(question, lang, ask)
  return question.kind === 'applies'
    ? { kind: 'skip', reason: line.value }
    : { kind: 'fail', reason: line.value }
}

/** Free words; an empty line leads back to the question. */
function askWords(message: string, lang: Lang, ask: Ask): Promise<Line<string>> {
  return ask<string>({
    message: `${message}:`,
    keys: text('Enter: 돌아가기', 'Enter goes back')[lang],
    parse: (typed) => ({ kind: 'value', value: typed.trim() }),
  })
}

function stopped(line: Exclude<Line<unknown>, { kind: 'value' }>): Answer {
  return line.kind === 'interrupt' ? { kind: 'interrupt' } : { kind: 'stop' }
}
