/** A whole screen that is drawn over in place, until `q` or Ctrl-C; then the terminal is as it was. */
import type { CommandContext } from './command.ts'
import type { OutputPort } from './ports.ts'

/** The alternate screen, without a cursor; and back. */
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[H\u001B[2J'
const LEAVE = '\u001B[?25h\u001B[?1049l'
/** Terminals that know it show a picture only when it is whole; others pass over it. */
const BEGIN = '\u001B[?2026h'
const END = '\u001B[?2026l'
const DEFAULT_ROWS = 24
/** How often is looked whether the terminal has another size, ms. */
const LOOK_MS = 250

/** On a Korean keyboard the key of `q` types ㅂ. */
const QUIT = new Set(['q', 'Q', 'ㅂ', '\u0004'])
const INTERRUPT = '\u0003'

export interface LiveSize {
  readonly columns: number
  readonly rows: number
}

export interface LivePicture<T> {
  /** Asked for again every `everyMs`, and at once at the beginning. */
  readonly look: (signal: AbortSignal) => Promise<T>
  /** Lines for this size; undefined while the first look is under way. */
  readonly draw: (seen: T | undefined, size: LiveSize) => string
  readonly everyMs: number
}

/** What was seen last, and which way it ended. */
export async function showLive<T>(
  context: Pick<CommandContext, 'ports' | 'signal' | 'terminal'>,
  { look, draw, everyMs }: LivePicture<T>,
): Promise<{ readonly last: T | undefined; readonly ended: 'quit' | 'interrupted' }> {
  const { stdout, clock } = context.ports
  const keys = listenToKeys(context)
  const signal = AbortSignal.any([context.signal, keys.signal])
  let last: T | undefined
  let drawn = ''
  const show = (again = false): void => {
    const size = { columns: stdout.columns, rows: stdout.rows ?? DEFAULT_ROWS }
    const frame = frameOf(draw(last, size), size)
    const key = `${size.columns}x${size.rows}\n${frame}`
    if (key === drawn && !again) return
    drawn = key
    stdout.write(frame)
  }
  stdout.write(ENTER)
  try {
    show()
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs()
      const seen = await whileWaiting(look(signal), { context, signal, show })
      if (seen === undefined || signal.aborted) break
      last = seen
      show(true)
      const dueMs = startedMs + everyMs
      while (!signal.aborted && clock.monotonicMs() < dueMs) {
        await pause(context, Math.min(LOOK_MS, dueMs - clock.monotonicMs()), signal)
        if (!signal.aborted) show()
      }
    }
  } finally {
    keys.stop()
    stdout.write(LEAVE)
  }
  return { last, ended: keys.quit() ? 'quit' : 'interrupted' }
}

/** A terminal may be resized while an answer is slow. undefined: it was left before there was one. */
async function whileWaiting<T>(
  looking: Promise<T>,
  {
    context,
    signal,
    show,
  }: {
    readonly context: Pick<CommandContext, 'ports'>
    readonly signal: AbortSignal
    readonly show: () => void
  },
): Promise<T | undefined> {
  const enough = new AbortController()
  const waiting = AbortSignal.any([signal, enough.signal])
  const redrawing = (async () => {
    while (!waiting.aborted) {
      await pause(context, LOOK_MS, waiting)
      if (!waiting.aborted) show()
    }
  })()
  try {
    return await looking
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    enough.abort()
    await redrawing
  }
}

async function pause(
  { ports }: Pick<CommandContext, 'ports'>,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await ports.clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Drawn over the last one from the top: nothing is cleared first, so nothing flickers. */
function frameOf(picture: string, { rows }: Pick<LiveSize, 'rows'>): string {
  const whole = picture.replace(/\n+$/, '').split('\n')
  // What does not fit is not to be taken for all there is.
  const lines = whole.length <= rows ? whole : [...whole.slice(0, rows - 1), '…']
  return `${BEGIN}\u001B[H${lines.map((line) => `${line}\u001B[K`).join('\r\n')}\u001B[J${END}`
}

interface Keys {
  readonly signal: AbortSignal
  readonly quit: () => boolean
  readonly stop: () => void
}

/** Without a terminal to type at, Ctrl-C alone ends it. */
function listenToKeys({ terminal }: Pick<CommandContext, 'terminal'>): Keys {
  const ended = new AbortController()
  let quit = false
  if (terminal === undefined) {
    return { signal: ended.signal, quit: () => quit, stop: () => undefined }
  }
  const { input } = terminal
  const onData = (typed: Buffer | string): void => {
    for (const char of typed.toString()) {
      if (QUIT.has(char)) quit = true
      if (quit || char === INTERRUPT) ended.abort()
    }
  }
  setRaw(input, true)
  input.on('data', onData)
  input.resume()
  return {
    signal: ended.signal,
    quit: () => quit,
    stop: () => {
      input.off('data', onData)
      setRaw(input, false)
      input.pause()
    },
  }
}

/** Each key as it is typed, and Ctrl-C as a key; only a terminal can. */
function setRaw(input: NodeJS.ReadableStream, raw: boolean): void {
  const { setRawMode } = input as Partial<Pick<NodeJS.ReadStream, 'setRawMode'>>
  setRawMode?.call(input, raw)
}

/** Whether there is a screen to draw on. */
export function canShowLive({
  ports,
  output,
}: {
  readonly ports: { readonly stdout: OutputPort }
  readonly output: string
}): boolean {
  return ports.stdout.isTTY && output === 'table'
}
