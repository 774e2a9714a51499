/** Cells of a terminal: Hangul takes two. Everything laid out for people goes through here. */
import stringWidth from 'fast-string-width'

/** Cells the text takes, colour codes not counted. */
export function cellsOf(value: string): number {
  return stringWidth(value)
}

/** Pads with spaces to `cells`; longer text is kept. */
export function padCells(value: string, cells: number): string {
  const missing = cells - cellsOf(value)
  return missing > 0 ? value + ' '.repeat(missing) : value
}

/** Wraps at spaces to lines of at most `cells`; a word longer than a line is broken, a line feed kept. */
export function wrapCells(value: string, cells: number): string[] {
  if (value.includes('\n')) return value.split('\n').flatMap((part) => wrapCells(part, cells))
  const lines: string[] = []
  let line = ''
  for (const word of value.split(' ')) {
    const candidate = line === '' ? word : `${line} ${word}`
    if (cellsOf(candidate) <= cells) {
      line = candidate
      continue
    }
    if (line !== '') lines.push(line)
    line = ''
    for (const char of word) {
      if (cellsOf(line + char) > cells) {
        lines.push(line)
        line = ''
      }
      line += char
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line)
  return lines
}

/** A label column and wrapped text beside it: `조치   mts …`, continuation lines indented. */
export function labelled(label: string, value: string, labelCells: number, width: number): string {
  const lines = wrapCells(value, Math.max(20, width - labelCells))
  return lines
    .map(
      (line, index) => (index === 0 ? padCells(label, labelCells) : ' '.repeat(labelCells)) + line,
    )
    .join('\n')
}

/** As much of the beginning as fits; a wide character is not halved. */
export function firstCells(value: string, cells: number): string {
  let shown = ''
  for (const character of value) {
    if (cellsOf(shown + character) > cells) break
    shown += character
  }
  return shown
}

/** The whole where it fits, else its beginning and `…`. */
export function shortenedCells(value: string, cells: number): string {
  return cellsOf(value) <= cells ? value : `${firstCells(value, cells - 1)}…`
}
