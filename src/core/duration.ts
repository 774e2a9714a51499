/** Durations as people write them in files and flags: `30s`, `1h30m`, `500ms`. */
const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds, or undefined when the text is no duration. A bare number has no unit and is refused. */
export function parseDuration(value: string): number | undefined {
  const trimmed = value.trim()
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed)) return undefined
  let total = 0
  for (const match of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(match[1]) * (UNITS_MS[match[2] ?? ''] ?? Number.NaN)
  }
  return Number.isFinite(total) ? total : undefined
}

/** Short words for a duration: `42초`, `6시간 12분`. */
export function durationText(ms: number): { ko: string; en: string } {
  const seconds = ms / 1000
  if (seconds < 1) return { ko: `${Math.round(ms)}ms`, en: `${Math.round(ms)} ms` }
  if (seconds < 10 && !Number.isInteger(seconds)) {
    return { ko: `${seconds.toFixed(1)}초`, en: `${seconds.toFixed(1)} s` }
  }
  if (seconds < 60) return { ko: `${Math.round(seconds)}초`, en: `${Math.round(seconds)} s` }
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) {
    const rest = Math.round(seconds % 60)
    return rest === 0 || minutes >= 10
      ? { ko: `${minutes}분`, en: `${minutes} min` }
      : { ko: `${minutes}분 ${rest}초`, en: `${minutes} min ${rest} s` }
  }
  const hours = Math.floor(minutes / 60)
  if (hours < 48) {
    const rest = minutes % 60
    return rest === 0
      ? { ko: `${hours}시간`, en: `${hours} h` }
      : { ko: `${hours}시간 ${rest}분`, en: `${hours} h ${rest} min` }
  }
  const days = Math.floor(hours / 24)
  return { ko: `${days}일`, en: `${days} days` }
}
