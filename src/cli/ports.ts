/** Everything outside the process, as arguments: `run(argv, ports)` is the whole program. */
import type { Clock } from '../core/clock.ts'
import type { Journal } from '../core/journal.ts'
import type { Service } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import type { Connections } from '../wire/connections.ts'
import type { ApprovalQuestion, Approval } from '../core/dialog.ts'

export interface OutputPort {
  write(text: string): void
  readonly isTTY: boolean
  /** Cells; 80 where not known. */
  readonly columns: number
  /** Lines; absent where not known. */
  readonly rows?: number | undefined
}

/** A person at a terminal. Absent when standard input or standard error is no terminal. */
export interface TerminalPort {
  /**
   * Shows `shown`, then asks for `expected` to be typed; the prompt's words are already in the
   * reader's language. Ctrl-C, and `signal`, throw INTERRUPTED (130).
   */
  approve(question: ApprovalQuestion, shown: string, signal?: AbortSignal): Promise<Approval>
  /** The streams prompts are drawn on and read from. */
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

export interface Ports {
  readonly clock: Clock
  readonly stdout: OutputPort
  readonly stderr: OutputPort
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly homeDir: string
  /** Where the user's configuration (`config.yaml`) and state (`journal.db`) live. */
  readonly directories: { readonly config: string; readonly state: string }
  /** Program and arguments that start mts, for those who start it later; absent where not known. */
  readonly program?: readonly string[]
  /** Name of the person or job at work, for the journal. */
  readonly operator: string
  /** Directory that holds `playbooks/` and `checklists/`. */
  readonly assetsDir: string
  readonly terminal?: TerminalPort
  /** Reads all of standard input (for `-` arguments). */
  readStdin(): Promise<string>
  /** Standard input as it comes: for what may be larger than memory. */
  streamStdin(): AsyncIterable<Uint8Array>
  /** `shared`: connections of several services of one origin; the client does not close them. */
  createService(settings: Settings, clock: Clock, shared?: Connections): Promise<Service>
  openJournal(path: string, clock: Clock): Promise<Journal>
  /** Shows a file in the person's own program for it; `no_opener`: there is none here. */
  openFile(path: string): Promise<'opened' | 'no_opener'>
  /** Registers for Ctrl-C and SIGTERM; returns the deregistration. */
  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
}
