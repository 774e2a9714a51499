/** YAML for people to read and change: comments above what they are about, long expressions as blocks. */
import { stringify } from 'yaml'

export function yamlOf(value: unknown): string {
  return stringify(value, { lineWidth: 0, blockQuote: 'literal', singleQuote: true }).trimEnd()
}

export function comment(lines: readonly string[]): string {
  return lines.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n')
}

export function indent(text: string, spaces: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(spaces) + line))
    .join('\n')
}

/** Parts with an empty line between them, ending in one line feed. */
export function paragraphs(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
