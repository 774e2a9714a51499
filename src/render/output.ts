/** The last look at text on its way to a terminal: nothing may move the cursor or hide words. */

// As in JSON, but an SGR sequence (colour) may stay where colours are wanted.
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
// eslint-disable-next-line no-control-regex
const COLOR = /(\u001b\[[0-9;]*m)/

/** Text of many lines without control characters, ending in one line feed unless empty. */
export function screenText(text: string, color: boolean): string {
  const clean = text
    .split(COLOR)
    .map((part, index) => (index % 2 === 1 ? (color ? part : '') : part.replace(UNSAFE, '')))
    .join('')
    .replace(/\n+$/, '')
  return clean === '' ? '' : `${clean}\n`
}

/** Comma-separated values keep the line ends of their format. */
export function csvText(text: string): string {
  const lines = text.split('\r\n').map((line) => line.replace(UNSAFE, ''))
  return `${lines.join('\r\n').replace(/(?:\r\n)+$/, '')}\r\n`
}
