/** `--complete`, `--skip`, `--confirm`, `--repeat` of `mts run resume`: the answer for one step. */
import { text, type Text } from '../core/text.ts'
import type { GivenAnswer, StepAnswer } from '../playbook/dialog.ts'
import { stepAt } from '../playbook/fold.ts'
import type { RunState } from '../playbook/run-state.ts'
import { usageError } from './usage-error.ts'

export interface ResumeFlags {
  readonly step?: string
  readonly complete?: boolean
  readonly value?: readonly string[]
  readonly skip?: string
  readonly confirm?: string
  readonly repeat?: boolean
  readonly input?: readonly string[]
}

/** Undefined when no answer is given. Throws USAGE (64) for flags that do not go together. */
export function givenAnswer(flags: ResumeFlags, state: RunState): GivenAnswer | undefined {
  const ways = [
    flags.complete === true ? '--complete' : undefined,
    flags.skip === undefined ? undefined : '--skip',
    flags.confirm === undefined ? undefined : '--confirm',
    flags.repeat === true ? '--repeat' : undefined,
  ].filter((way) => way !== undefined)
  if (ways.length > 1) {
    throw usageError(
      text(`함께 쓸 수 없습니다: ${ways.join(', ')}`, `only one of these: ${ways.join(', ')}`),
    )
  }
  const [way] = ways
  if (way === undefined) {
    if (flags.step === undefined && flags.value === undefined) return undefined
    throw usageError(
      text(
        '--step에는 --complete, --skip, --confirm, --repeat 중 하나가 필요합니다',
        '--step takes one of --complete, --skip, --confirm, --repeat',
      ),
    )
  }
  const { step } = flags
  if (step === undefined) throw usageError(whichStep(way, state))
  if (way === '--confirm') return { step, confirm: flags.confirm ?? '' }
  return { step, answer: answerOf(flags, step, state) }
}

function answerOf(flags: ResumeFlags, step: string, state: RunState): StepAnswer {
  if (flags.skip !== undefined) return { kind: 'skip', reason: flags.skip }
  if (flags.repeat === true) return { kind: 'repeat' }
  const { verdict, reason, ...values } = parseValues(flags.value ?? [])
  const own = state.document.steps.find((candidate) => candidate.id === step)
  const fields = own?.type === 'manual' ? own.expects.map((field) => field.id) : []
  // A step may have fields of these names; then they are its own.
  if (verdict === undefined || fields.includes('verdict')) {
    return { kind: 'complete', values: parseValues(flags.value ?? []) }
  }
  if (verdict === 'pass') {
    return { kind: 'complete', values: reason === undefined ? values : { ...values, reason } }
  }
  if (verdict === 'fail') return { kind: 'fail', reason: reason ?? '' }
  throw usageError(text('verdict는 pass 또는 fail입니다', 'verdict is pass or fail'))
}

function parseValues(pairs: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) {
      throw usageError(text(`--value는 이름=값 형식입니다: ${pair}`, `--value takes k=v: ${pair}`))
    }
    values[pair.slice(0, at).trim()] = pair.slice(at + 1)
  }
  return values
}

function whichStep(way: string, state: RunState): Text {
  const at = state.waiting?.step ?? stepAt(state)?.id ?? ''
  return text(
    `${way}에는 --step이 필요합니다(현재 단계: ${at})`,
    `${way} needs --step (the run stands at ${at})`,
  )
}
