/**
 * What is told to people who are not at the terminal: plain, without secrets, in Korean whatever the
 * terminal's language is, since its readers are in the channel. Senders give it a wire format.
 */
export type Channel = 'slack' | 'finance' | 'pagerduty'

export type Severity = 'critical' | 'warning' | 'info'

export type NoticeEvent =
  /** An incident is told for the first time on this channel. */
  | 'opened'
  /** Worse or better than what was told. */
  | 'changed'
  /** Still so; nobody said that they are on it. */
  | 'reminded'
  | 'flapping'
  | 'acknowledged'
  | 'recovered'
  /** Nothing was watched for a while. */
  | 'gap'
  /** The nightly line to finance. */
  | 'settled'
  /** A playbook's run started, waits or ended. */
  | 'run'
  | 'test'

export interface Notice {
  readonly event: NoticeEvent
  readonly severity: Severity
  /** One line: what. */
  readonly title: string
  /** Two or three lines. */
  readonly evidence: readonly string[]
  /** Commands that go on from here, most useful first. */
  readonly commands: readonly string[]
  /** The service's url. */
  readonly service: string
  readonly atMs: number
  /** When the trouble began. */
  readonly sinceMs?: number
  readonly check?: string
  readonly incident?: string
  /** One for each incident, the same from trigger to resolve; at most 255 characters. */
  readonly dedupKey?: string
}

export interface AddressedNotice {
  readonly channel: Channel
  readonly notice: Notice
}
