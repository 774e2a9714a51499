/** Random valid playbooks: steps of every type, in any order that the loader takes. */
import fc from 'fast-check'
import { z } from 'zod'
import { text } from '../../../src/core/text.ts'
import { createCatalog, type AnyAction, type AnyProbe } from '../../../src/playbook/catalog.ts'
import type { Document } from '../../../src/playbook/document.ts'
import { parseDocument } from '../../../src/playbook/load.ts'

export const MAX_STEPS = 7

export const words = text('말', 'words')
export const catalog = createCatalog({
  probes: ['look.one', 'look.two'].map((id): AnyProbe => ({
    id,
    title: words,
    impact: 'read_only',
    idempotent: true,
    inputs: z.strictObject({ n: z.number().optional() }),
    outputs: z.object({ n: z.number(), s: z.enum(['a', 'b']) }),
    observe: () => Promise.reject(new Error('not staged')),
  })),
  actions: [action('act.send'), action('act.command', 'person')],
})

function action(id: string, settledBy?: 'person'): AnyAction {
  const never = () => Promise.reject(new Error('not staged'))
  return {
    id,
    title: words,
    impact: 'mutating',
    idempotent: false,
    inputs: z.strictObject({ n: z.number() }),
    outputs: z.object({ outcome: z.string() }),
    ...(settledBy === undefined ? {} : { settledBy }),
    look: never,
    send: never,
    reconcile: never,
  }
}

type Source = Record<string, unknown>

const CONDITIONS = ['value.n == 1', 'value.n > 0', 'value.s == "a"', 'value.n != 0']
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })

/** What a step can say about one before it, by that one's type. */
function conditionOn(before: readonly Source[]): fc.Arbitrary<string> {
  const said = before.flatMap(({ id, type }) => {
    const step = `steps.${String(id)}`
    const own = [`${step}.status == "succeeded"`, `has(${step}) && ${step}.status != "failed"`]
    if (type === 'probe') return [...own, `${step}.value.n == 1`, `${step}.value.s == "b"`]
    if (type === 'action') return [...own, `${step}.value.outcome == "succeeded"`]
    if (type === 'manual') return [...own, `${step}.answers.yes`]
    return own
  })
  return fc.constantFrom('today == "2026-11-24"', 'inputs.word == "x"', ...said)
}

function stepArbitrary(place: number, count: number, before: readonly Source[]) {
  const condition = conditionOn(before)
  const common = {
    id: fc.constant(`s${place}`),
    title: fc.constant(words),
    when: maybe(condition),
    preconditions: maybe(condition.map((source) => [{ condition: source, message: words }])),
    onFailure: fc.constantFrom('abort', 'continue'),
  }
  const ending = {
    end: fc.constantFrom(true, undefined, undefined, undefined),
    finding: maybe(
      fc.record({
        code: fc.constant(`END_${place}`),
        message: fc.constant(words),
        failure: fc.boolean(),
      }),
    ),
  }
  const later = Array.from({ length: count - place - 1 }, (_none, ahead) => `s${place + ahead + 1}`)
  const numbers = before.flatMap(({ id, type }) =>
    type === 'probe' ? [`\${steps.${String(id)}.value.n}`] : [],
  )
  const branch = fc.record({
    ...common,
    type: fc.constant('branch'),
    branches: condition.chain((when) =>
      fc
        .constantFrom(...(later.length === 0 ? ['none'] : later))
        .map((goto) => [{ when, goto, title: words }]),
    ),
    otherwise: fc.constantFrom(...(later.length === 0 ? ['none'] : later)),
  })
  const others = [
    fc.record({
      ...common,
      ...ending,
      type: fc.constant('probe'),
      probe: fc.constantFrom('look.one', 'look.two'),
      onNoData: fc.constantFrom('inconclusive', 'inconclusive', 'fail'),
      successCondition: maybe(fc.constantFrom(...CONDITIONS)),
      failureCondition: maybe(fc.constantFrom(...CONDITIONS)),
      warningCondition: maybe(fc.constantFrom(...CONDITIONS)),
    }),
    fc.record({
      ...common,
      ...ending,
      type: fc.constant('probe'),
      probe: fc.constant('look.one'),
      successCondition: fc.constantFrom(...CONDITIONS),
      interval: fc.constant('10s'),
      timeout: fc.constant('1m'),
      consecutiveSuccessLimit: maybe(fc.integer({ min: 2, max: 3 })),
    }),
    fc.record({
      ...common,
      ...ending,
      type: fc.constant('action'),
      action: fc.constantFrom('act.send', 'act.command'),
      with: fc.record({ n: fc.constantFrom(1, ...numbers) }),
      approval: fc.constant({}),
    }),
    fc.record({
      ...common,
      ...ending,
      type: fc.constant('manual'),
      prompt: fc.constant(words),
      expects: fc.constant([{ id: 'yes', title: words, type: 'boolean', required: true }]),
    }),
    fc.record({ ...common, ...ending, type: fc.constant('approval'), prompt: fc.constant(words) }),
    fc.record({ ...common, type: fc.constant('wait'), for: fc.constantFrom('3s', '1h') }),
  ]
  return fc.oneof(
    ...others.map((arbitrary, kind) => ({
      arbitrary: arbitrary as fc.Arbitrary<Source>,
      weight: kind === 2 ? 6 : 2,
    })),
    { arbitrary: branch, weight: later.length === 0 ? 0 : 2 },
  )
}

function stepsFrom(count: number, before: readonly Source[] = []): fc.Arbitrary<readonly Source[]> {
  if (before.length === count) return fc.constant(before)
  return stepArbitrary(before.length, count, before).chain((next) =>
    stepsFrom(count, [...before, next]),
  )
}

export const documents: fc.Arbitrary<Document> = fc
  .integer({ min: 1, max: MAX_STEPS })
  .chain((count) => stepsFrom(count))
  .map((steps) => {
    const last = (id: string): Source => ({
      id,
      title: words,
      type: 'probe',
      probe: 'look.two',
      onFailure: 'continue',
    })
    const source = {
      apiVersion: 'mts/v1',
      kind: 'Playbook',
      id: 'random',
      title: words,
      version: '1.0.0',
      owner: 'test',
      priority: 'P1',
      impact: words,
      worsens: words,
      inputs: { word: { type: 'string', title: words, default: 'x' } },
      steps,
      onCancel: [last('cancelled')],
      finally: [last('at_the_end')],
    }
    const parsed = parseDocument(JSON.stringify(source), 'random.yaml', catalog)
    return parsed.kind === 'document' ? parsed.document : undefined
  })
  .filter((document) => document !== undefined)
