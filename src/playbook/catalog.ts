/** The probes and actions a document may name. The rooms declare them; `cli/` puts them together. */
import type { ActionDeclaration, ProbeDeclaration } from './operation.ts'

/** A probe whose input is checked by its own `inputs` before it is observed. */
export type AnyProbe = ProbeDeclaration<unknown>
/** An action whose input is checked by its own `inputs` before it is looked at. */
export type AnyAction = ActionDeclaration<unknown>

export interface Catalog {
  probe(id: string): AnyProbe | undefined
  action(id: string): AnyAction | undefined
  /** In alphabetical order. */
  readonly probeIds: readonly string[]
  readonly actionIds: readonly string[]
}

/** @throws Error when two declarations share an id: a defect of ours. */
export function createCatalog(declarations: {
  readonly probes: readonly AnyProbe[]
  readonly actions: readonly AnyAction[]
  /** Actions that exist by the form of their name alone. */
  readonly otherAction?: (id: string) => AnyAction | undefined
}): Catalog {
  const probes = byId(declarations.probes)
  const actions = byId(declarations.actions)
  return {
    probe: (id) => probes.get(id),
    action: (id) => actions.get(id) ?? declarations.otherAction?.(id),
    probeIds: [...probes.keys()].sort(),
    actionIds: [...actions.keys()].sort(),
  }
}

function byId<T extends { readonly id: string }>(declarations: readonly T[]): Map<string, T> {
  const result = new Map<string, T>()
  for (const declaration of declarations) {
    if (result.has(declaration.id)) throw new Error(`declared twice: ${declaration.id}`)
    result.set(declaration.id, declaration)
  }
  return result
}
