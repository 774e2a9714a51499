/** The diagnosis: what is broken first, each with what it means and what mends it. */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { Diagnosis, Finding, FindingSeverity } from '../doctor/diagnosis.ts'
import { labelled } from './columns.ts'
import { LABEL_CELLS, line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

const LABELS: Readonly<Record<FindingSeverity, Text>> = {
  critical: text('위험', 'CRIT'),
  warning: text('경고', 'WARN'),
  info: text('참고', 'INFO'),
}

export function renderDiagnosis(value: Diagnosis, view: View): string {
  const open = value.findings.filter((finding) => finding.accepted === undefined)
  const accepted = value.findings.filter((finding) => finding.accepted !== undefined)
  const lines = alike(open).map((same) => renderFindings(same, view))
  if (open.length === 0) {
    lines.push(
      paintLabel(
        view,
        text('정상', 'OK'),
        say(view, value.unseen.length === 0 ? NOTHING_BLIND : NOTHING_BLIND_SEEN),
        'ok',
      ),
    )
  }
  for (const { code, subject, accepted: taken } of accepted) {
    if (taken === undefined) continue
    const words = `${code} ${subject} · ${taken.until} · ${taken.reason}`
    lines.push(line(view, text('인정', 'Accepted'), words))
  }
  for (const { what, reason } of value.unseen) {
    const words = say(view, text(`${what.ko}: ${reason.ko}`, `${what.en}: ${reason.en}`))
    lines.push(paintLabel(view, text('확인 불가', 'UNKNOWN'), words, 'unknown'))
  }
  lines.push(summary(value, open, view))
  return lines.join('\n')
}

const NOTHING_BLIND = text('사각지대 없음', 'nothing is blind')
const NOTHING_BLIND_SEEN = text(
  '확인한 범위에 사각지대 없음',
  'nothing is blind as far as could be seen',
)

/** The rest of them is in the JSON. */
const SHOWN_SUBJECTS = 12

/** What is said in the same words of several subjects is said once. */
function alike(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const { code, severity, message, remedy } = finding
    const words = [code, severity, message.ko, remedy.ko].join('\n')
    const same = groups.get(words)
    if (same === undefined) groups.set(words, [finding])
    else same.push(finding)
  }
  return [...groups.values()]
}

function renderFindings(same: readonly Finding[], view: View): string {
  const [first] = same
  if (first === undefined) return ''
  const { code, severity, message, remedy } = first
  const width = Math.min(80, view.width)
  const tone = severity === 'info' ? 'unknown' : severity
  const more = same.length - SHOWN_SUBJECTS
  const others = more <= 0 ? '' : say(view, text(` 외 ${more}건`, ` and ${more} more`))
  const subjects = same.slice(0, SHOWN_SUBJECTS).map(({ subject }) => subject)
  const head = `${code}  ${subjects.join(', ')}${others}`
  const label = LABELS[severity]
  return [
    severity === 'info' ? line(view, label, head) : paintLabel(view, label, head, tone),
    labelled('', say(view, message), LABEL_CELLS, width),
    labelled('', say(view, text(`→ ${remedy.ko}`, `→ ${remedy.en}`)), LABEL_CELLS, width),
  ].join('\n')
}

function summary(value: Diagnosis, open: readonly Finding[], view: View): string {
  const count = (severity: FindingSeverity): number =>
    open.filter((finding) => finding.severity === severity).length
  const accepted = value.findings.length - open.length
  return say(
    view,
    text(
      `위험 ${count('critical')} · 경고 ${count('warning')} · 참고 ${count('info')}${accepted > 0 ? ` · 인정 ${accepted}` : ''}${value.unseen.length > 0 ? ` · 확인 불가 ${value.unseen.length}` : ''}`,
      `${count('critical')} critical, ${count('warning')} warnings, ${count('info')} notes${accepted > 0 ? `, ${accepted} accepted` : ''}${value.unseen.length > 0 ? `, ${value.unseen.length} not seen` : ''}`,
    ),
  )
}
