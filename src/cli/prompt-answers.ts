/** What can be typed at each question, in words and as single keys on a Latin or a Korean layout. */
import { cleanText } from '../core/sanitize.ts'
import { text, type Lang, type Text } from '../core/text.ts'
import type { QuestionKind } from '../playbook/dialog.ts'
import { parseKey, parseYesNo } from '../playbook/dialog-words.ts'
import { cellsOf } from '../render/columns.ts'
import type { Understood } from './prompt-line.ts'

export type Choice =
  | 'complete'
  | 'fail'
  | 'repeat'
  | 'skip'
  | 'detail'
  | 'note'
  | 'handoff'
  | 'stop'
  | 'playbook'
  /** To the last step that only reads. */
  | 'reread'
  | 'back'
  | 'curl'

interface Option {
  readonly choice: Choice
  /** Empty: Enter alone. */
  readonly key: string
  readonly label: Text
  /** Whole words that mean the same. */
  readonly words: readonly string[]
  /** Taken, but not named in the line of keys: a document's own words ask for it where it matters. */
  readonly isUnnamed?: boolean
}

const ENTER = '' as const

const DETAIL: Option = {
  choice: 'detail',
  key: 'e',
  label: text('상세', 'details'),
  words: ['상세', 'details'],
}
const SKIP: Option = {
  choice: 'skip',
  key: 's',
  label: text('건너뛰기', 'skip'),
  words: ['건너뛰기', 'skip'],
}
const NOTE: Option = {
  choice: 'note',
  key: 'n',
  label: text('메모', 'note'),
  words: ['메모', 'note'],
}
const NOTE_BESIDE_NO: Option = { ...NOTE, key: 'm' }
const HANDOFF: Option = {
  choice: 'handoff',
  key: 'h',
  label: text('인계', 'hand over'),
  words: ['인계', 'handoff'],
}
const STOP: Option = {
  choice: 'stop',
  key: 'q',
  label: text('중단(이어하기 가능)', 'stop (can be resumed)'),
  words: ['중단', 'stop', 'quit', 'exit'],
}
const NO: Option = {
  choice: 'fail',
  key: 'x',
  label: text('아니오', 'no'),
  words: ['아니오', '아니요', 'no'],
  isUnnamed: true,
}
const REPEAT: Option = {
  choice: 'repeat',
  key: 'r',
  label: text('다시 확인', 'look again'),
  words: ['다시', 'repeat', 'retry'],
}

const REREAD: Option = { ...REPEAT, choice: 'reread' }
const CURL: Option = {
  choice: 'curl',
  key: 'c',
  label: text('요청(curl)', 'request as curl'),
  words: ['요청', 'curl'],
}
const BACK: Option = {
  choice: 'back',
  key: 'b',
  label: text('앞 단계로', 'back to a step'),
  words: ['뒤로', 'back'],
}
const PLAYBOOK: Option = {
  choice: 'playbook',
  key: 'p',
  label: text('플레이북', 'playbook'),
  words: ['플레이북', 'playbook'],
}

function onEnter(label: Text): Option {
  return { choice: 'complete', key: ENTER, label, words: [] }
}

/** Where yes and no are asked, `n` is no; a note is then `m`. */
const ASKS_YES_NO: ReadonlySet<QuestionKind> = new Set(['approval', 'applies', 'sign'])

export function asksYesNo(kind: QuestionKind): boolean {
  return ASKS_YES_NO.has(kind)
}

function optionsOf(kind: QuestionKind): readonly Option[] {
  switch (kind) {
    case 'manual':
      return [onEnter(text('완료', 'done')), NO, DETAIL, SKIP, NOTE, HANDOFF, STOP]
    case 'action':
      return [
        onEnter(text('조회 후 승인', 'look, then approve')),
        DETAIL,
        SKIP,
        NOTE,
        HANDOFF,
        STOP,
      ]
    case 'wait':
      return [onEnter(text('기다리기', 'wait')), DETAIL, SKIP, NOTE, HANDOFF, STOP]
    case 'judge':
      return [
        { choice: 'complete', key: 'p', label: text('정상', 'fine'), words: ['정상', 'pass'] },
        { choice: 'fail', key: 'x', label: text('실패', 'not fine'), words: ['실패', 'fail'] },
        REPEAT,
        DETAIL,
        SKIP,
        NOTE,
        HANDOFF,
        STOP,
      ]
    case 'blocked':
      return [REPEAT, DETAIL, SKIP, NOTE, HANDOFF, STOP]
    case 'failed':
      return [
        REPEAT,
        {
          choice: 'complete',
          key: 'x',
          label: text('실패로 종료', 'end as failed'),
          words: ['종료', 'end'],
        },
        DETAIL,
        NOTE,
        HANDOFF,
        STOP,
      ]
    case 'approval':
    case 'applies':
      return [DETAIL, SKIP, NOTE_BESIDE_NO, HANDOFF, STOP]
    case 'sign':
      return [DETAIL, NOTE_BESIDE_NO, STOP]
  }
}

/** What else there is at this very question. */
export interface Extras {
  /** A playbook can be opened from here. */
  readonly opens?: boolean
  /** A read-only step was done that can be gone back to. */
  readonly hasBack?: boolean
  /** A request was sent for what is on the screen, or would be sent next. */
  readonly hasRequests?: boolean
}

function optionsFor(kind: QuestionKind, extras: Extras): readonly Option[] {
  const own = optionsOf(kind)
  const repeats = own.includes(REPEAT)
  const added = [
    ...(extras.hasBack === true && !repeats ? [REREAD] : []),
    ...(extras.hasBack === true ? [BACK] : []),
    ...(extras.hasRequests === true ? [CURL] : []),
    ...(extras.opens === true ? [PLAYBOOK] : []),
  ]
  // What ends the question stands last, where it always stands.
  const at = own.indexOf(HANDOFF)
  return at === -1 ? [...own, ...added] : [...own.slice(0, at), ...added, ...own.slice(at)]
}

/** The keys below a question, on as many lines as they take. */
export function keysLine(kind: QuestionKind, lang: Lang, extras: Extras = {}): string {
  const own = optionsFor(kind, extras)
    .filter((option) => option.key.length < 2 && option.isUnnamed !== true)
    .map((option) => `${option.key === ENTER ? 'Enter' : option.key} ${option.label[lang]}`)
  const yesNo = asksYesNo(kind)
    ? [text('예(y)', 'yes (y)')[lang], text('아니오(n)', 'no (n)')[lang]]
    : []
  return joinKeys([...yesNo, ...own])
}

/** Broken between keys, never inside one. */
function joinKeys(keys: readonly string[]): string {
  const lines: string[] = []
  for (const key of keys) {
    const last = lines.at(-1)
    if (last !== undefined && cellsOf(`${last} · ${key}`) <= 78) {
      lines[lines.length - 1] = `${last} · ${key}`
    } else lines.push(key)
  }
  return lines.join('\n')
}

/**
 * What was typed as a choice; `again` when it is none. Enter alone means something only where the
 * line of keys says so.
 */
export function parseChoice(
  kind: QuestionKind,
  typed: string,
  lang: Lang,
  extras: Extras = {},
): Understood<Choice> {
  const word = typed.normalize('NFC').trim().toLowerCase()
  if (asksYesNo(kind)) {
    const answer = parseYesNo(word)
    if (answer !== undefined) return { kind: 'value', value: answer ? 'complete' : 'fail' }
  }
  const key = parseKey(word)
  const found = optionsFor(kind, extras).find((option) =>
    word === ENTER
      ? option.key === ENTER
      : option.words.includes(word) ||
        (option.key !== ENTER && (option.key === word || option.key === key)),
  )
  if (found !== undefined) return { kind: 'value', value: found.choice }
  return { kind: 'again', hint: hintFor(kind, word, lang) }
}

function hintFor(kind: QuestionKind, word: string, lang: Lang): string {
  if (asksYesNo(kind)) {
    return text('예(y) 또는 아니오(n)로 답하세요', 'answer yes (y) or no (n)')[lang]
  }
  return word === ENTER
    ? text('아래 키 중 하나를 입력하고 Enter를 누르세요', 'type one of the keys below, then Enter')[
        lang
      ]
    : text(`모르는 입력입니다: ${cleanText(word, 30)}`, `not understood: ${cleanText(word, 30)}`)[
        lang
      ]
}
