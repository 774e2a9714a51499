/** What a person must see before approving: the action's evidence, by the renderer of its kind. */
import type { ApprovalQuestion } from '../core/dialog.ts'
import type { View } from '../render/view.ts'
import type { SettlementLook } from '../settlement/actions.ts'

export async function renderEvidence(question: ApprovalQuestion, view: View): Promise<string> {
  const { action, look } = question.value as { readonly action: string; readonly look: unknown }
  if (action === 'settlement.reprocess' || action === 'settlement.run') {
    const { renderApproval } = await import('../render/settlement-action.ts')
    const kind = action === 'settlement.run' ? 'run' : 'reprocess'
    return renderApproval(kind, look as SettlementLook, view)
  }
  return JSON.stringify(look, null, 2)
}
