/** Which earlier steps a step looks at, read off its expressions: what has to be there before it can begin. */
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { createEnvironment, templateExpression } from './conditions.ts'
import type { Step } from './document.ts'

export interface StepReferences {
  /** Ids of the steps without which an expression of the step cannot be evaluated. */
  of(step: Step): ReadonlySet<string>
}

/** Expressions of a loaded document have been checked: what cannot be read here is a defect. */
export function createStepReferences(): StepReferences {
  const environment = createEnvironment()
  return {
    of: (step) =>
      new Set(expressionsOf(step).flatMap((source) => [...needed(source, environment)])),
  }
}

function expressionsOf(step: Step): readonly string[] {
  const common = [step.when, ...(step.preconditions ?? []).map(({ condition }) => condition)]
  return [...common, ...ownExpressions(step)].filter((source) => source !== undefined)
}

function ownExpressions(step: Step): readonly (string | undefined)[] {
  switch (step.type) {
    case 'probe':
      return [
        ...templatesIn(step.with),
        step.successCondition,
        step.failureCondition,
        step.warningCondition,
      ]
    case 'action':
      return templatesIn(step.with)
    case 'branch':
      return step.branches.map(({ when }) => when)
    case 'manual':
    case 'approval':
    case 'wait':
      return []
  }
}

function templatesIn(value: unknown): readonly string[] {
  const source = templateExpression(value)
  if (source !== undefined) return [source]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((item) => [...templatesIn(item)])
}

/** What an expression asks for with `has()` it can do without. */
function needed(source: string, environment: Environment): ReadonlySet<string> {
  const named = new Set<string>()
  const optional = new Set<string>()
  visit(environment.parse(source).ast, named, optional, false)
  for (const id of optional) named.delete(id)
  return named
}

function visit(node: ASTNode, named: Set<string>, optional: Set<string>, isGuard: boolean): void {
  const step = stepNamed(node)
  if (step !== undefined) (isGuard ? optional : named).add(step)
  const guards = isGuard || (node.op === 'call' && node.args[0] === 'has')
  for (const child of childrenOf(node.args)) visit(child, named, optional, guards)
}

function stepNamed(node: ASTNode): string | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [object, name] = node.args
  if (object.op !== 'id' || object.args !== 'steps') return undefined
  if (typeof name === 'string') return name
  return name.op === 'value' && typeof name.args === 'string' ? name.args : undefined
}

function childrenOf(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap((item: unknown) => [...childrenOf(item)])
  return isNode(args) ? [args] : []
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
