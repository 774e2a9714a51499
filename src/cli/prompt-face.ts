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
  /** Only for a checklist: it has a screen of its own. */
  readonly checklist?: ChecklistFace
  /** Steps that are on the screen; added to as they are shown. */
  readonly shown: Set<string>
}

/** How a checklist is shown while it is worked through, and the playbooks that can be opened from it. */
export interface ChecklistFace {
  screen(question: Question, view: View): string
  details(question: Question, view: View): string
  openable(question: Question): readonly { readonly number: number; readonly item: string }[]
  /** The walk stops here; the playbook is walked, and then the checklist goes on. */
  open(item: string): void
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
      const { checklist } = ports
      write(checklist?.screen(question, view) ?? renderQuestionScreen(screen, view))
      for (const step of screen.run.steps) if (step.endedAt !== undefined) shown.add(step.id)
      for (;;) {
        const answer = await askOnce({ question, lang, ask, checklist })
        if (answer !== 'detail') return answer
        write(checklist?.details(question, view) ?? renderDetails(screen, view))
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

/** One question put to one person. */
interface Asking {
  readonly question: Question
  readonly lang: Lang
  readonly ask: Ask
  readonly checklist: ChecklistFace | undefined
}

async function askOnce(asking: Asking): Promise<Answer | 'detail'> {
  const { question, lang, ask } = asking
  const [first] = question.fields
  // A checklist's item without fields is a judgement: it wants a yes or a no, not an Enter.
  if (question.kind === 'manual' && first === undefined && asking.checklist !== undefined) {
    return askItem(asking)
  }
  if (question.kind === 'manual' && first !== undefined && first.type !== 'boolean') {
    return askFields(asking)
  }
  const line = await ask<Choice>({
    message: `${messageOf(question)[lang]}:`,
    ...choosing(asking, question.kind),
  })
  if (line.kind !== 'value') return stopped(line)
  if (line.value === 'complete' && question.fields.length > 0) return askFields(asking)
  return follow(line.value, asking)
}

/** The keys of a question and what they mean. */
function choosing(
  { question, lang, checklist }: Asking,
  kind: Question['kind'],
): Pick<LineQuestion<Choice>, 'keys' | 'parse'> {
  const opens = (checklist?.openable(question).length ?? 0) > 0
  return {
    keys: keysLine(kind, lang, opens),
    parse: (typed) => parseChoice(kind, typed, lang, opens),
  }
}

function messageOf(question: Question) {
  if (question.kind === 'sign') return text('서명합니까? 예/아니오', 'sign it? yes/no')
  if (asksYesNo(question.kind)) return text('예/아니오', 'yes/no')
  return text('선택', 'your choice')
}

/** Yes, no, or one of the other ways; `n` is no here. */
async function askItem(asking: Asking): Promise<Answer | 'detail'> {
  const { lang, ask } = asking
  const line = await ask<Choice>({
    message: text('예/아니오:', 'yes/no:')[lang],
    ...choosing(asking, 'approval'),
  })
  if (line.kind !== 'value') return stopped(line)
  if (line.value !== 'fail') return follow(line.value, asking)
  const why = await askWords(text('내용', 'what is it')[lang], lang, ask)
  if (why.kind !== 'value') return stopped(why)
  return why.value === '' ? askItem(asking) : { kind: 'fail', reason: why.value }
}

/** One after another; at the first, the keys of the step work too. */
async function askFields(asking: Asking): Promise<Answer | 'detail'> {
  const { question, lang, ask } = asking
  const keys = choosing(asking, 'manual')
  const values: Record<string, string> = {}
  for (const [index, field] of question.fields.entries()) {
    const hasKeys = index === 0 && field.type !== 'boolean'
    const line = await ask<string | { readonly choice: Choice }>({
      message: `${field.title[lang]}:`,
      keys: fieldKeys(field, hasKeys ? keys.keys : undefined, lang),
      parse: (typed) => {
        const choice = hasKeys && typed.trim() !== '' ? keys.parse(typed) : undefined
        if (choice?.kind === 'value') return { kind: 'value', value: { choice: choice.value } }
        const parsed = parseField(field, typed)
        return parsed.kind === 'invalid'
          ? { kind: 'again', hint: parsed.problem[lang] }
          : { kind: 'value', value: typed }
      },
    })
    if (line.kind !== 'value') return stopped(line)
    if (typeof line.value !== 'string') return follow(line.value.choice, asking)
    if (line.value.trim() !== '') values[field.id] = line.value
  }
  return { kind: 'complete', values }
}

function fieldKeys(field: ManualField, keys: string | undefined, lang: Lang): string {
  const empty = field.required ? [] : [text('Enter: 비워 두기', 'Enter leaves it empty')[lang]]
  return [...empty, ...(keys === undefined ? [] : [keys])].join('\n')
}

async function follow(choice: Choice, asking: Asking): Promise<Answer | 'detail'> {
  const { lang, ask } = asking
  switch (choice) {
    case 'detail':
      return 'detail'
    case 'playbook':
      return openPlaybook(asking)
    case 'complete':
      return { kind: 'complete', values: {} }
    case 'repeat':
      return { kind: 'repeat' }
    case 'stop':
      return { kind: 'stop' }
    case 'fail':
      return refuse(asking)
    case 'skip': {
      const line = await askWords(text('건너뛰는 사유', 'why is it skipped')[lang], lang, ask)
      if (line.kind !== 'value') return stopped(line)
      return line.value === '' ? askOnce(asking) : { kind: 'skip', reason: line.value }
    }
    case 'note': {
      const line = await askWords(text('메모', 'note')[lang], lang, ask)
      if (line.kind !== 'value') return stopped(line)
      return line.value === '' ? askOnce(asking) : { kind: 'note', text: line.value }
    }
    case 'handoff': {
      const line = await askWords(text('받는 사람', 'hand over to')[lang], lang, ask)
      if (line.kind !== 'value') return stopped(line)
      return line.value === '' ? askOnce(asking) : { kind: 'handoff', to: line.value }
    }
  }
}

/** Of several items one is named by its number; the walk stops, and the checklist's own loop goes on. */
async function openPlaybook(asking: Asking): Promise<Answer | 'detail'> {
  const { question, lang, ask, checklist } = asking
  const items = checklist?.openable(question) ?? []
  const numbers = items.map(({ number }) => number).join(', ')
  let [chosen] = items
  if (items.length > 1) {
    const line = await ask<(typeof items)[number] | undefined>({
      message: text(`항목 번호(${numbers}):`, `number of the item (${numbers}):`)[lang],
      keys: text('Enter: 돌아가기', 'Enter goes back')[lang],
      parse: (typed) => {
        const found = items.find(({ number }) => String(number) === typed.trim())
        return found === undefined && typed.trim() !== ''
          ? { kind: 'again', hint: text(`가능: ${numbers}`, `one of ${numbers}`)[lang] }
          : { kind: 'value', value: found }
      },
    })
    if (line.kind !== 'value') return stopped(line)
    chosen = line.value
  }
  if (chosen === undefined) return askOnce(asking)
  checklist?.open(chosen.item)
  return { kind: 'stop' }
}

/** What a no means: of a signature, later; of whether a step applies, a skip; else the step's failure. */
async function refuse(asking: Asking): Promise<Answer | 'detail'> {
  const { question, lang, ask } = asking
  if (question.kind === 'sign') return { kind: 'stop' }
  const prompt =
    question.kind === 'applies'
      ? text('건너뛰는 사유', 'why is it skipped')
      : text('사유', 'the reason')
  const line = await askWords(prompt[lang], lang, ask)
  if (line.kind !== 'value') return stopped(line)
  if (line.value === '') return askOnce(asking)
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
