/** Settings as people read them: value and origin, or what is wrong and where. */
import type { Origin } from '../config/sources.ts'
import type {
  ConfigCheckValue,
  ConfigInitValue,
  ConfigPathValue,
  ConfigValue,
} from '../config/values.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { command, line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

const FILE: Text = text('파일', 'File')
const NEXT: Text = text('조치', 'Next')

export function renderConfig(value: ConfigValue, view: View): string {
  const width = Math.min(80, view.width)
  const keyCells = Math.max(...value.items.map((item) => cellsOf(item.key))) + 2
  const origins = value.items.map((item) => originWords(item.origin, view))
  const originCells = Math.max(...origins.map((words) => cellsOf(words))) + 2
  const lines = [
    line(view, FILE, value.file ?? say(view, text('없음(기본값 사용)', 'none: defaults'))),
    ...(value.profile === null ? [] : [line(view, text('프로필', 'Profile'), value.profile)]),
  ]
  for (const [index, item] of value.items.entries()) {
    const indent = ' '.repeat(keyCells + originCells)
    const written = valueLines(item.value, view).flatMap((words) =>
      wrapCells(words, Math.max(20, width - indent.length)),
    )
    const origin = padCells(origins[index] ?? '', originCells)
    lines.push(padCells(item.key, keyCells) + view.paint.dim(origin) + (written[0] ?? ''))
    for (const rest of written.slice(1)) lines.push(indent + rest)
  }
  return lines.join('\n')
}

function originWords(origin: Origin, view: View): string {
  switch (origin.kind) {
    case 'option':
    case 'variable':
      return origin.name
    case 'profile':
      return `${origin.name}:${origin.line}`
    case 'file':
      return say(view, text(`파일:${origin.line}`, `file:${origin.line}`))
    case 'default':
      return say(view, text('기본값', 'default'))
  }
}

function valueLines(value: unknown, view: View): readonly string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    return [say(view, text('없음', 'none'))]
  }
  if (Array.isArray(value)) {
    const texts = value.filter((item) => typeof item === 'string')
    if (texts.length === value.length) return [texts.join(', ')]
    return value.map((item) => fieldWords(item))
  }
  if (typeof value === 'object') {
    return Object.entries(value).map(([name, item]) => `${name}: ${fieldWords(item)}`)
  }
  return [fieldWords(value)]
}

/** `id: bank, target: https://…`: one entry of a list on a line. */
function fieldWords(item: unknown): string {
  if (typeof item === 'string') return item
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return JSON.stringify(item)
  return Object.entries(item)
    .map(([name, field]) => `${name}: ${typeof field === 'string' ? field : JSON.stringify(field)}`)
    .join(', ')
}

export function renderConfigCheck(value: ConfigCheckValue, view: View): string {
  const file = line(view, FILE, value.file ?? say(view, text('없음', 'none')))
  if (value.status === 'ok') {
    const words = say(view, text('설정에 문제가 없습니다', 'nothing is wrong with the settings'))
    return `${paintLabel(view, text('정상', 'OK'), words, 'ok')}\n${file}`
  }
  const count = value.problems.length
  const lines = [
    paintLabel(
      view,
      text('오류', 'Error'),
      say(view, text(`설정 오류 ${count}건`, `${count} problems in the settings`)),
      'critical',
    ),
  ]
  for (const { where, key, message } of value.problems) {
    lines.push(...wrapCells(key === '' ? where : `${where} ${key}`, Math.min(80, view.width)))
    lines.push(line(view, text('', ''), say(view, message)))
  }
  return lines.join('\n')
}

export function renderConfigInit(value: ConfigInitValue, view: View): string {
  return [
    line(view, FILE, value.file),
    command(view, NEXT, 'mts config check'),
    command(view, text('', ''), 'mts config show'),
  ].join('\n')
}

export function renderConfigPath(value: ConfigPathValue, view: View): string {
  const lines = [
    line(view, FILE, value.file ?? say(view, text('없음', 'none'))),
    ...value.searched.map((path, index) =>
      line(view, index === 0 ? text('찾는 위치', 'Searched') : text('', ''), path),
    ),
    line(view, text('상태', 'State'), value.stateDirectory),
  ]
  if (value.file === null) lines.push(command(view, NEXT, 'mts config init'))
  return lines.join('\n')
}
