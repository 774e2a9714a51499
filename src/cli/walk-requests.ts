/** The requests behind what a person sees at a question: those of the last look, and the one that would be sent. */
import type { Service, WireRequest } from '../core/service.ts'
import type { Question } from '../playbook/dialog.ts'
import type { ShownRequest } from '../render/wire-request.ts'

export interface AskedRequests {
  /** A look begins: what was asked before belongs to another. */
  begin(): void
  of(question: Question): readonly ShownRequest[]
}

export function createAskedRequests({ wire }: Pick<Service, 'wire'>): AskedRequests {
  let before: WireRequest | undefined
  const lastLook = (): readonly WireRequest[] => {
    const sent = wire?.sent() ?? []
    // The mark may have been let go: then all that is left came after it.
    return sent.slice(before === undefined ? 0 : sent.lastIndexOf(before) + 1)
  }
  return {
    begin: () => {
      before = wire?.sent().at(-1)
    },
    of: ({ plan }) => {
      if (plan?.kind === 'command') return [plan]
      if (plan !== undefined) {
        return wire === undefined
          ? []
          : [{ kind: 'wire', request: wire.spell(plan.request), isPlanned: true }]
      }
      const curls = new Map(
        lastLook().map((request) => [`${request.method} ${request.url}`, request]),
      )
      return [...curls.values()]
        .filter(({ method }) => method === 'GET')
        .map((request) => ({ kind: 'wire', request, isPlanned: false }))
    },
  }
}
