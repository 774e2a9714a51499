/**
 * The last step from what was stored to what is told: traces are reduced to their chain and first
 * own frame, which is known only now that the own package is, and what is then the same is added up.
 */
import { digestOf } from '../core/digest.ts'
import { levelName } from './levels.ts'
import { joinPattern, type Pattern } from './pattern-store.ts'
import { rootOf, shortClass, shortFrame } from './trace.ts'

export interface MergedPattern {
  readonly id: string
  readonly pattern: Pattern
  readonly template: string
  readonly exceptions: readonly string[]
  readonly frame: string | undefined
}

/** Adds into the patterns it is given: they are not to be used afterwards. */
export function mergePatterns(
  patterns: readonly Pattern[],
  ownPackage: string | undefined,
): readonly MergedPattern[] {
  const merged = new Map<string, MergedPattern>()
  for (const pattern of patterns) {
    if (pattern.counts[0] + pattern.counts[1] === 0) continue
    const named = nameOf(pattern, ownPackage)
    const same = merged.get(named.id)
    if (same === undefined) merged.set(named.id, named)
    else merged.set(named.id, joined(same, named))
  }
  return withoutLostTraces([...merged.values()])
}

function nameOf(pattern: Pattern, ownPackage: string | undefined): MergedPattern {
  const template = pattern.template.words.join(' ')
  const exceptions = pattern.given?.exceptions ?? chainOf(pattern)
  const frame = pattern.given === undefined ? frameOf(pattern, ownPackage) : pattern.given.frame
  const { level, logger } = pattern.template
  const id = digestOf([levelName(level), logger, template, exceptions, frame ?? null]).slice(0, 10)
  return { id, pattern, template, exceptions, frame }
}

function chainOf(pattern: Pattern): readonly string[] {
  const chain = pattern.trace.exceptions.map(shortClass)
  // Wrapping an exception in its own kind says nothing.
  return chain.filter((name, index) => name !== chain[index - 1])
}

function frameOf(pattern: Pattern, ownPackage: string | undefined): string | undefined {
  const { frames } = pattern.trace
  const own = frames.find((frame) => rootOf(frame) === ownPackage) ?? frames[0]
  return own === undefined ? undefined : shortFrame(own)
}

/** The example is one of the stretch that is looked at, where there is one. */
function joined(left: MergedPattern, right: MergedPattern): MergedPattern {
  const [into, from] = left.pattern.counts[0] === 0 ? [right, left] : [left, right]
  joinPattern(into.pattern, from.pattern)
  return into
}

/**
 * The JVM stops printing the trace of an exception it has thrown often, and logs are cut: events
 * without a trace belong to the one trace their message is otherwise seen with.
 */
function withoutLostTraces(patterns: readonly MergedPattern[]): readonly MergedPattern[] {
  const byMessage = new Map<string, MergedPattern[]>()
  for (const merged of patterns) {
    const { level, logger } = merged.pattern.template
    const key = `${level}|${logger}|${merged.template}`
    const group = byMessage.get(key)
    if (group === undefined) byMessage.set(key, [merged])
    else group.push(merged)
  }
  return [...byMessage.values()].flatMap((group) => {
    const bare = group.find(
      ({ exceptions, frame }) => exceptions.length === 0 && frame === undefined,
    )
    const traced = group.filter((merged) => merged !== bare)
    const [only] = traced
    if (bare === undefined || only === undefined || traced.length > 1) return group
    joinPattern(only.pattern, bare.pattern)
    return [only]
  })
}
