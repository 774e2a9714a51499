/**
 * What varies from line to line becomes a mark: numbers, ids, times, addresses, quoted values. Words
 * stay, Korean ones above all: they are what a person recognises the pattern by.
 */

/** Stands for any word; the tree makes it where many words take turns. */
export const ANY_WORD = '<*>'
/** A message is told by its first words; what follows in a long one is mostly data. */
export const MESSAGE_WORDS = 32
const MAX_TOKEN_LENGTH = 120

const QUOTED = /(?<![\w<])"(?:[^"\\]|\\.)*"(?!\s*:)|(?<![\w'])'[^']*'(?![A-Za-z])|“[^”]*”|‘[^’]*’/g
const URL = /\b(?:https?|amqps?|redis|jdbc:\w+|wss?):\/\/[^\s"'<>),]+/gi
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi
const DATE_TIME =
  /\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?/g
const JAVA_DATE =
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2} \d{2}:\d{2}:\d{2} \w{3,4} \d{4}\b/g
const DATE = /\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b(?![-\w])/g
const TIME = /\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\b/g
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g
/** Identity hashes of Java objects, addresses in memory, long keys. */
const HEX = /(?<=@)[0-9a-f]{1,16}\b|\b0x[0-9a-f]+\b|\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,}\b/gi
/** A number with its groups, decimals and sign. */
const NUMBER = /(?<![\w.])(?:(?<=^|[\s=(:,[])[-+])?\d+(?:[.,]\d+)*(?![\w])/g
/** RabbitMQ's consumer tags are random, with or without digits. */
const CONSUMER_TAG = /\bamq\.ctag-[\w-]+/g
/** Any other word that holds a digit. */
const ID = /\w*\d\w*/g
const MARK_ONLY = /^<(?:n|id|v|hex|uuid|time|date|url|ip)>$/
const LIST = /(<(?:n|id|v|hex|uuid)>|\?)(?:\s*,\s*\1)+/g

/** Without any of these, nothing varies that could be told. */
const VARYING = /[\d"'“‘@]|:\/\//

/** The words of a template. `text` is masked and on one line. */
export function templateWords(text: string): readonly string[] {
  const marked = VARYING.test(text) ? withMarks(text) : text
  const words = marked.split(' ', MESSAGE_WORDS + 1).filter((word) => word !== '')
  const kept = words.slice(0, MESSAGE_WORDS).map(shortWord)
  return words.length > MESSAGE_WORDS ? [...kept, '…'] : kept
}

function withMarks(text: string): string {
  return text
    .replace(QUOTED, (quoted) => `${quoted[0]}<v>${quoted.at(-1)}`)
    .replace(URL, '<url>')
    .replace(UUID, '<uuid>')
    .replace(CONSUMER_TAG, 'amq.ctag-<v>')
    .replace(DATE_TIME, '<time>')
    .replace(JAVA_DATE, '<time>')
    .replace(DATE, '<date>')
    .replace(TIME, '<time>')
    .replace(ADDRESS, '<ip>')
    .replace(HEX, '<hex>')
    .replace(NUMBER, '<n>')
    .replace(ID, '<id>')
    .replace(LIST, '$1…')
}

function shortWord(word: string): string {
  if (word.length <= MAX_TOKEN_LENGTH) return word
  // Never half a character.
  return `${word.slice(0, MAX_TOKEN_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** True of a word that says nothing of its own. */
export function isMark(word: string): boolean {
  return word === ANY_WORD || MARK_ONLY.test(word)
}
