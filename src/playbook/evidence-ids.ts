/** What `mts triage` looks at, by the ids that playbooks' signals may name. */
export const EVIDENCE_IDS = [
  'service',
  'database',
  'redis',
  'rabbitmq',
  'sales',
  'settlement',
  'latency',
  'jvm-memory',
  'cpu',
  'disk',
  // The state of the newest due settlement; its states are the classes of settlements.
  'settlement-record',
  // Which kind of sale has stopped: card, types, channel, store, all.
  'sales-by-type',
  // lost: sales or settlements lie among the dead letters.
  'dead-letters',
  // waiting: threads wait in front of a full pool.
  'pool',
] as const

export type EvidenceId = (typeof EVIDENCE_IDS)[number]

/** `pool:waiting` is the state `waiting` of `pool`. */
export function isEvidenceReference(reference: string): boolean {
  const [id = '', state, ...rest] = reference.split(':')
  return (
    (EVIDENCE_IDS as readonly string[]).includes(id) &&
    rest.length === 0 &&
    (state === undefined || /^[a-z][a-z0-9_]*$/.test(state))
  )
}
