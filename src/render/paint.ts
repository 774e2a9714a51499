/** Colours of a terminal; without them every word is left as it is. */
import type { Paint } from './view.ts'

const same = (words: string): string => words

export const PLAIN: Paint = {
  critical: same,
  warning: same,
  ok: same,
  unknown: same,
  dim: same,
  bold: same,
}

/** chalk is loaded only where colour is wanted. The caller decides: terminal, NO_COLOR, --no-color. */
export async function createPaint(color: boolean): Promise<Paint> {
  if (!color) return PLAIN
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  return {
    critical: (words) => chalk.red.bold(words),
    warning: (words) => chalk.yellow(words),
    ok: (words) => chalk.green(words),
    unknown: (words) => chalk.magenta(words),
    dim: (words) => chalk.dim(words),
    bold: (words) => chalk.bold(words),
  }
}
