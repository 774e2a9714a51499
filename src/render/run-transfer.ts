/** What leaving and arriving runs say: where the file is, who may act now, and the next command. */
import { text } from '../core/text.ts'
import { command, line, paintLabel } from './lines.ts'
import { say, type View } from './view.ts'

interface PendingRequest {
  readonly step: string
  readonly action: string
  readonly sentAt: string
}

export interface RunExported {
  readonly kind: 'RunExported'
  readonly run: string
  readonly file: string
  readonly events: number
  readonly digest: string
  readonly exportedAt: string
  readonly by: string
  readonly host: string
  /** False for a run that was over: its copy is a record. */
  readonly closed: boolean
  readonly url: string
  readonly pendingAction?: PendingRequest
  /** The command for the other machine. */
  readonly import: string
}

export interface RunImported {
  readonly kind: 'RunImported'
  readonly run: string
  readonly outcome: 'imported' | 'returned' | 'reopened'
  readonly formerly?: string
  readonly subject: string
  readonly status: string
  readonly url: string
  readonly from: { readonly host: string; readonly by: string; readonly at: string }
  readonly events: number
  readonly pendingAction?: PendingRequest
  readonly next: string
}

export function renderRunExported(value: RunExported, view: View): string {
  const { run, file, events, closed } = value
  const lines = [
    line(view, text('내보냄', 'Exported'), `${run} → ${file}`),
    line(
      view,
      text('내용', 'Holds'),
      say(
        view,
        text(
          `기록 ${events}건 · 확인값 ${value.digest.slice(0, 12)}`,
          `${events} events, digest ${value.digest.slice(0, 12)}`,
        ),
      ),
    ),
    closed
      ? paintLabel(
          view,
          text('닫힘', 'Closed'),
          say(
            view,
            text(
              '여기서는 더 진행할 수 없습니다. 파일은 한 곳에서만 가져가세요',
              'nothing more can be done with it here; import the file in one place only',
            ),
          ),
          'warning',
        )
      : line(
          view,
          text('사본', 'Copy'),
          say(view, text('끝난 실행의 기록입니다', 'the record of a run that is over')),
        ),
  ]
  lines.push(...pendingLines(value.pendingAction, view))
  lines.push(command(view, text('가져가기', 'There'), value.import))
  if (closed) {
    lines.push(command(view, text('되돌리기', 'Back'), `mts run import ${file} --reopen`))
  }
  return lines.join('\n')
}

const OUTCOMES = {
  imported: text('가져옴', 'Imported'),
  returned: text('돌아옴', 'Returned'),
  reopened: text('되돌림', 'Reopened'),
} as const

export function renderRunImported(value: RunImported, view: View): string {
  const { from } = value
  const lines = [
    paintLabel(
      view,
      OUTCOMES[value.outcome],
      `${value.run} · ${value.subject} · ${value.status}`,
      'ok',
    ),
    line(
      view,
      text('보낸 곳', 'From'),
      say(
        view,
        text(
          `${from.by}@${from.host} · ${from.at} · 기록 ${value.events}건, 해시 일치`,
          `${from.by}@${from.host}, ${from.at}, ${value.events} events, hashes fit`,
        ),
      ),
    ),
  ]
  if (value.formerly !== undefined) {
    lines.push(
      line(
        view,
        text('번호', 'Number'),
        say(
          view,
          text(
            `${value.formerly} 번호가 이미 있어 ${value.run} 번호로 가져왔습니다`,
            `${value.formerly} is taken here, so it is ${value.run} now`,
          ),
        ),
      ),
    )
  }
  lines.push(...pendingLines(value.pendingAction, view))
  lines.push(command(view, text('계속', 'Go on'), value.next))
  return lines.join('\n')
}

function pendingLines(pending: PendingRequest | undefined, view: View): string[] {
  if (pending === undefined) return []
  return [
    paintLabel(
      view,
      text('결과 미확인', 'Unknown'),
      say(
        view,
        text(
          `${pending.action}(${pending.sentAt} 전송): 이어 하면 조회부터 합니다. 다시 보내지 마세요`,
          `${pending.action} (sent ${pending.sentAt}): it is read first; do not send it again`,
        ),
      ),
      'unknown',
    ),
  ]
}
