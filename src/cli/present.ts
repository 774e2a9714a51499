/** The one place where values and errors become output and an exit code. */
import { MtsError, messageOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { ExitCode } from '../core/exit-code.ts'
import { cleanText, maskSensitive } from '../core/sanitize.ts'
import type { Lang } from '../core/text.ts'
import type { ErrorValue } from '../render/error.ts'
import type { View } from '../render/view.ts'
import type { ExtraFace, Faces, Outcome } from './command.ts'
import { createView, wantsColor } from './context.ts'
import { scanEarly } from './early.ts'
import { interruptedError } from './interruption.ts'
import type { Ports } from './ports.ts'
import { usageError } from './usage-error.ts'

export interface Presentation {
  readonly ports: Ports
  readonly lang: Lang
  readonly output: string
  /** Of stdout. */
  readonly color: boolean
  /** False with --no-color. */
  readonly colorWanted: boolean
  readonly debug: boolean
  readonly view: () => Promise<View>
}

/** Refused before anything runs: what a command cannot print, it must not do. */
export function checkOutput(output: string, extra: readonly ExtraFace[]): void {
  const known = ['table', 'json', ...extra]
  if (known.includes(output)) return
  throw usageError({
    ko: `지원하지 않는 출력 형식입니다: ${output} (가능: ${known.join(', ')})`,
    en: `this command cannot print ${output} (it can: ${known.join(', ')})`,
  })
}

export async function presentOutcome(outcome: Outcome, to: Presentation): Promise<number> {
  const { ports, output } = to
  if (output === 'json') {
    const { renderJson } = await import('../render/json.ts')
    ports.stdout.write(renderJson(outcome.value, to.lang))
    return outcome.exitCode
  }
  const face = faceOf(outcome.faces, output)
  const { csvText, screenText } = await import('../render/output.ts')
  const words = face(outcome.value, await to.view())
  ports.stdout.write(output === 'csv' ? csvText(words) : screenText(words, to.color))
  return output === 'nagios' ? nagiosCode(outcome.exitCode) : outcome.exitCode
}

function faceOf<V>(faces: Faces<V>, output: string): (value: V, view: View) => string {
  const extra: Readonly<Record<ExtraFace, ((value: V, view: View) => string) | undefined>> = {
    nagios: faces.nagios,
    csv: faces.csv,
    html: faces.html,
    markdown: faces.markdown,
  }
  const face = isExtraFace(output) ? extra[output] : (faces.raw ?? faces.table)
  if (face === undefined) throw new Error(`the command declares ${output} but does not render it`)
  return face
}

function isExtraFace(output: string): output is ExtraFace {
  return ['nagios', 'csv', 'html', 'markdown'].includes(output)
}

/** A failed command in the format asked for: for programs on stdout, for people on stderr. */
export async function presentError(
  thrown: unknown,
  aborted: boolean,
  to: Presentation,
): Promise<number> {
  const error = typedError(thrown, aborted)
  const value: ErrorValue = {
    kind: 'Error',
    code: error.code,
    message: error.text,
    next: error.next,
  }
  if (to.debug) {
    const stack = thrown instanceof Error ? stackOf(thrown) : String(thrown)
    const { screenText } = await import('../render/output.ts')
    to.ports.stderr.write(screenText(maskSensitive(stack), false))
  }
  if (to.output === 'json') {
    const { renderJson } = await import('../render/json.ts')
    to.ports.stdout.write(renderJson(value, to.lang))
    return error.exitCode
  }
  const { renderError, renderErrorNagios } = await import('../render/error.ts')
  const { screenText } = await import('../render/output.ts')
  if (to.output === 'nagios') {
    to.ports.stdout.write(screenText(renderErrorNagios(value, await to.view()), false))
    return EXIT.unknown
  }
  const color = wantsColor(to.ports, { color: to.colorWanted }, to.ports.stderr)
  const view = await createView(to.ports, to.lang, color)
  to.ports.stderr.write(screenText(renderError(value, view), color))
  return error.exitCode
}

/** For what escaped every command: an error of the process itself. */
export async function presentDefect(
  thrown: unknown,
  argv: readonly string[],
  ports: Ports,
): Promise<number> {
  const early = scanEarly(argv, ports.env)
  return presentError(thrown, false, {
    ports,
    lang: early.lang,
    output: early.output,
    color: false,
    colorWanted: early.color,
    debug: early.debug,
    view: () => createView(ports, early.lang, false),
  })
}

/** Anything untyped is a defect of ours and says so. */
function typedError(thrown: unknown, aborted: boolean): MtsError {
  if (aborted && endsAnInterruption(thrown)) return interruptedError()
  if (thrown instanceof MtsError) return thrown
  const words = cleanText(messageOf(thrown), 300)
  return new MtsError({
    code: 'DEFECT',
    exitCode: EXIT.defect,
    message: { ko: `mts의 결함입니다: ${words}`, en: `a defect of mts: ${words}` },
    next: [
      {
        ko: '같은 명령에 --debug를 붙여 나온 내용을 mts 개발자에게 전달하세요',
        en: 'run it again with --debug and pass the output on to the developers of mts',
      },
    ],
    cause: thrown,
  })
}

/** After Ctrl-C, a read that failed is no news about the server. */
function endsAnInterruption(thrown: unknown): boolean {
  if (!(thrown instanceof MtsError)) return true
  const codes: readonly ExitCode[] = [EXIT.unreachable, EXIT.unknown, EXIT.defect]
  return codes.includes(thrown.exitCode)
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own
}

/** Nagios knows 0 to 3; everything else that went wrong is unknown. */
function nagiosCode(code: ExitCode): number {
  return code <= EXIT.unknown ? code : EXIT.unknown
}
