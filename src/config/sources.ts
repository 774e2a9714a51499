/** Where settings can come from, as plain values: `config/` never touches the process itself. */
import type { Lang } from '../core/text.ts'

export interface ConfigSources {
  /** As typed on the command line. */
  readonly options: {
    readonly url?: string
    readonly profile?: string
    readonly config?: string
    readonly lang?: string
    readonly timeout?: string
  }
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's own directories: `config` is searched for a file, `state` holds the journal. */
  readonly directories: { readonly config: string; readonly state: string }
  /** Relative paths of options and variables are relative to it. */
  readonly cwd: string
  readonly homeDir: string
  /** The language where no setting names one: from the locale. */
  readonly defaultLang: Lang
}

/** Where one value came from. */
export type Origin =
  | { readonly kind: 'option'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'profile'; readonly name: string; readonly line: number }
  | { readonly kind: 'file'; readonly line: number }
  | { readonly kind: 'default' }
