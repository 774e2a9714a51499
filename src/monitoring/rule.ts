/** A rule before it is written: its words, its test, and what it must not be mistaken for. */

export type Severity = 'critical' | 'warning'

export interface AlertSpec {
  readonly alert: string
  readonly expression: string
  readonly forMs: number
  readonly severity: Severity
  readonly summary: string
  /** With Go's placeholders where `placeholders` is true; else as the test's alert has it. */
  describe(values: { readonly instance: string; readonly value: string }): string
  /** How the value is written in the description: Go's template, and what the test's value becomes. */
  readonly valueTemplate: string
  /** How the instance is written; its label unless given. */
  readonly instanceTemplate?: string
  readonly playbook: string
  /** Above the rule, for whoever reads the file. */
  readonly comment: readonly string[]
  readonly tests: readonly AlertTest[]
}

export interface AlertTest {
  readonly title: string
  /** Takes days of samples: evaluated every hour, in a file of its own. */
  readonly overDays?: true
  /** Between two samples, ms before scaling. */
  readonly intervalMs: number
  readonly series: readonly { readonly series: string; readonly values: string }[]
  /** When it is looked at, ms after the first sample. */
  readonly atMs: number
  /** What fires then; empty: nothing. */
  readonly fires: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: string
  }[]
}

export interface RecordSpec {
  readonly record: string
  readonly expression: string
  readonly comment: readonly string[]
}
