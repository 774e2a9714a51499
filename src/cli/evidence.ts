/** What a person must see before approving: the action's facts, by the renderer of its kind. */
import type { SilenceLook, UnsilenceLook } from '../alerts/silence-actions.ts'
import type { ApprovalQuestion } from '../core/dialog.ts'
import type { CommandLook } from '../playbook/command-action.ts'
import type { View } from '../render/view.ts'
import type { SettlementLook } from '../settlement/actions.ts'

/** What the gate puts into a question: which action, and the look the answer will be bound to. */
interface GateEvidence {
  readonly action: string
  readonly look: unknown
}

/** Throws for an action nobody can show: a yes to something unseen is no yes. */
export async function renderEvidence(question: ApprovalQuestion, view: View): Promise<string> {
  const { action, look } = question.value as GateEvidence
  if (action === 'settlement.reprocess' || action === 'settlement.run') {
    const { renderApproval } = await import('../render/settlement-action.ts')
    const name = action === 'settlement.run' ? 'run' : 'reprocess'
    return renderApproval(name, look as SettlementLook, view)
  }
  if (action.startsWith('command.')) {
    const { renderCommandApproval } = await import('../render/operator-command.ts')
    return renderCommandApproval(look as CommandLook, view)
  }
  if (action === 'alerts.silence' || action === 'alerts.unsilence') {
    const { renderSilenceApproval } = await import('../render/silence.ts')
    return renderSilenceApproval(look as SilenceLook | UnsilenceLook, view)
  }
  throw new Error(`no renderer for the evidence of ${action}`)
}
