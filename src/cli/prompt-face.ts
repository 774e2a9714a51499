/** The terminal's face of the engine: shows where a run stands, asks, and turns what is typed into an answer. */
import { text, type Lang, type Text } from '../core/text.ts'
import { parseField } from '../playbook/dialog-fields.ts'
import type { Answer, Question } from '../playbook/dialog.ts'
import type { ManualField } from '../playbook/document.ts'
import { backTargets } from '../playbook/fold-back.ts'
import { runValue } from '../playbook/run.ts'
import { wrapCells } from '../render/columns.ts'
import { renderRequests, type ShownRequest } from '../render/wire-request.ts'
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
  /** What was asked for the evidence on the screen, or would be sent next. */
  requestsOf?(question: Question): readonly ShownRequest[]
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
        const requests = ports.requestsOf?.(question) ?? []
        const answer = await askOnce({ question, lang, ask, checklist, requests })
        if (answer === 'curl') write(renderRequests(requests, view))
        else if (answer !== 'detail') {
          if (answer.kind === 'back') forgetFrom(answer.to, question, shown)
          return answer
        } else write(checklist?.details(question, view) ?? renderDetails(screen, view))
      }
    },
  }
}

/** What is looked at anew is shown anew. */
function forgetFrom(to: string, { state }: Question, shown: Set<string>): void {
  const { steps } = state.document
  const index = steps.findIndex(({ id }) => id === to)
  for (const { id } of steps.slice(index)) shown.delete(id)
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
    ...evidenceOf(question),
  }
}

/** Of the step at hand, or else of the one that looked last. */
function evidenceOf({ step, state }: Question): Pick<QuestionScreen, 'evidence'> {
  const looked = [
    state.steps[step],
    ...backTargets(state)
      .map(({ id }) => state.steps[id])
      .toReversed(),
  ]
  const observation = looked.find((own) => own?.observation !== undefined)?.observation
  return observation === undefined ? {} : { evidence: observation }
}

type Ask = <T>(question: LineQuestion<T>) => Promise<Line<T>>

/** One question put to one person. */
interface Asking {
  readonly question: Question
  readonly lang: Lang
  readonly ask: Ask
  readonly checklist: ChecklistFace | undefined
  readonly requests: readonly ShownRequest[]
}

/** What is only shown; the question stays. */
type Shown = 'detail' | 'curl'

async function askOnce(asking: Asking): Promise<Answer | Shown> {
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
  { question, lang, checklist, requests }: Asking,
  kind: Question['kind'],
): Pick<LineQuestion<Choice>, 'keys' | 'parse'> {
  const extras = {
    opens: (checklist?.openable(question).length ?? 0) > 0,
    hasBack: backTargets(question.state).length > 0,
    hasRequests: requests.length > 0,
  }
  return {
    keys: keysLine(kind, lang, extras),
    parse: (typed) => parseChoice(kind, typed, lang, extras),
  }
}

function messageOf(question: Question) {
  if (question.kind === 'sign') return text('서명합니까? 예/아니오', 'sign it? yes/no')
  if (asksYesNo(question.kind)) return text('예/아니오', 'yes/no')
  return text('선택', 'your choice')
}

/** Yes, no, or one of the other ways; `n` is no here. */
async function askItem(asking: Asking): Promise<Answer | Shown> {
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
async function askFields(asking: Asking): Promise<Answer | Shown> {
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

async function follow(choice: Choice, asking: Asking): Promise<Answer | Shown> {
  const { lang, ask } = asking
  switch (choice) {
    case 'detail':
      return 'detail'
    case 'curl':
      return 'curl'
    case 'reread':
      return reread(asking)
    case 'back':
      return goBack(asking)
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
      return line.value === '' ? askOnce(asking) : handOver(line.value, asking)
    }
  }
}

/** With a note for whoever takes over; it may be left out. */
async function handOver(to: string, { lang, ask }: Asking): Promise<Answer> {
  const line = await ask<string>({
    message: text('전달할 내용:', 'what to tell them:')[lang],
    keys: text('Enter: 메모 없이 인계', 'Enter hands over without a note')[lang],
    parse: (typed) => ({ kind: 'value', value: typed.trim() }),
  })
  if (line.kind !== 'value') return stopped(line)
  return { kind: 'handoff', to, ...(line.value === '' ? {} : { note: line.value }) }
}

/** The evidence is looked at anew from its last read-only step on. */
async function reread(asking: Asking): Promise<Answer | Shown> {
  const last = backTargets(asking.question.state).at(-1)
  return last === undefined ? askOnce(asking) : { kind: 'back', to: last.id }
}

async function goBack(asking: Asking): Promise<Answer | Shown> {
  const { question, lang } = asking
  const { steps } = question.state.document
  const targets = backTargets(question.state).map((step) => ({
    step,
    number: steps.indexOf(step) + 1,
  }))
  const list = targets.map(({ step, number }) => `${number} ${step.title[lang]}`).join(' · ')
  const chosen = await askNumber(targets, text('돌아갈 단계', 'back to step'), list, asking)
  if (chosen.kind !== 'value') return stopped(chosen)
  return chosen.value === undefined ? askOnce(asking) : { kind: 'back', to: chosen.value.step.id }
}

/** One of several by its number; Enter leads back to the question. */
function askNumber<T extends { readonly number: number }>(
  items: readonly T[],
  what: Text,
  list: string,
  { lang, ask }: Asking,
): Promise<Line<T | undefined>> {
  const numbers = items.map(({ number }) => number).join(', ')
  return ask<T | undefined>({
    message: `${what[lang]}(${numbers}):`,
    keys: [
      ...(list === '' ? [] : wrapCells(list, 78)),
      text('Enter: 돌아가기', 'Enter goes back')[lang],
    ].join('\n'),
    parse: (typed) => {
      const found = items.find(({ number }) => String(number) === typed.trim())
      return found === undefined && typed.trim() !== ''
        ? { kind: 'again', hint: text(`가능: ${numbers}`, `one of ${numbers}`)[lang] }
        : { kind: 'value', value: found }
    },
  })
}

/** Of several items one is named by its number; the walk stops, and the checklist's own loop goes on. */
async function openPlaybook(asking: Asking): Promise<Answer | Shown> {
  const { question, checklist } = asking
  const items = checklist?.openable(question) ?? []
  let [chosen] = items
  if (items.length > 1) {
    const line = await askNumber(items, text('항목 번호', 'number of the item'), '', asking)
    if (line.kind !== 'value') return stopped(line)
    chosen = line.value
  }
  if (chosen === undefined) return askOnce(asking)
  checklist?.open(chosen.item)
  return { kind: 'stop' }
}

/** What a no means: of a signature, later; of whether a step applies, a skip; else the step's failure. */
async function refuse(asking: Asking): Promise<Answer | Shown> {
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
