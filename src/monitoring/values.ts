/** What `mts monitoring render` and `check` answer. */
import type { Text } from '../core/text.ts'
import type { DifferenceLine } from './difference.ts'

export type FileStatus = 'created' | 'unchanged' | 'different' | 'overwritten'

export interface MonitoringRender {
  readonly kind: 'MonitoringRender'
  readonly directory: string
  readonly files: readonly {
    readonly path: string
    readonly status: FileStatus
    /** Of a file that was there with other content. */
    readonly difference?: readonly DifferenceLine[]
  }[]
  /** What has to be done by hand. */
  readonly byHand: readonly Text[]
  /** Writes over the files that differ; absent when none does. */
  readonly rerun?: string
}

export interface ToolCheck {
  /** As it would be typed. */
  readonly command: string
  readonly status: 'passed' | 'failed' | 'absent'
  /** What it complained about. */
  readonly output: string
}

export type LoadedState = 'same' | 'different' | 'not_loaded' | 'unknown'

export interface CheckedRule {
  readonly name: string
  readonly file: string
  readonly type: 'alert' | 'record'
  readonly faults: readonly { readonly id: string; readonly message: Text; readonly remedy: Text }[]
  readonly loaded: LoadedState
  /** How often it would have fired in the last days; null where that is not known. */
  readonly fired: number | null
  readonly firedReason: Text | null
}

export interface MonitoringCheck {
  readonly kind: 'MonitoringCheck'
  readonly directory: string
  readonly days: number
  readonly status: 'passed' | 'failed'
  readonly tools: readonly ToolCheck[]
  readonly rules: readonly CheckedRule[]
  /** Rules that Prometheus has and the files have not. */
  readonly onlyLoaded: readonly string[]
  readonly unseen: readonly { readonly what: Text; readonly reason: Text }[]
}
