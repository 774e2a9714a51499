/** Exit codes of every command (the contract of the command line). */
export const EXIT = {
  ok: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
  waiting: 4,
  refused: 5,
  outcomeUnknown: 6,
  usage: 64,
  notFound: 66,
  unreachable: 69,
  defect: 70,
  busy: 75,
  config: 78,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
