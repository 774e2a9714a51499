/** Alertmanager's configuration as its status shows it: routes, receivers and inhibition, old words and new. */
import { parse, YAMLParseError } from 'yaml'
import * as z from 'zod/mini'
import { parseMatchers } from '../core/label-matcher.ts'
import type { LabelMatcher, MatcherOperator } from '../core/label-matcher.ts'
import type { AlertmanagerConfig, AlertRoute } from '../core/monitoring.ts'
import { cleanText } from '../core/sanitize.ts'

const pairs = z.optional(z.nullable(z.record(z.string(), z.coerce.string())))
const words = z.optional(z.nullable(z.union([z.string(), z.array(z.string())])))
const names = z.optional(z.nullable(z.array(z.string())))

interface RawRoute {
  readonly receiver?: string | undefined
  readonly match?: Record<string, string> | null | undefined
  readonly match_re?: Record<string, string> | null | undefined
  readonly matchers?: string | string[] | null | undefined
  readonly continue?: boolean | undefined
  readonly group_by?: string[] | null | undefined
  readonly routes?: readonly RawRoute[] | null | undefined
}

const routeSchema: z.ZodMiniType<RawRoute> = z.object({
  receiver: z.optional(z.string()),
  match: pairs,
  match_re: pairs,
  matchers: words,
  continue: z.optional(z.boolean()),
  group_by: names,
  get routes() {
    return z.optional(z.nullable(z.array(routeSchema)))
  },
})

const configSchema = z.object({
  route: routeSchema,
  receivers: z.optional(z.nullable(z.array(z.looseObject({ name: z.string() })))),
  inhibit_rules: z.optional(
    z.nullable(
      z.array(
        z.object({
          source_match: pairs,
          source_match_re: pairs,
          source_matchers: words,
          target_match: pairs,
          target_match_re: pairs,
          target_matchers: words,
          equal: names,
        }),
      ),
    ),
  ),
})

/** What is found on the way, beside the values. */
interface Notes {
  readonly deprecated: Set<string>
  readonly unreadable: string[]
}

/** Undefined for a text that is no configuration of Alertmanager. */
export function parseAlertmanagerConfig(yaml: string): AlertmanagerConfig | undefined {
  let document: unknown
  try {
    document = parse(yaml, { maxAliasCount: 100 })
  } catch (error) {
    // The words of the parser quote the text, which may hold secrets.
    if (error instanceof YAMLParseError || error instanceof ReferenceError) return undefined
    throw error
  }
  const parsed = configSchema.safeParse(document)
  if (!parsed.success) return undefined
  const notes: Notes = { deprecated: new Set(), unreadable: [] }
  const route = routeOf(parsed.data.route, notes)
  const receivers = (parsed.data.receivers ?? []).map(({ name, ...rest }) => {
    const integrations = Object.entries(rest).flatMap(([key, value]) =>
      key.endsWith('_configs') && Array.isArray(value)
        ? value.map(() => key.replace(/_configs$/, ''))
        : [],
    )
    if (usesServiceKey(rest['pagerduty_configs'])) notes.deprecated.add('service_key')
    return { name: cleanText(name, 200), integrations }
  })
  const inhibitRules = (parsed.data.inhibit_rules ?? []).map((rule) => ({
    source: [
      ...fromPairs(rule.source_match, '=', 'source_match', notes),
      ...fromPairs(rule.source_match_re, '=~', 'source_match_re', notes),
      ...fromWords(rule.source_matchers, notes),
    ],
    target: [
      ...fromPairs(rule.target_match, '=', 'target_match', notes),
      ...fromPairs(rule.target_match_re, '=~', 'target_match_re', notes),
      ...fromWords(rule.target_matchers, notes),
    ],
    equal: rule.equal ?? [],
  }))
  return {
    route,
    receivers,
    inhibitRules,
    deprecated: [...notes.deprecated].sort(),
    unreadable: notes.unreadable,
  }
}

function routeOf(raw: RawRoute, notes: Notes): AlertRoute {
  return {
    ...(raw.receiver === undefined ? {} : { receiver: cleanText(raw.receiver, 200) }),
    matchers: [
      ...fromPairs(raw.match, '=', 'match', notes),
      ...fromPairs(raw.match_re, '=~', 'match_re', notes),
      ...fromWords(raw.matchers, notes),
    ],
    continues: raw.continue ?? false,
    groupBy: raw.group_by ?? [],
    routes: (raw.routes ?? []).map((child) => routeOf(child, notes)),
  }
}

function fromPairs(
  given: Readonly<Record<string, string>> | null | undefined,
  operator: MatcherOperator,
  word: string,
  notes: Notes,
): readonly LabelMatcher[] {
  const entries = Object.entries(given ?? {})
  if (entries.length > 0) notes.deprecated.add(word)
  return entries.map(([name, value]) => ({ name, operator, value }))
}

function fromWords(
  given: string | readonly string[] | null | undefined,
  notes: Notes,
): readonly LabelMatcher[] {
  const all = typeof given === 'string' ? [given] : (given ?? [])
  return all.flatMap((one) => {
    const matchers = parseMatchers(one)
    if (matchers === undefined) notes.unreadable.push(cleanText(one, 200))
    return matchers ?? []
  })
}

function usesServiceKey(configs: unknown): boolean {
  return (
    Array.isArray(configs) &&
    configs.some(
      (config: unknown) =>
        typeof config === 'object' &&
        config !== null &&
        ('service_key' in config || 'service_key_file' in config),
    )
  )
}
