/** A silence before and after: what it hides now, what it could hide later, until when, and why. */
import type { SilenceLook, UnsilenceLook } from '../alerts/silence-actions.ts'
import type { SilenceReach } from '../alerts/silence-rules.ts'
import type { SilenceListValue, SilenceResultValue } from '../alerts/silence-value.ts'
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import { command, line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

export function renderSilenceAction(value: SilenceResultValue, view: View): string {
  const ends = value.action === 'unsilence'
  const heads = {
    succeeded: ends ? text('해제', 'Ended') : text('침묵', 'Silenced'),
    refused: text('거부', 'Refused'),
    confirmation_required: text('승인 대기', 'Waiting'),
    failed: text('실패', 'Failed'),
    violated: text('실패', 'Failed'),
    unknown: text('결과 미확인', 'Unknown'),
  } as const
  const tone =
    value.outcome === 'succeeded' ? 'ok' : value.outcome === 'unknown' ? 'unknown' : 'warning'
  const what = value.matchers.length === 0 ? (value.silenceId ?? '') : value.matchers.join(', ')
  const lines = [paintLabel(view, heads[value.outcome], what, tone)]
  for (const { message } of value.reasons) {
    lines.push(line(view, text('이유', 'Why'), say(view, message)))
  }
  lines.push(...reachLines(value, ends, view))
  if (value.endsAt !== null && !ends)
    lines.push(line(view, text('끝', 'Until'), minuteOf(value.endsAt)))
  else if (value.forMs !== undefined) {
    lines.push(line(view, text('기간', 'For'), say(view, durationText(value.forMs))))
  }
  if (value.reason !== '') lines.push(line(view, text('사유', 'Reason'), value.reason))
  if (value.silenceId !== undefined && !ends && value.outcome === 'succeeded') {
    const words = `mts alerts silence --remove ${value.silenceId}`
    lines.push(command(view, text('해제 명령', 'To end'), words))
  }
  if (value.rerun !== undefined) lines.push(command(view, text('계속', 'Go on'), value.rerun))
  lines.push(line(view, text('기록', 'Run'), value.run))
  return lines.join('\n')
}

const UNSEEN = text(
  '확인 불가(Alertmanager를 읽지 못함)',
  'not known (Alertmanager could not be read)',
)

function reachLines(
  { hides, couldHide }: Pick<SilenceReach, 'couldHide'> & Pick<SilenceResultValue, 'hides'>,
  ends: boolean,
  view: View,
): readonly string[] {
  const now = hides?.map(({ alertname, labels }) =>
    labels['instance'] === undefined ? alertname : `${alertname}(${labels['instance']})`,
  )
  const nowLabel = ends ? text('다시 알림', 'Told again') : text('지금 가림', 'Hides now')
  const none = text('없음', 'none')
  const later =
    couldHide === null
      ? text('확인 불가(Prometheus 규칙을 읽지 못함)', 'not known (the rules could not be read)')
      : couldHide.length === 0
        ? none
        : text(couldHide.join(', '), couldHide.join(', '))
  return [
    line(
      view,
      nowLabel,
      now === undefined ? say(view, UNSEEN) : now.length === 0 ? say(view, none) : now.join(', '),
    ),
    ...(ends ? [] : [line(view, text('앞으로', 'Later'), say(view, later))]),
  ]
}

/** What the person sees before typing. */
export function renderSilenceApproval(look: SilenceLook | UnsilenceLook, view: View): string {
  const ends = 'silence' in look
  const title = ends ? text('침묵 해제', 'End a silence') : text('알림 침묵', 'Silence alerts')
  return [
    view.paint.bold(say(view, title)),
    ...reachLines({ hides: look.reach.hides, couldHide: look.reach.couldHide }, ends, view),
  ].join('\n')
}

export function renderSilenceList(value: SilenceListValue, view: View): string {
  if (value.items.length === 0) return say(view, text('걸려 있는 침묵 없음', 'no silence is set'))
  return value.items
    .map(({ id, matchers, endsAt, createdBy, comment }) =>
      [
        line(view, text('침묵', 'Silence'), matchers.join(', ')),
        line(
          view,
          text('', ''),
          say(
            view,
            text(
              `${minuteOf(endsAt)}까지 · ${createdBy} · ${comment}`,
              `until ${minuteOf(endsAt)} · ${createdBy} · ${comment}`,
            ),
          ),
        ),
        line(view, text('', ''), id),
      ].join('\n'),
    )
    .join('\n')
}

/** `2026-11-24 10:52`, in Seoul as it came. */
function minuteOf(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
}
