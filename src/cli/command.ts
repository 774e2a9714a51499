/**
 * What a command is: it parses, calls one service, returns a value. It never prints and never
 * asks which format is wanted; `run.ts` renders the value and ends with its exit code.
 */
import type { Command } from 'commander'
import type { Dialog } from '../core/dialog.ts'
import type { ExitCode } from '../core/exit-code.ts'
import type { Journal } from '../core/journal.ts'
import type { Service } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import type { Lang } from '../core/text.ts'
import type { View } from '../render/view.ts'
import type { Ports, TerminalPort } from './ports.ts'

export interface Globals {
  readonly url?: string
  readonly profile?: string
  readonly config?: string
  readonly output?: string
  readonly lang?: string
  readonly timeout?: string
  readonly color: boolean
  readonly quiet: boolean
  readonly debug: boolean
}

/** A value with its faces. `table` is the face for people; JSON needs none. */
export interface Outcome<V extends { readonly kind: string } = { readonly kind: string }> {
  readonly value: V
  readonly exitCode: ExitCode
  readonly faces: Faces<V>
}

export interface Faces<V> {
  table(value: V, view: View): string
  nagios?(value: V, view: View): string
  csv?(value: V, view: View): string
  html?(value: V, view: View): string
  markdown?(value: V, view: View): string
  /** Printed as it is (completion scripts, Markdown). */
  raw?(value: V, view: View): string
}

/** Names of `-o` besides `table` (which prints `raw` where a command has it) and `json`. */
export type ExtraFace = 'nagios' | 'csv' | 'html' | 'markdown'

export interface CommandContext {
  readonly ports: Ports
  readonly globals: Globals
  readonly lang: Lang
  readonly output: string
  /** Aborted by the first Ctrl-C or SIGTERM; commands that must not stop (a request is out) look at `interrupts`. */
  readonly signal: AbortSignal
  /** Registers for every Ctrl-C; the second one while a request is out ends with 130. */
  onInterrupt(listener: (count: number) => void): () => void
  settings(): Promise<Settings>
  /** One client for the whole command; closed at its end. */
  service(): Promise<Service>
  /** Opened once, closed at the end. */
  journal(): Promise<Journal>
  /** `notify` goes to stderr; `approve` is there only with a terminal and without `-o json`. */
  readonly dialog: Dialog
  /** A person to ask: absent without a terminal and with `-o json`. */
  readonly terminal?: TerminalPort
  /** How people's face looks here: language, width, colours (of stdout). */
  view(): Promise<View>
  /** `mts … --url URL` as it must be typed to go on; the url is always named. */
  commandLine(words: readonly string[]): Promise<string>
}

/** Turns a command's run into a commander action. */
export type Perform = (
  run: (context: CommandContext) => Promise<Outcome | undefined>,
) => Promise<void>

/** One file per command exports one of these. Heavy rooms are imported inside the run, not at the top. */
export interface CommandSpec {
  /** `lang` is for the words of `--help`, which is printed before any setting is read. */
  declare(program: Command, perform: Perform, lang: Lang): void
  /**
   * Faces besides `table` and `json`, by the command's words: `{'health': ['nagios']}`. Any other
   * `-o` is refused before the command runs.
   */
  readonly faces?: Readonly<Record<string, readonly ExtraFace[]>>
}
