/** `mts triage`: looks at everything at once and names the playbook to begin with. */
import { EXIT, type ExitCode } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { Triage } from '../../triage/triage.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import type { Line, Understood } from '../prompt-line.ts'
import { addExamples } from '../help.ts'

interface TriageOptions {
  readonly log?: string
}

export const triageCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('triage')
        .description(
          word('증거를 모아 플레이북 추천', 'rank the playbooks by the evidence at hand'),
        )
        .option(
          '--log <file>',
          word('함께 볼 로그(기본: 설정의 log)', 'a log to look at; default: the setting log'),
        )
        .action(({ log }: TriageOptions) => perform((context) => triage(context, log))),
      lang,
      [
        ['mts triage', text('어느 플레이북부터', 'which playbook to begin with')],
        ['mts triage -o json', text('JSON으로', 'as JSON')],
      ],
    )
  },
}

const EXITS: Readonly<Record<'critical' | 'warning' | 'unknown' | 'ok', ExitCode>> = {
  critical: EXIT.critical,
  warning: EXIT.warning,
  unknown: EXIT.unknown,
  ok: EXIT.ok,
}

async function triage(context: CommandContext, log: string | undefined): Promise<Outcome> {
  const [{ gatherEvidence, readPlaybooks }, { rankPlaybooks, verdictOf }, { renderTriage }] =
    await Promise.all([
      import('../triage-evidence.ts'),
      import('../../triage/rank.ts'),
      import('../../render/triage.ts'),
    ])
  // Read before anything is asked: work of our own in between would look like a slow service.
  const playbooks = await readPlaybooks(context)
  const seen = await gatherEvidence(context, await existingLog(context, log))
  const value = rankPlaybooks(seen, playbooks)
  const outcome: Outcome<Triage> = {
    value,
    exitCode: EXITS[verdictOf(value, seen)],
    faces: { table: renderTriage },
  }
  const offered = context.ports.stdout.isTTY && value.hypotheses.length > 0
  if (context.terminal === undefined || !offered) return outcome
  // Shown before the question, so not once more after it.
  const shown: Outcome<Triage> = { ...outcome, faces: { table: () => '' } }
  const chosen = await choose(context, value, context.terminal)
  if (chosen.kind === 'interrupt') return { ...shown, exitCode: EXIT.interrupted }
  if (chosen.kind === 'closed' || chosen.value === undefined) return shown
  const [{ walkDocument }, { openDocument }] = await Promise.all([
    import('../walk.ts'),
    import('../documents.ts'),
  ])
  const { document } = await openDocument(context, 'Playbook', chosen.value)
  return walkDocument(context, document, { inputs: [] })
}

/** A name that was typed must be there; the configured one may be missing, and that is said. */
async function existingLog(
  context: CommandContext,
  log: string | undefined,
): Promise<string | undefined> {
  if (log === undefined) return undefined
  const [{ resolve }, { stat }, { MtsError, systemCodeOf }] = await Promise.all([
    import('node:path'),
    import('node:fs/promises'),
    import('../../core/errors.ts'),
  ])
  const path = resolve(context.ports.cwd, log)
  try {
    await stat(path)
    return path
  } catch (error) {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(
        `로그 파일이 없습니다: ${path}(${systemCodeOf(error) ?? ''})`,
        `there is no such log: ${path} (${systemCodeOf(error) ?? ''})`,
      ),
      cause: error,
    })
  }
}

/** The id of a playbook; undefined: none. */
type Choice = string | undefined

async function choose(
  context: CommandContext,
  value: Triage,
  terminal: NonNullable<CommandContext['terminal']>,
): Promise<Line<Choice>> {
  const [{ askLine }, { screenText }, { createView, wantsColor }, { renderTriage }] =
    await Promise.all([
      import('../prompt-line.ts'),
      import('../../render/output.ts'),
      import('../context.ts'),
      import('../../render/triage.ts'),
    ])
  const { ports, globals, lang } = context
  ports.stdout.write(
    screenText(renderTriage(value, await context.view()), wantsColor(ports, globals, ports.stdout)),
  )
  const { paint } = await createView(ports, lang, wantsColor(ports, globals, ports.stderr))
  return askLine<Choice>(
    {
      message: text('선택:', 'your choice:')[lang],
      keys: text('Enter 1번 시작 · 숫자 선택 · q', 'Enter starts 1 · a number chooses · q')[lang],
      parse: (typed) => parseChoice(typed, value, lang),
    },
    {
      input: terminal.input,
      output: terminal.output,
      signal: context.signal,
      paintHint: (words) => paint.warning(words),
      paintKeys: (words) => paint.dim(words),
    },
  )
}

/** Enter is the first one: what is offered, nothing that changes anything by itself. */
function parseChoice(typed: string, value: Triage, lang: 'ko' | 'en'): Understood<Choice> {
  const word = typed.trim().toLowerCase()
  // ㅂ is the key of q while Hangul is switched on.
  if (word === 'q' || word === 'ㅂ') return { kind: 'value', value: undefined }
  const chosen = value.hypotheses[word === '' ? 0 : Number(word) - 1]
  if (chosen !== undefined && /^\d*$/.test(word)) return { kind: 'value', value: chosen.playbook }
  const count = value.hypotheses.length
  return {
    kind: 'again',
    hint: text(`1~${count} 또는 q를 입력하세요`, `type 1 to ${count}, or q`)[lang],
  }
}
