/**
 * What shows in no meter and still matters today: follow-ups that nobody has closed, works that are
 * announced in the configuration, certificates and tokens that run out. What could not be read is
 * named; only what every source is silent about is fine.
 */
import { z } from 'zod'
import { daysBetween, seoulDateOf, weekdayOf, type SeoulDate } from '../core/dates.ts'
import type { MaintenanceWindow } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'

export interface OpenFollowUp {
  /** `20261124-01.2`, or the run alone. */
  readonly id: string
  readonly text: Text
  /** Begins with `YYYY-MM-DD`. */
  readonly due?: string
}

/** When something runs out; `untilMs` absent: it does not say. */
export interface RunningOut {
  /** A host, or the name of a setting: never the secret itself. */
  readonly name: string
  readonly kind: 'certificate' | 'token'
  readonly untilMs?: number
  /** Why it could not be read. */
  readonly problem?: string
}

export interface OpenMattersPorts {
  followUps(): Promise<readonly OpenFollowUp[]>
  readonly maintenance: readonly MaintenanceWindow[]
  /** Certificates of the servers that are talked to, and tokens that name their end. */
  runningOut(signal: AbortSignal): Promise<readonly RunningOut[]>
}

const mattersInput = z.object({
  certificateDays: z.int().min(1).max(365).default(30),
  tokenDays: z.int().min(1).max(365).default(14),
})
type MattersInput = z.output<typeof mattersInput>

const endShape = z.object({
  name: z.string(),
  kind: z.enum(['certificate', 'token']),
  until: z.string(),
  daysLeft: z.number(),
})
type End = z.output<typeof endShape>

const mattersOutputs = z.object({
  followUpCount: z.number(),
  /** Past the day they were due. */
  overdueCount: z.number(),
  followUps: z.array(z.object({ id: z.string(), due: z.string().optional() })),
  /** Works of today, as they are configured. */
  maintenance: z.array(z.string()),
  ends: z.array(endShape),
  expired: z.array(z.string()),
  /** Within the days that are asked for. */
  soon: z.array(z.string()),
  unread: z.array(z.string()),
})

export function createOpenMattersProbe(ports: OpenMattersPorts): ProbeDeclaration<MattersInput> {
  return {
    id: 'matters.open',
    title: text('남은 조치·점검 공지·만료', 'follow-ups, works, expiries'),
    impact: 'read_only',
    idempotent: true,
    inputs: mattersInput,
    outputs: mattersOutputs,
    async observe(input, context) {
      const today = seoulDateOf(context.clock.now())
      const [followUps, found] = await Promise.all([
        ports.followUps(),
        ports.runningOut(context.signal),
      ])
      const ends = found.flatMap((one) => endOf(one, today))
      const expired = ends.filter(({ daysLeft }) => daysLeft < 0)
      const soon = ends.filter(({ kind, daysLeft }) => {
        const days = kind === 'token' ? input.tokenDays : input.certificateDays
        return daysLeft >= 0 && daysLeft <= days
      })
      const unread = found.filter(({ problem }) => problem !== undefined)
      const overdue = followUps.filter(({ due }) => due !== undefined && due.slice(0, 10) < today)
      const works = worksOf(ports.maintenance, today)
      return {
        kind: 'observed',
        value: {
          followUpCount: followUps.length,
          overdueCount: overdue.length,
          followUps: followUps.map(({ id, due }) => ({
            id,
            ...(due === undefined ? {} : { due }),
          })),
          maintenance: works,
          ends,
          expired: expired.map(({ name }) => name),
          soon: soon.map(({ name }) => name),
          unread: unread.map(({ name }) => name),
        },
        summary: joined([
          ...expired.map(endWords),
          ...soon.map(endWords),
          ...followUpWords(followUps, overdue.length),
          ...works.map((work) => text(`오늘 점검: ${work}`, `works today: ${work}`)),
          ...unread.map(unreadWords),
        ]),
        source: 'journal runs, settings, TLS',
      }
    },
  }
}

function endOf({ name, kind, untilMs }: RunningOut, today: SeoulDate): readonly End[] {
  if (untilMs === undefined || !Number.isFinite(untilMs)) return []
  const until = seoulDateOf(untilMs)
  return [{ name, kind, until, daysLeft: daysBetween(today, until) }]
}

/** Those that begin today; one without a day is every day's, and no news. */
function worksOf(windows: readonly MaintenanceWindow[], today: SeoulDate): string[] {
  return windows
    .filter(({ date, weekdays }) =>
      date === undefined ? weekdays?.includes(weekdayOf(today)) === true : date === today,
    )
    .map(({ from, until, reason }) => `${from}-${until}${reason === undefined ? '' : ` ${reason}`}`)
}

function endWords({ name, kind, until, daysLeft }: End): Text {
  const what = kind === 'token' ? text('토큰', 'token') : text('인증서', 'certificate')
  return daysLeft < 0
    ? text(`${what.ko} 만료됨: ${name}(${until})`, `${what.en} expired: ${name} (${until})`)
    : text(
        `${what.ko} 만료 ${daysLeft}일 전: ${name}(${until})`,
        `${what.en} of ${name} ends in ${daysLeft} days (${until})`,
      )
}

const NAMED = 2

function followUpWords(all: readonly OpenFollowUp[], overdue: number): readonly Text[] {
  if (all.length === 0) return []
  const late = overdue === 0 ? text('', '') : text(`, 기한 지남 ${overdue}건`, `, ${overdue} late`)
  const named = all.slice(0, NAMED)
  const more = all.length > NAMED ? ' …' : ''
  return [
    text(
      `남은 조치 ${all.length}건${late.ko}: ${named.map((one) => `${one.id} ${one.text.ko}`).join(' / ')}${more}`,
      `${all.length} follow-ups open${late.en}: ${named.map((one) => `${one.id} ${one.text.en}`).join(' / ')}${more}`,
    ),
  ]
}

function unreadWords({ name, kind, problem = '' }: RunningOut): Text {
  return kind === 'token'
    ? text(`토큰 만료일 확인 불가: ${name}(${problem})`, `end of ${name} not known (${problem})`)
    : text(`인증서 확인 불가: ${name}(${problem})`, `certificate of ${name} not read (${problem})`)
}

function joined(parts: readonly Text[]): Text {
  if (parts.length === 0) {
    return text('남은 조치·점검·임박한 만료 없음', 'no follow-up, works or expiry at hand')
  }
  return text(parts.map(({ ko }) => ko).join(' · '), parts.map(({ en }) => en).join('; '))
}
