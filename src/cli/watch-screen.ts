/** The terminal of a watch: lines that stay, and below them a small picture that is drawn over. */
import type { OutputPort } from './ports.ts'

export interface WatchScreen {
  /** A line that stays. */
  print(words: string): void
  /** The picture below, in lines no wider than the terminal. */
  draw(picture: string): void
}

export function createWatchScreen(stdout: OutputPort): WatchScreen {
  let picture = ''
  const erased = (): string => {
    const lines = picture === '' ? 0 : picture.split('\n').length - 1
    return lines === 0 ? '' : `\u001B[${lines}A\r\u001B[J`
  }
  const ended = (words: string): string =>
    words === '' ? '' : `${words.replace(/\n+$/, '').replaceAll('\n', '\r\n')}\r\n`
  return {
    print(words) {
      stdout.write(erased() + ended(words) + ended(picture))
    },
    draw(next) {
      const before = erased()
      picture = next.endsWith('\n') || next === '' ? next : `${next}\n`
      stdout.write(before + ended(picture))
    },
  }
}
