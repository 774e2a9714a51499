/** Short words that several verdicts share: why a read gave no value, how long, how many percent. */
import { durationText } from '../core/duration.ts'
import type { Read } from '../core/read.ts'
import { text, type Text } from '../core/text.ts'

export function joinTexts(parts: readonly Text[], separator = ' · '): Text {
  return text(
    parts.map((part) => part.ko).join(separator),
    parts.map((part) => part.en).join(separator),
  )
}

/** Why there is no value, in a few words that are the same for every question that failed alike. */
export function failureWords(read: Exclude<Read<unknown>, { kind: 'ok' }>): Text {
  if (read.kind === 'absent') return text('없음(404)', 'not there (404)')
  const { failure } = read
  const status = failure.httpStatus === undefined ? '' : `(${failure.httpStatus})`
  const code = failure.systemCode === undefined ? '' : `(${failure.systemCode})`
  switch (failure.kind) {
    case 'unreachable':
      return text(`연결 불가${code}`, `cannot be reached ${code}`.trim())
    case 'timeout':
      return noAnswer(read.latencyMs)
    case 'cut':
      return text(`연결 끊김${code}`, `connection cut ${code}`.trim())
    case 'unauthorized':
      return text(`인증 거부${status}`, `not authorized ${status}`.trim())
    case 'service_error':
      return text(`오류 응답${status}`, `error answer ${status}`.trim())
    case 'foreign':
      return text(`다른 서버의 응답${status}`, `answer of another server ${status}`.trim())
    case 'unreadable':
      return text(`읽을 수 없는 응답${status}`, `unreadable answer ${status}`.trim())
    case 'aborted':
      return text('조회 못 함', 'not asked')
  }
}

export function noAnswer(afterMs: number): Text {
  const waited = durationText(Math.round(afterMs / 100) * 100)
  return text(`응답 없음(${waited.ko} 초과)`, `no answer (over ${waited.en})`)
}

/** One decimal, for `observed`. */
export function roundedPercent(value: number): number {
  return Math.round(value * 10) / 10
}

/** `41%`; one decimal where the line is near, so that 80.3 % is not shown as 80 % over a line of 80 %. */
export function percentWords(value: number, line: number): string {
  return Math.abs(value - line) < 1 ? `${value.toFixed(1)}%` : `${Math.round(value)}%`
}

/** `1.02 MB` from bytes; binary steps, as Redis counts. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : Number(value.toFixed(value < 10 ? 2 : 1))}${units[unit]}`
}
