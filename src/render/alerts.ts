/** Alerts and silences: what fires first, what is hidden last, each with its playbook. */
import type { AlertCondition, AlertItem, AlertList } from '../alerts/alert-list.ts'
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { command, line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

const CONDITIONS: Readonly<Record<AlertCondition, Text>> = {
  firing: text('발생', 'Firing'),
  pending: text('대기', 'Pending'),
  silenced: text('침묵', 'Silenced'),
  inhibited: text('가려짐', 'Inhibited'),
}

export function renderAlerts(value: AlertList, view: View): string {
  const lines: string[] = []
  for (const { source, reason } of value.unseen) {
    const words = say(view, text(`${source}: ${reason.ko}`, `${source}: ${reason.en}`))
    lines.push(paintLabel(view, text('확인 불가', 'UNKNOWN'), words, 'unknown'))
  }
  for (const item of value.items) lines.push(...renderItem(item, view))
  if (value.items.length === 0) {
    const none =
      value.unseen.length > 0
        ? text('알림이 보이지 않습니다(일부 확인 불가)', 'no alert is seen (not all could be read)')
        : text('발생한 알림 없음', 'no alert fires')
    lines.push(say(view, none))
  }
  const first = value.items.find(
    ({ state, playbook }) => state === 'firing' && playbook !== undefined,
  )
  if (first?.playbook !== undefined) {
    lines.push(command(view, text('조치', 'Next'), `mts playbook ${first.playbook}`))
  }
  return lines.join('\n')
}

function renderItem(item: AlertItem, view: View): readonly string[] {
  const where = item.labels['instance'] ?? item.labels['service'] ?? ''
  const sinceMs = item.since === null ? undefined : Date.parse(item.since)
  const age =
    sinceMs === undefined
      ? undefined
      : durationText(Math.max(0, Math.floor((view.nowMs - sinceMs) / 1000) * 1000))
  const parts = [
    item.alertname,
    ...(where === '' ? [] : [where]),
    ...(age === undefined ? [] : [say(view, text(`${age.ko} 전부터`, `for ${age.en}`))]),
    ...(item.receivers.length === 0 ? [] : [`→ ${item.receivers.join(', ')}`]),
  ]
  const words = `${parts.join(' · ')}${item.summary === '' ? '' : ` · ${item.summary}`}`
  const label = CONDITIONS[item.state]
  const head =
    item.state === 'firing'
      ? paintLabel(view, label, words, item.severity === 'critical' ? 'critical' : 'warning')
      : line(view, label, words)
  return item.playbook === undefined || item.state === 'silenced'
    ? [head]
    : [head, line(view, text('', ''), `mts playbook ${item.playbook}`)]
}
