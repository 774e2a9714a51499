/** How values look to the person at this terminal. */
import type { Status } from '../core/verdict.ts'
import type { Lang, Text } from '../core/text.ts'

/** Paints words. Without colour every function returns its argument. */
export interface Paint {
  critical(words: string): string
  warning(words: string): string
  ok(words: string): string
  unknown(words: string): string
  dim(words: string): string
  bold(words: string): string
}

export interface View {
  readonly lang: Lang
  /** Cells of a line; never more than 80 are used. */
  readonly width: number
  readonly paint: Paint
  readonly nowMs: number
}

export function say(view: View, words: Text): string {
  return words[view.lang]
}

/** Symbols always come with words: 정상, 경고, 위험, 확인 불가. */
export const STATUS_WORDS: Readonly<Record<Status, Text>> = {
  ok: { ko: '정상', en: 'OK' },
  warning: { ko: '경고', en: 'WARN' },
  critical: { ko: '위험', en: 'CRIT' },
  unknown: { ko: '확인 불가', en: 'UNKNOWN' },
}
