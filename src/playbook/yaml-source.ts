/**
 * YAML with places: what a file says as plain JSON, and where each value of it stands. The file is
 * data of a stranger: its size, its nesting and its aliases are bounded before it is read.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument as parseYaml,
  visit,
  type Document as YamlDocument,
  type Node,
} from 'yaml'
import { stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { Fault, FaultPath, Problem } from './fault.ts'

/** Largest file that is read, bytes. */
export const MAX_DOCUMENT_BYTES = 262_144
const MAX_DEPTH = 40
const MAX_SYNTAX_PROBLEMS = 20
/** A file of the largest size with nothing but line feeds. */
const MAX_ROWS = MAX_DOCUMENT_BYTES
const MAX_ROW_CHARACTERS = 200

export interface YamlSource {
  readonly value: unknown
  /** Where a fault stands. */
  problemOf(fault: Fault): Problem
  /** Line of the value at the path, from 1. */
  lineOf(path: FaultPath): number
}

export type ParsedYaml =
  | { readonly kind: 'parsed'; readonly source: YamlSource }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] }

export function parseYamlSource(source: string, file: string): ParsedYaml {
  const rows = source.split('\n', MAX_ROWS)
  const at = (line: number, column: number, message: Text): Problem => {
    const row = plainRow(rows[line - 1] ?? '')
    return { file, line, column, message, ...(row.trim() === '' ? {} : { source: row }) }
  }
  if (Buffer.byteLength(source, 'utf8') > MAX_DOCUMENT_BYTES) {
    return { kind: 'broken', problems: [at(1, 1, TOO_LARGE)] }
  }
  const deep = tooDeep(source)
  if (deep !== undefined) return { kind: 'broken', problems: [at(deep, 1, TOO_DEEP)] }
  const counter = new LineCounter()
  const document = parseYaml(source, {
    lineCounter: counter,
    prettyErrors: false,
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    version: '1.2',
  })
  const place = (offset: number): { line: number; col: number } => {
    const { line, col } = counter.linePos(offset)
    return { line: Math.max(1, line), col: Math.max(1, col) }
  }
  const problems = [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = place(error.pos[0])
    return at(line, col, yamlWords(error.code, error.message))
  })
  visit(document, {
    Alias(_key, alias) {
      const { line, col } = place(alias.range?.[0] ?? 0)
      problems.push(at(line, col, NO_ALIAS))
    },
    Collection(_key, node, path) {
      if (path.length <= MAX_DEPTH * 2) return undefined
      const { line, col } = place(node.range?.[0] ?? 0)
      problems.push(at(line, col, TOO_DEEP))
      return visit.BREAK
    },
  })
  if (problems.length > 0) {
    return { kind: 'broken', problems: problems.slice(0, MAX_SYNTAX_PROBLEMS) }
  }
  return {
    kind: 'parsed',
    source: {
      value: document.toJS({ maxAliasCount: 0 }),
      problemOf(fault) {
        const { line, col } = place(offsetOf(document, source, fault))
        return at(line, col, fault.message)
      },
      lineOf: (path) => place(nodeAt(document, path)?.range?.[0] ?? 0).line,
    },
  }
}

/** As it is written, so that a column still counts in it: a control character becomes a blank. */
function plainRow(row: string): string {
  return Array.from(row.slice(0, MAX_ROW_CHARACTERS), (character) =>
    stripControls(`x${character}x`) === `x${character}x` ? character : ' ',
  )
    .join('')
    .trimEnd()
}

/** Brackets nest without indentation: thousands of them would exhaust the parser's stack. */
function tooDeep(source: string): number | undefined {
  let depth = 0
  let line = 1
  for (const char of source) {
    if (char === '\n') line++
    else if (char === '[' || char === '{') depth++
    else if ((char === ']' || char === '}') && depth > 0) depth--
    if (depth > MAX_DEPTH * 5) return line
  }
  const indented = source
    .split('\n')
    .findIndex((row) => (/^(?:\s|- |\? )*/.exec(row)?.[0].length ?? 0) > 400)
  return indented < 0 ? undefined : indented + 1
}

function nodeAt(document: YamlDocument, path: FaultPath): Node | undefined {
  let node: unknown = document.contents
  let found: Node | undefined = isNode(node) ? node : undefined
  for (const part of path) {
    if (isMap(node)) node = node.get(part, true)
    else if (isSeq(node) && typeof part === 'number') node = node.get(part, true)
    else return found
    if (!isNode(node)) return found
    found = node
  }
  return found
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value)
}

function offsetOf(document: YamlDocument, source: string, fault: Fault): number {
  const { path } = fault
  if (fault.atKey === true) {
    const parent = nodeAt(document, path.slice(0, -1))
    const key = path.at(-1)
    if (isMap(parent)) {
      for (const pair of parent.items) {
        if (isScalar(pair.key) && String(pair.key.value) === String(key)) {
          return pair.key.range?.[0] ?? 0
        }
      }
    }
  }
  const node = nodeAt(document, path)
  const start = node?.range?.[0] ?? 0
  if (fault.offset === undefined || !isScalar(node) || typeof node.value !== 'string') return start
  return start + offsetInScalar(source.slice(start, node.range?.[1]), node.value, fault.offset)
}

/**
 * Folding changes nothing but white space, so the place is found by counting what is not. Escapes
 * in double quotes would break the count: then the scalar's start has to do.
 */
function offsetInScalar(written: string, value: string, offset: number): number {
  let from = 0
  if (/^[|>]/.test(written)) from = written.indexOf('\n') + 1
  else if (written.startsWith('"') || written.startsWith("'")) from = 1
  if (written.startsWith('"') && written.includes('\\')) return 0
  const before = value.slice(0, offset).replace(/\s/g, '').length
  let seen = 0
  for (let index = from; index < written.length; index++) {
    if (/\s/.test(written[index] ?? '')) continue
    if (seen === before) return index
    seen++
  }
  return 0
}

const TOO_LARGE = text(
  `파일이 너무 큽니다(최대 ${MAX_DOCUMENT_BYTES / 1024}KiB)`,
  `the file is too large (at most ${MAX_DOCUMENT_BYTES / 1024} KiB)`,
)
const TOO_DEEP = text('중첩이 너무 깊습니다', 'nested too deeply')
const NO_ALIAS = text(
  'YAML 별칭(*)은 쓸 수 없습니다: 값을 그대로 적으세요',
  'aliases (*) are not read here: write the value out',
)

function yamlWords(code: string, message: string): Text {
  if (code === 'DUPLICATE_KEY') return text('같은 키가 두 번 있습니다', 'the same key twice')
  if (code === 'TAG_RESOLVE_FAILED') {
    return text(`YAML 태그는 쓸 수 없습니다: ${message}`, `tags are not read here: ${message}`)
  }
  if (code === 'MULTIPLE_DOCS') {
    return text('한 파일에는 문서 하나만 둡니다', 'one document a file is expected')
  }
  return text(`YAML 문법 오류: ${message}`, `YAML: ${message}`)
}
