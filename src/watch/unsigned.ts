/** The morning's checklist that nobody has signed: told once for each day, where people read. */
import { shortDate, type SeoulDate } from '../core/dates.ts'
import type { Channel } from '../core/notice.ts'
import { text } from '../core/text.ts'
import type { Draft } from './incidents.ts'
import { muteOfAll } from './mute.ts'

/** The date that was told, to be remembered. */
export function tellUnsigned(draft: Draft, told: SeoulDate | undefined): SeoulDate | undefined {
  const { unsigned, atMs, service, commandLine } = draft.round
  if (unsigned === undefined || unsigned.date === told) return undefined
  const { date, since, open } = unsigned
  const day = shortDate(date)
  const left = open === 0 ? text('', '') : text(`(미응답 ${open})`, ` (${open} to answer)`)
  const title = text(
    `[점검] 일일 점검 미서명 · ${day} ${since} 지남${left.ko}`,
    `[CHECKLIST] the daily of ${date} is not signed by ${since}${left.en}`,
  )
  const mute = muteOfAll(atMs, draft.policy, draft.maintenance)
  const channels: readonly Channel[] =
    mute === undefined && draft.policy.channels.includes('slack') ? ['slack'] : []
  draft.changes.push({
    event: 'run',
    atMs,
    severity: 'warning',
    title,
    channels,
    ...(mute === undefined ? {} : { muted: mute.kind }),
  })
  for (const channel of channels) {
    draft.notices.push({
      channel,
      notice: {
        event: 'run',
        severity: 'warning',
        title: title.ko,
        evidence: [],
        commands: [commandLine(['mts', 'checklist', 'daily'])],
        service,
        atMs,
      },
    })
  }
  // Works end before noon more often than not: it is told then.
  return mute === undefined ? date : undefined
}
