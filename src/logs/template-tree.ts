/**
 * Groups messages into templates, after Drain: first by what must be equal (level, logger, name of a
 * known pattern, number of words), then by likeness. Unlike Drain, two messages that differ in a
 * word stay two patterns until many words have taken turns in that place: "등록 실패" and "취소 실패"
 * are different troubles, forty customers' names are one.
 */
import { ANY_WORD, isMark } from './variables.ts'

export interface TemplateGroupKey {
  readonly level: number
  readonly logger: string
  readonly known: string
  readonly words: number
}

export interface Template {
  /** Changes when the template becomes more general. */
  words: readonly string[]
  readonly level: number
  readonly logger: string
  readonly known: string
  readonly group: string
}

export interface TemplateTree {
  /** The template these words fit already. */
  find(key: TemplateGroupKey, words: readonly string[]): Template | undefined
  /** The template these words belong to. Others may be merged into it on the way: `onMerge` is told. */
  place(key: TemplateGroupKey, words: readonly string[]): Template
  remove(template: Template): void
  readonly size: number
}

export interface TemplateTreeEvents {
  onMerge(from: Template, into: Template): void
  /** Its group is full: it is forgotten to make room. The tree has removed it already. */
  onForget(template: Template): void
  /** What a template is worth keeping; the smallest of a full group is forgotten. */
  weightOf(template: Template): number
}

/** So many templates that differ in the same places are one with `<*>` there. */
const TURNS = 8
/** Share of words that must stay after merging. */
const KEPT_SHARE = 0.5
const GROUP_SIZE = 96

export function createTemplateTree(events: TemplateTreeEvents): TemplateTree {
  const groups = new Map<string, Template[]>()
  let size = 0

  function remove(template: Template): void {
    const group = groups.get(template.group)
    const at = group?.indexOf(template) ?? -1
    if (group === undefined || at < 0) return
    group.splice(at, 1)
    size--
    if (group.length === 0) groups.delete(template.group)
  }

  function generalize(group: Template[], words: readonly string[]): Template | undefined {
    const nearest = nearestOf(group, words)
    if (nearest === undefined) return undefined
    const places = differences(nearest.words, words)
    const constant = nearest.words.filter((word) => !isMark(word)).length
    if (places.length > Math.max(1, nearest.words.length * (1 - KEPT_SHARE))) return undefined
    if (constant - places.length < 1) return undefined
    const alike = group.filter((other) => differsOnlyAt(other.words, words, places))
    if (alike.length + 1 < TURNS) return undefined
    const [into, ...rest] = alike
    if (into === undefined) return undefined
    into.words = into.words.map((word, index) =>
      places.includes(index) || alike.some((other) => other.words[index] === ANY_WORD)
        ? ANY_WORD
        : word,
    )
    for (const other of rest) {
      remove(other)
      events.onMerge(other, into)
    }
    return into
  }

  return {
    find: (key, words) =>
      groups.get(groupName(key))?.find((template) => fits(template.words, words)),
    place(key, words) {
      const name = groupName(key)
      let group = groups.get(name)
      if (group === undefined) {
        group = []
        groups.set(name, group)
      }
      const found = group.find((template) => fits(template.words, words))
      if (found !== undefined) return found
      const general = generalize(group, words)
      if (general !== undefined) return general
      if (group.length >= GROUP_SIZE) {
        const least = leastOf(group, events)
        remove(least)
        events.onForget(least)
        // Removing the last one of a group forgets the group.
        groups.set(name, group)
      }
      const template: Template = {
        words,
        level: key.level,
        logger: key.logger,
        known: key.known,
        group: name,
      }
      group.push(template)
      size++
      return template
    },
    remove,
    get size() {
      return size
    },
  }
}

function groupName({ level, words, known, logger }: TemplateGroupKey): string {
  return `${level}|${words}|${known}|${logger}`
}

function fits(template: readonly string[], words: readonly string[]): boolean {
  for (let index = 0; index < words.length; index++) {
    const word = template[index]
    if (word !== words[index] && word !== ANY_WORD) return false
  }
  return true
}

/** The one with most words in common, if half of them are. */
function nearestOf(group: readonly Template[], words: readonly string[]): Template | undefined {
  let nearest: Template | undefined
  let best = Math.ceil(words.length * KEPT_SHARE) - 1
  for (const template of group) {
    let same = 0
    for (let index = 0; index < words.length; index++) {
      if (template.words[index] === words[index]) same++
    }
    if (same > best) {
      best = same
      nearest = template
    }
  }
  return nearest
}

function differences(template: readonly string[], words: readonly string[]): readonly number[] {
  return words.flatMap((word, index) =>
    template[index] === word || template[index] === ANY_WORD ? [] : [index],
  )
}

function differsOnlyAt(
  template: readonly string[],
  words: readonly string[],
  places: readonly number[],
): boolean {
  return words.every(
    (word, index) =>
      template[index] === word || template[index] === ANY_WORD || places.includes(index),
  )
}

function leastOf(group: readonly Template[], events: TemplateTreeEvents): Template {
  let [least] = group
  let weight = Infinity
  for (const template of group) {
    const own = events.weightOf(template)
    if (own < weight) {
      weight = own
      least = template
    }
  }
  return least as Template
}
