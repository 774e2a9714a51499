/** `--from` and `--to` as people say them: a time of day, a date, or both. Seoul's clock. */
import { addDays, isSeoulDate, seoulDateOf, seoulInstant } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'

export type Window =
  | { readonly kind: 'window'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'problem'; readonly words: Text }

const DAY_MS = 86_400_000
/** What is asked at nine in the morning begins at nine in the evening. */
const DEFAULT_MS = 12 * 3_600_000
const MAX_DAYS = 31

/**
 * A bare time of day is, for `from`, the last one that has come; for `to`, the next one after `from`.
 * A bare date is its midnight for `from` and its end for `to`.
 */
export function parseWindow(
  from: string | undefined,
  to: string | undefined,
  nowMs: number,
): Window {
  const start = from === undefined ? undefined : instantOf(from)
  const end = to === undefined ? undefined : instantOf(to)
  if (from !== undefined && start === undefined) return unreadable('--from', from)
  if (to !== undefined && end === undefined) return unreadable('--to', to)
  const fixedTo =
    end === undefined || end.kind === 'time'
      ? undefined
      : end.kind === 'date'
        ? end.atMs + DAY_MS - 1
        : end.atMs
  const fromMs =
    start === undefined
      ? (fixedTo ?? lastAt(end, nowMs) ?? nowMs) - DEFAULT_MS
      : start.kind === 'time'
        ? timeBefore(start.time, fixedTo ?? nowMs)
        : start.atMs
  const toMs =
    fixedTo ?? (end?.kind === 'time' ? timeAfter(end.time, fromMs) : Math.max(nowMs, fromMs))
  if (toMs <= fromMs) {
    return {
      kind: 'problem',
      words: text('--from이 --to보다 늦습니다', '--from is not before --to'),
    }
  }
  if (toMs - fromMs > MAX_DAYS * DAY_MS) {
    return {
      kind: 'problem',
      words: text(`기간은 최대 ${MAX_DAYS}일입니다`, `${MAX_DAYS} days at most`),
    }
  }
  return { kind: 'window', fromMs, toMs }
}

type Said =
  | { readonly kind: 'time'; readonly time: string }
  | { readonly kind: 'date'; readonly atMs: number }
  | { readonly kind: 'instant'; readonly atMs: number }

function instantOf(value: string): Said | undefined {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return { kind: 'time', time: value }
  if (isSeoulDate(value)) return { kind: 'date', atMs: seoulInstant(value) }
  const local = /^(\d{4}-\d{2}-\d{2})[T ](([01]\d|2[0-3]):[0-5]\d)(?::[0-5]\d)?$/.exec(value)
  if (local !== null && isSeoulDate(local[1] ?? '')) {
    return { kind: 'instant', atMs: seoulInstant(local[1] ?? '', local[2] ?? '') }
  }
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(value)) {
    const atMs = Date.parse(value)
    return Number.isNaN(atMs) ? undefined : { kind: 'instant', atMs }
  }
  return undefined
}

function lastAt(said: Said | undefined, nowMs: number): number | undefined {
  return said?.kind === 'time' ? timeBefore(said.time, nowMs) : undefined
}

function timeBefore(time: string, limitMs: number): number {
  const today = seoulInstant(seoulDateOf(limitMs), time)
  return today <= limitMs ? today : seoulInstant(addDays(seoulDateOf(limitMs), -1), time)
}

function timeAfter(time: string, startMs: number): number {
  const sameDay = seoulInstant(seoulDateOf(startMs), time)
  return sameDay > startMs ? sameDay : seoulInstant(addDays(seoulDateOf(startMs), 1), time)
}

function unreadable(option: string, value: string): Window {
  return {
    kind: 'problem',
    words: text(
      `${option}은 시각(02:00), 날짜, 또는 날짜T시각입니다: ${value}`,
      `${option} takes a time (02:00), a date, or both (2026-11-24T02:00), not ${value}`,
    ),
  }
}
