/** What the `mts config` commands answer. */
import type { Text } from '../core/text.ts'
import type { ShownSetting } from './show.ts'

export interface ConfigValue {
  readonly kind: 'Config'
  readonly file: string | null
  readonly profile: string | null
  readonly items: readonly ShownSetting[]
}

export interface ConfigCheckValue {
  readonly kind: 'ConfigCheck'
  readonly file: string | null
  readonly status: 'ok' | 'wrong'
  readonly problems: readonly {
    readonly where: string
    readonly key: string
    readonly message: Text
  }[]
}

export interface ConfigInitValue {
  readonly kind: 'ConfigInit'
  readonly file: string
}

export interface ConfigPathValue {
  readonly kind: 'ConfigPath'
  /** The file that is read; null when there is none. */
  readonly file: string | null
  /** Where one is looked for, in order. */
  readonly searched: readonly string[]
  readonly stateDirectory: string
}
