/**
 * The operator's own commands as actions: `action: command.scale-out`. They pass the same gate as
 * everything that changes something. Reading cannot tell what came of one, so where its end was not
 * seen a person has to say; and one that is not configured leaves its step to a person.
 */
import { z } from 'zod'
import { digestOf } from '../core/digest.ts'
import { cleanText } from '../core/sanitize.ts'
import type { OperatorCommand } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { AnyAction } from './catalog.ts'
import type { ActionDeclaration, Look, Reason, Verdict } from './operation.ts'

const COMMAND_PREFIX = 'command.'

/** How a command ended. Output is cleaned, its newest lines. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string }
  /** No program of that name, or it may not be run: nothing has happened. */
  | { readonly kind: 'not_started'; readonly detail: string }
  /** Ended by its time limit or by a signal: how far it came is not known. */
  | { readonly kind: 'cut_short'; readonly detail: string; readonly output: string }

export type RunOperatorCommand = (
  command: OperatorCommand,
  signal: AbortSignal,
) => Promise<CommandEnd>

export interface CommandLook extends Look {
  readonly command: string
  /** Secrets masked. */
  readonly argv: readonly string[]
  readonly impact: OperatorCommand['impact']
  readonly timeoutMs: number
}

export interface CommandVerdict extends Verdict {
  readonly exitCode?: number
  readonly output?: string
}

const inputs = z.strictObject({})

const outputs = z.object({
  outcome: z.enum([
    'succeeded',
    'refused',
    'confirmation_required',
    'failed',
    'violated',
    'unknown',
  ]),
  reasons: z.array(z.object({ code: z.string() })),
  exitCode: z.number().optional(),
  output: z.string().optional(),
})

export function isCommandId(id: string): boolean {
  return /^command\.[a-z0-9][a-z0-9-]{0,63}$/.test(id)
}

export function createCommandAction(
  command: OperatorCommand,
  run: RunOperatorCommand,
): ActionDeclaration<Record<string, never>, CommandLook, CommandEnd, CommandVerdict> {
  return {
    id: `${COMMAND_PREFIX}${command.id}`,
    title: text(`운영자 명령 ${command.id}`, `the operator's command ${command.id}`),
    // What is declared as harmless is asked about all the same: one gate for all that is started.
    impact: command.impact === 'mutating' ? 'mutating' : 'undetermined',
    idempotent: false,
    settledBy: 'person',
    timeLimitMs: command.timeoutMs,
    inputs,
    outputs,
    plan: () => ({ kind: 'command', argv: shownArgv(command) }),
    look(_input, { clock }) {
      const argv = shownArgv(command)
      return Promise.resolve({
        // One at a time on one service: the lock and the open intent are the command's own.
        date: `${COMMAND_PREFIX}${command.id}`,
        evidence: {
          argv: digestOf(command.argv),
          impact: command.impact,
          timeoutMs: command.timeoutMs,
        },
        startedMonotonicMs: clock.monotonicMs(),
        refusals: [],
        typedConfirmation: command.id,
        confirmationPrompt: text(
          '계속하려면 명령 이름을 입력하세요(Enter: 취소)',
          "type the command's name to go on (Enter cancels)",
        ),
        summary: text(`${command.id}: ${argv.join(' ')}`, `${command.id}: ${argv.join(' ')}`),
        command: command.id,
        argv,
        impact: command.impact,
        timeoutMs: command.timeoutMs,
      })
    },
    send: (_input, _look, { signal }) => run(command, signal),
    reconcile: (_input, { sent }) => Promise.resolve(verdictOf(command, sent)),
  }
}

function shownArgv(command: OperatorCommand): readonly string[] {
  return command.argv.map((word) => cleanText(word, 200))
}

function verdictOf(command: OperatorCommand, end: CommandEnd | undefined): CommandVerdict {
  if (end === undefined) return { outcome: 'unknown', reasons: [endNotSeen(command)] }
  switch (end.kind) {
    case 'not_started':
      return {
        outcome: 'failed',
        reasons: [
          reason('COMMAND_NOT_STARTED', [
            `실행하지 못했습니다: ${command.argv[0]}(${end.detail})`,
            `could not be started: ${command.argv[0]} (${end.detail})`,
          ]),
        ],
      }
    case 'cut_short':
      return {
        outcome: 'unknown',
        output: end.output,
        reasons: [
          reason('COMMAND_CUT_SHORT', [
            `끝나기 전에 중단됨(${end.detail}): 어디까지 실행되었는지 알 수 없습니다`,
            `cut short (${end.detail}): how far it came is not known`,
          ]),
        ],
      }
    case 'exited': {
      const { exitCode, output } = end
      const lastLine = output.split('\n').findLast((line) => line.trim() !== '') ?? ''
      const tail = lastLine === '' ? '' : ` · ${lastLine}`
      if (exitCode === 0) {
        return {
          outcome: 'succeeded',
          reasons: [],
          exitCode,
          output,
          summary: text(`${command.id} 완료${tail}`, `${command.id} done${tail}`),
        }
      }
      return {
        outcome: 'failed',
        exitCode,
        output,
        reasons: [
          reason('COMMAND_FAILED', [
            `${command.id} 종료 코드 ${exitCode}: 일부 실행되었을 수 있습니다${tail}`,
            `${command.id} ended with ${exitCode}; a part of it may have taken effect${tail}`,
          ]),
        ],
      }
    }
  }
}

function endNotSeen(command: OperatorCommand): Reason {
  return reason('COMMAND_END_UNKNOWN', [
    `${command.id}의 끝을 보지 못했습니다. 실행되었는지 직접 확인하세요`,
    `the end of ${command.id} was not seen; look yourself whether it has run`,
  ])
}

function reason(code: string, [ko, en]: readonly [string, string]): Reason {
  return { code, message: text(ko, en) }
}

/** The same name where it is not configured: nothing can be started, a person does the step. */
export function createUnavailableCommand(id: string): AnyAction {
  const name = id.slice(COMMAND_PREFIX.length)
  const unavailable: Text = text(
    `설정 commands에 ${name} 없음: 직접 실행하세요`,
    `${name} is not set up in commands: do it by hand`,
  )
  const never = (): Promise<never> => Promise.reject(new Error(`${id} is not configured`))
  const action: ActionDeclaration<Record<string, never>, Look, never, CommandVerdict> = {
    id,
    title: text(`운영자 명령 ${name}`, `the operator's command ${name}`),
    impact: 'undetermined',
    idempotent: false,
    unavailable,
    inputs,
    outputs,
    look: never,
    send: never,
    reconcile: never,
  }
  return action
}
