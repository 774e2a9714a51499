/** What a command is given: settings, client and journal when asked for, once, and closed at the end. */
import type { Journal } from '../core/journal.ts'
import type { Service } from '../core/service.ts'
import type { Lang } from '../core/text.ts'
import type { ConfigSources } from '../config/sources.ts'
import type { Settings } from '../core/settings.ts'
import { screenText } from '../render/output.ts'
import { createPaint } from '../render/paint.ts'
import type { View } from '../render/view.ts'
import type { CommandContext, Globals } from './command.ts'
import { createDialog } from './dialog.ts'
import type { ClearingDialog } from './dialog.ts'
import { langOf, langOfLocale } from './early.ts'
import { renderEvidence } from './evidence.ts'
import type { Interruption } from './interruption.ts'
import type { OutputPort, Ports } from './ports.ts'
import { quoteWords } from '../core/shell-words.ts'

export interface OpenContext {
  readonly context: CommandContext
  readonly dialog: ClearingDialog
  /** Lets go of client and journal. */
  close(): Promise<void>
}

/** Configuration that cannot be read is an error for the command that asks for it, not for one that does not. */
type Loading =
  | { readonly kind: 'loaded'; readonly settings: Settings }
  | { readonly kind: 'failed'; readonly error: unknown }

export async function openContext(
  ports: Ports,
  globals: Globals,
  interruption: Interruption,
): Promise<OpenContext> {
  const output = globals.output ?? 'table'
  const loading = await readSettings(ports, globals)
  const lang: Lang =
    loading.kind === 'loaded' ? loading.settings.lang : langOf(globals.lang, ports.env)
  const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined
    return () => (made ??= make())
  }
  const settings = async () => {
    if (loading.kind === 'failed') throw loading.error
    return loading.settings
  }
  let openService: Service | undefined
  let openJournal: Journal | undefined
  const service = once(async () => {
    openService = await ports.createService(await settings(), ports.clock)
    return openService
  })
  const journal = once(async () => {
    openJournal = await ports.openJournal((await settings()).journal, ports.clock)
    return openJournal
  })
  const view = once(() => createView(ports, lang, wantsColor(ports, globals, ports.stdout)))
  const asksPeople = ports.terminal !== undefined && output === 'table'
  const dialog = createDialog({
    stderr: ports.stderr,
    lang: () => lang,
    quiet: globals.quiet,
    signal: interruption.signal,
    renderEvidence: async (question) => {
      const color = wantsColor(ports, globals, ports.stderr)
      return screenText(await renderEvidence(question, await createView(ports, lang, color)), color)
    },
    ...(asksPeople ? { terminal: ports.terminal } : {}),
  })
  const context: CommandContext = {
    ports,
    globals,
    lang,
    output,
    signal: interruption.signal,
    onInterrupt: (listener) => interruption.onInterrupt(listener),
    settings,
    service,
    journal,
    dialog,
    ...(asksPeople ? { terminal: ports.terminal } : {}),
    view,
    commandLine: async (words) => commandLine(words, (await settings()).url, globals),
  }
  return {
    context,
    dialog,
    close: async () => {
      dialog.clear()
      openJournal?.close()
      await openService?.close()
    },
  }
}

async function readSettings(ports: Ports, globals: Globals): Promise<Loading> {
  try {
    const { loadSettings } = await import('../config/load.ts')
    return { kind: 'loaded', settings: await loadSettings(configSources(ports, globals)) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** What `config/` needs to know of the process. */
export function configSources(ports: Ports, globals: Globals): ConfigSources {
  return {
    options: globals,
    env: ports.env,
    directories: ports.directories,
    cwd: ports.cwd,
    homeDir: ports.homeDir,
    defaultLang: langOfLocale(ports.env),
  }
}

/** Colour is for a person's terminal only, and never against NO_COLOR or --no-color. */
export function wantsColor(
  ports: Ports,
  globals: { readonly color: boolean },
  stream: OutputPort,
): boolean {
  const noColor = ports.env['NO_COLOR']
  return (
    stream.isTTY &&
    globals.color &&
    (noColor === undefined || noColor === '') &&
    ports.env['TERM'] !== 'dumb'
  )
}

export async function createView(ports: Ports, lang: Lang, color: boolean): Promise<View> {
  return {
    lang,
    width: ports.stdout.isTTY ? Math.max(40, Math.min(80, ports.stdout.columns)) : 80,
    paint: await createPaint(color),
    nowMs: ports.clock.now(),
  }
}

/** The url is always named, so that what is pasted later goes to the same service. */
function commandLine(words: readonly string[], url: string, globals: Globals): string {
  const own = words[0] === 'mts' ? words.slice(1) : words
  const kept = [
    ...(globals.config === undefined ? [] : ['--config', globals.config]),
    ...(globals.profile === undefined ? [] : ['--profile', globals.profile]),
  ]
  return quoteWords(['mts', ...own, '--url', url, ...kept])
}
