/** What a setting is, and the words for what is expected of one. */
import type * as z from 'zod/mini'
import type { Text } from '../core/text.ts'

export interface Key<T = unknown> {
  readonly path: string
  readonly schema: z.ZodMiniType<T>
  readonly expected: Text
  readonly variable?: string
  readonly option?: 'url' | 'lang' | 'timeout'
  /** Never in a file as it is, never shown. `NAME_FILE` of its variable names a file that holds it. */
  readonly secret?: true
  /** A path: relative ones count from the file that names them, `~` is the home directory. */
  readonly pathlike?: true
  /** A variable's text as the file would have it; text itself unless given. */
  readonly fromVariable?: (text: string) => unknown
  /** What it is for: `mts config init`. */
  readonly about: Text
}

export function key<T>(definition: Key<T>): Key<T> {
  return definition
}

export const HTTP: Text = { ko: 'http(s)://주소', en: 'an http(s) address' }
export const HTTP_PLAIN: Text = {
  ko: '계정 정보가 없는 http(s)://주소',
  en: 'an http(s) address without credentials',
}
export const DURATION: Text = {
  ko: '시간(예: 30s, 5m, 1h30m)',
  en: 'a duration such as 30s, 5m, 1h30m',
}
export const PERCENT: Text = {
  ko: '0 초과 100 이하의 비율(예: 80)',
  en: 'a percentage above 0, up to 100',
}
export const COUNT: Text = { ko: '1 이상의 정수', en: 'a whole number from 1' }
export const TIME: Text = { ko: 'HH:MM(서울 시각)', en: 'HH:MM, Seoul time' }
export const PATH: Text = { ko: '파일 경로', en: 'a path' }
export const WORDS: Text = { ko: '글자', en: 'text' }
