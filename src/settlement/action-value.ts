/** The values of `mts settle …`: what JSON shows and every face renders. */
import type { SeoulDate } from '../core/dates.ts'
import type { Won } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import type { Text } from '../core/text.ts'
import type { ActionOutcome, Reason } from '../playbook/operation.ts'

export interface ConservationTotals {
  readonly count: number
  readonly amount: Won
  readonly fee: Won
  readonly net: Won
}

/** Are the day's sales still there, and is the settlement theirs. */
export interface Conservation {
  readonly status: 'kept' | 'lost' | 'changed' | 'not_checked'
  readonly reason?: Text
  readonly before: ConservationTotals | null
  readonly after: ConservationTotals | null
}

export type DependencyState = 'UP' | 'DOWN' | 'UNKNOWN'

export interface Dependencies {
  readonly database: DependencyState
  readonly redis: DependencyState
  readonly rabbitmq: DependencyState
}

export interface SettlementAction {
  readonly kind: 'SettlementAction'
  readonly action: 'reprocess' | 'run'
  readonly settlementId?: number
  readonly date: SeoulDate
  readonly outcome: ActionOutcome
  readonly reasons: readonly Reason[]
  readonly before: SettlementRecord | null
  readonly after: SettlementRecord | null
  readonly newSettlementId?: number
  readonly conservation: Conservation
  readonly dependencies: Dependencies
  /** Whether a request left: never more than once. */
  readonly sent: boolean
  readonly confirm?: string
  readonly rerun?: string
  readonly run: string
}
