/** Runs as people read them: where it stands and what it found first, then the steps, then how it goes on. */
import { durationText } from '../core/duration.ts'
import type { RunStatus } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { ActionRunSummary, Run, RunList, RunSummary, WaitingFor } from '../playbook/run.ts'
import { padCells, wrapCells } from './columns.ts'
import { command, line, paintLabel, spread } from './lines.ts'
import { reachedSteps, renderStepLine } from './step.ts'
import { say, type Paint, type View } from './view.ts'

const RUN_STATES: Readonly<Record<RunStatus, { words: Text; tone: Exclude<keyof Paint, 'bold'> }>> =
  {
    running: { words: text('진행 중', 'running'), tone: 'dim' },
    waiting: { words: text('대기', 'waiting'), tone: 'warning' },
    succeeded: { words: text('완료', 'done'), tone: 'ok' },
    failed: { words: text('실패', 'failed'), tone: 'critical' },
    aborted: { words: text('중지', 'aborted'), tone: 'unknown' },
    interrupted: { words: text('중단됨', 'interrupted'), tone: 'warning' },
  }

/** `shown`: steps that are on the screen already, at the end of a walk at a terminal. */
export function renderRun(run: Run, view: View, shown: ReadonlySet<string> = new Set()): string {
  return [
    ...headLines(run, view),
    ...exportedLines(run, view),
    ...importedLines(run, view),
    ...documentLines(run, view),
    ...stepLines(run, view, shown),
    ...tailLines(run, view),
  ].join('\n')
}

/** The run goes on as it was begun, whatever the file says by now. */
function documentLines({ documentNow, playbook }: Run, view: View): string[] {
  if (documentNow === undefined) return []
  const { file, status } = documentNow
  const words =
    status === 'edited'
      ? text(
          `실행을 시작한 뒤 수정됨. 이 실행은 시작할 때의 내용(${playbook.version})으로 이어집니다: ${file}`,
          `edited since the run began; it goes on as it was then (${playbook.version}): ${file}`,
        )
      : text(
          `파일이 없어짐. 이 실행은 시작할 때의 내용(${playbook.version})으로 이어집니다: ${file}`,
          `the file is gone; the run goes on as it was then (${playbook.version}): ${file}`,
        )
  return [paintLabel(view, text('문서', 'Document'), say(view, words), 'warning')]
}

/** Title, priority, run and how long it has been going, with how far it came. */
export function runHeadline(run: Run, view: View, elapsedMs: number): string {
  const elapsed = durationText(Math.max(0, elapsedMs))
  const title = view.paint.bold(say(view, run.title))
  const rest = [run.priority, run.run, say(view, text(`경과 ${elapsed.ko}`, `for ${elapsed.en}`))]
  const left = `${title}  ${rest.filter((part) => part !== undefined).join(' · ')}`
  return spread(left, progressOf(run), Math.min(80, view.width))
}

function progressOf(run: Run): string {
  const at = run.steps.findIndex((step) => step.id === run.waitingFor?.step)
  const reached = reachedSteps(run).at(-1)?.number ?? 0
  return `${at === -1 ? reached : at + 1}/${run.steps.length}`
}

function headLines(run: Run, view: View): string[] {
  const ended = run.endedAt === undefined ? view.nowMs : Date.parse(run.endedAt)
  const lines = [runHeadline(run, view, ended - Date.parse(run.startedAt))]
  const { words, tone } = RUN_STATES[run.status]
  if (run.finding !== undefined) {
    const finding = `${say(view, run.finding.message)} (${run.finding.code})`
    lines.push(paintLabel(view, words, finding, tone === 'dim' ? 'ok' : tone))
  } else if (run.waitingFor === undefined && run.exported === undefined) {
    lines.push(
      paintLabel(view, words, say(view, ENDINGS[run.status]), tone === 'dim' ? 'ok' : tone),
    )
  }
  return lines
}

const EXPORTED = { words: text('내보냄', 'exported'), tone: 'dim' } as const

const ENDINGS: Readonly<Record<RunStatus, Text>> = {
  running: text('다른 곳에서 진행하고 있습니다', 'it is being walked right now'),
  waiting: text('사람을 기다립니다', 'it waits for a person'),
  succeeded: text('모든 단계를 마쳤습니다', 'every step is done'),
  failed: text('실패로 끝났습니다', 'it ended as failed'),
  aborted: text('중지했습니다', 'it was aborted'),
  interrupted: text('도중에 끊겼습니다', 'it was cut short'),
}

/** Who has it now, said before anything else: what follows is only how it was when it left. */
function exportedLines(run: RunSummary | ActionRunSummary, view: View): string[] {
  if (run.exported === undefined) return []
  const { at, by, host } = run.exported
  const when = at.slice(0, 16).replace('T', ' ')
  const words = text(
    `${when} ${by}@${host}. 가져간 곳에서만 이어 할 수 있습니다`,
    `${when} by ${by}@${host}; it goes on only where it was imported`,
  )
  return [paintLabel(view, text('내보냄', 'Exported'), say(view, words), 'warning')]
}

function importedLines({ imported }: Run, view: View): string[] {
  if (imported === undefined) return []
  const { from, at } = imported
  const words = `${from.by}@${from.host} ${from.run} → ${at.slice(0, 16).replace('T', ' ')}`
  return [line(view, text('가져옴', 'Imported'), words)]
}

function stepLines(run: Run, view: View, shown: ReadonlySet<string>): string[] {
  return reachedSteps(run)
    .filter(({ step }) => step.id !== run.waitingFor?.step && !shown.has(step.id))
    .map(({ step, number }) => renderStepLine(step, number, view))
}

function tailLines(run: Run, view: View): string[] {
  const lines: string[] = []
  const { waitingFor, pendingAction } = run
  if (pendingAction !== undefined) {
    lines.push(
      paintLabel(
        view,
        text('결과 미확인', 'Unknown'),
        say(
          view,
          text(
            `${pendingAction.action} 요청을 ${pendingAction.sentAt}에 보냈으나 결과를 모릅니다. 다시 보내지 마세요`,
            `${pendingAction.action} was sent at ${pendingAction.sentAt} and its result is not known; do not send it again`,
          ),
        ),
        'unknown',
      ),
    )
  }
  if (waitingFor !== undefined) lines.push(...waitingLines(run, waitingFor, view))
  if (run.handedTo !== undefined) {
    lines.push(
      line(view, text('인계', 'Handed to'), `${run.handedTo.to} (${run.handedTo.at})`),
      command(view, text('', ''), `mts run handoff ${run.run} --to ${run.handedTo.to}`),
    )
  }
  return lines
}

function waitingLines(run: Run, waiting: WaitingFor, view: View): string[] {
  const lines: string[] = []
  const index = run.steps.findIndex((step) => step.id === waiting.step)
  const step = run.steps[index]
  if (step !== undefined && waiting.question !== 'interrupted') {
    lines.push(
      renderStepLine({ ...step, status: 'waiting' }, index + 1, view, say(view, waiting.prompt)),
    )
  } else {
    lines.push(paintLabel(view, RUN_STATES[run.status].words, say(view, waiting.prompt), 'warning'))
  }
  if (waiting.danger !== undefined) {
    lines.push(paintLabel(view, text('주의', 'Careful'), say(view, waiting.danger), 'warning'))
  }
  for (const reason of waiting.reasons ?? []) {
    lines.push(line(view, text('이유', 'Why'), say(view, reason.message)))
  }
  for (const field of waiting.fields ?? []) {
    const need = field.required ? text('필수', 'required') : text('선택', 'optional')
    lines.push(
      line(
        view,
        text('입력', 'Enter'),
        `${field.id}: ${say(view, field.title)} (${field.type}, ${say(view, need)})`,
      ),
    )
  }
  lines.push(command(view, text('계속', 'Go on'), waiting.rerun))
  const others = otherWays(waiting)
  if (others !== undefined) lines.push(line(view, text('다른 선택', 'Or'), say(view, others)))
  return lines
}

/** What else the step takes, in place of the ending of the printed command. */
function otherWays(waiting: WaitingFor): Text | undefined {
  const at = `--step ${waiting.step}`
  switch (waiting.question) {
    case 'manual':
      return text(`${at} --skip '사유'`, `${at} --skip 'reason'`)
    case 'approval':
      return text(
        `${at} --complete --value verdict=fail(반려), --skip '사유'`,
        `${at} --complete --value verdict=fail (no), --skip 'reason'`,
      )
    case 'judge':
      return text(
        `${at} --complete(정상 판정), --complete --value verdict=fail(실패 판정), --skip '사유'`,
        `${at} --complete (it is fine), --complete --value verdict=fail (it is not), --skip 'reason'`,
      )
    case 'applies':
    case 'blocked':
    case 'action':
      return text(`${at} --skip '사유'`, `${at} --skip 'reason'`)
    default:
      return undefined
  }
}

export function renderRunList(list: RunList, view: View): string {
  if (list.runs.length === 0) return say(view, text('실행 기록이 없습니다', 'no runs on record'))
  const width = Math.min(80, view.width)
  const lines: string[] = []
  for (const run of list.runs) {
    const { words, tone } = run.exported === undefined ? RUN_STATES[run.status] : EXPORTED
    const label = say(view, words)
    const head = `${run.run}  ${view.paint[tone](label)}${padCells(label, 10).slice(label.length)}`
    const left = `${head}${subjectOf(run, view)}`
    lines.push(
      spread(left, `${run.startedAt.slice(5, 16).replace('T', ' ')} ${run.operator}`, width),
    )
    for (const why of listReasons(run, view)) {
      lines.push(...wrapCells(why, width - 13).map((part) => ' '.repeat(13) + part))
    }
  }
  return lines.join('\n')
}

function subjectOf(run: RunSummary | ActionRunSummary, view: View): string {
  if ('action' in run) return run.action
  return `${say(view, run.title)}${run.priority === undefined ? '' : ` ${run.priority}`}`
}

function listReasons(run: RunSummary | ActionRunSummary, view: View): string[] {
  if (run.exported !== undefined) {
    const { at, by, host = '' } = run.exported
    return [`${at.slice(5, 16).replace('T', ' ')} ${by}@${host}`]
  }
  if ('action' in run) {
    const open = run.status === 'waiting' || run.status === 'interrupted'
    return open ? [`mts run resume ${run.run}`] : []
  }
  const { finding, waitingFor, openFollowUps } = run
  const reasons: string[] = []
  if (finding !== undefined) reasons.push(`${say(view, finding.message)} (${finding.code})`)
  else if (waitingFor !== undefined) reasons.push(say(view, waitingFor.prompt))
  if (openFollowUps !== undefined) {
    const count = text(`남은 조치 ${openFollowUps}건`, `${openFollowUps} follow-ups open`)
    reasons.push(`${say(view, count)}: mts run follow-up ${run.run}`)
  }
  return reasons
}
