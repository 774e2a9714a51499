/**
 * Which playbooks the evidence calls for, best first. Pure: the rules are the playbooks' own
 * (`signals`, `triggers`); here is only how they are weighed. Causes come before their symptoms,
 * P0 before P1 before P2, then the better proven.
 */
import { playbookForAlert } from '../core/alert-playbook.ts'
import type { Priority, Signal } from '../playbook/document.ts'
import type {
  CitedEvidence,
  Evidence,
  FiringAlert,
  Hypothesis,
  RankedPlaybook,
  Seen,
  Triage,
  Unseen,
} from './triage.ts'

/** What a firing alert proves alone: it was true when it was evaluated, minutes ago. */
const ALERT_WEIGHT = 0.6
/** What was logged proves that it happened, not that it lasts. */
const LOGGED_WEIGHT = 0.5
const LOGGED_EARLIER_WEIGHT = 0.3
/** How much of its weight a further piece adds to what is left of doubt: pieces often tell the same fact. */
const CORROBORATION = 0.2
/** What is explained by something else, and what a fresh look contradicts, is this much less likely. */
const EXPLAINED_FACTOR = 0.5
const CONTRADICTED_FACTOR = 0.3

export function rankPlaybooks(seen: Seen, playbooks: readonly RankedPlaybook[]): Triage {
  const opened = new Map(
    seen.alerts.map((alert) => [alert, playbookForAlert(alert, playbooks)] as const),
  )
  const matched = playbooks.flatMap((playbook) => {
    const alerts = seen.alerts.filter((alert) => opened.get(alert) === playbook.id)
    return matchOf(playbook, { ...seen, alerts }) ?? []
  })
  const raised = matched.map((match) => ({ ...match, priority: raisedPriority(match, matched) }))
  raised.sort(
    (left, right) =>
      Number(left.contradicted) - Number(right.contradicted) ||
      left.priority.localeCompare(right.priority) ||
      left.causes.length - right.causes.length ||
      right.confidence - left.confidence ||
      (left.playbook.id < right.playbook.id ? -1 : 1),
  )
  return {
    kind: 'Triage',
    observedAt: seen.observedAt,
    hypotheses: raised.map(hypothesisOf),
    earlier: seen.logged
      .filter(
        ({ playbook, recent }) =>
          !recent &&
          playbooks.some(({ id }) => id === playbook) &&
          !matched.some((match) => match.playbook.id === playbook),
      )
      .map(({ playbook, message }) => ({ playbook, message })),
    unclaimed: alertsCited(seen.alerts.filter((alert) => opened.get(alert) === undefined)),
    unseen: [
      ...seen.evidence.filter(({ status }) => status === 'unknown').map(unseenOf),
      ...seen.unseen,
    ],
  }
}

/** What the command ends with: nothing found counts as well only where everything could be looked at. */
export function verdictOf(triage: Triage, seen: Seen): 'critical' | 'warning' | 'unknown' | 'ok' {
  const [top] = triage.hypotheses
  if (top !== undefined) return top.priority === 'P2' ? 'warning' : 'critical'
  const blind =
    seen.unseen.some(({ notConfigured }) => notConfigured !== true) ||
    seen.evidence.length === 0 ||
    seen.evidence.some(({ status, notConfigured }) => status === 'unknown' && !notConfigured)
  return blind ? 'unknown' : 'ok'
}

function unseenOf({ id, message, notConfigured }: Evidence): Unseen {
  return { id, message, ...(notConfigured === true ? { notConfigured } : {}) }
}

interface Match {
  readonly playbook: RankedPlaybook
  readonly priority: Priority
  readonly confidence: number
  readonly cited: readonly CitedEvidence[]
  /** Evidence that explains all that speaks for it; empty: it stands for itself. */
  readonly causes: readonly string[]
  /** Evidence of its own that nothing explains: what it may be the cause through. */
  readonly roots: readonly string[]
  readonly contradicted: boolean
}

/** One thing that speaks for a playbook. */
interface Voice {
  readonly cited: CitedEvidence
  readonly weight: number
  readonly priority?: Priority
  readonly causes: readonly string[]
  /** What somebody else reported a while ago: a fresh look is believed more. */
  readonly isReport: boolean
}

function matchOf(playbook: RankedPlaybook, seen: Seen): Match | undefined {
  const signals = playbook.signals?.evidence ?? []
  const now = [
    ...signals.flatMap((signal) => signalVoices(signal, seen.evidence)),
    ...alertVoices(playbook, seen),
    ...loggedVoices(playbook, seen, true),
  ]
  // What is over calls for nothing by itself.
  const voices = now.length === 0 ? [] : [...now, ...loggedVoices(playbook, seen, false)]
  if (voices.length === 0) return undefined
  const free = voices.filter(({ causes }) => causes.length === 0)
  const causes = free.length > 0 ? [] : unique(voices.flatMap((voice) => voice.causes))
  const contradicted = voices.every(({ isReport }) => isReport) && allWell(signals, seen.evidence)
  // What stands for itself is not made likelier by what something else explains.
  const counted = free.length > 0 ? free : voices
  const factor =
    (causes.length > 0 ? EXPLAINED_FACTOR : 1) * (contradicted ? CONTRADICTED_FACTOR : 1)
  return {
    playbook,
    priority: urgent([
      playbook.priority ?? 'P2',
      ...counted.flatMap(({ priority }) => priority ?? []),
    ]),
    confidence: rounded(combined(counted.map(({ weight }) => weight)) * factor),
    cited: citedOf(voices, seen, causes),
    causes,
    roots: contradicted ? [] : free.map(({ cited }) => cited.id),
    contradicted,
  }
}

function signalVoices(signal: Signal, evidence: readonly Evidence[]): Voice[] {
  return evidence
    .filter((each) => refersTo(signal.evidence, each) && isAmong(each, signal.status))
    .map((each) => ({
      cited: { id: each.id, status: each.status, message: each.message },
      weight: signal.weight,
      ...(signal.priority === undefined ? {} : { priority: signal.priority }),
      causes: causesOf(signal.explainedBy, evidence, each.id),
      isReport: false,
    }))
}

function isAmong({ status }: Evidence, statuses: Signal['status']): boolean {
  return (status === 'critical' || status === 'warning') && statuses.includes(status)
}

/** The alerts seen are its own already. */
function alertVoices(playbook: RankedPlaybook, seen: Seen): Voice[] {
  const causes = causesOf(playbook.signals?.explainedBy ?? [], seen.evidence)
  return alertsCited(seen.alerts).map((cited) => ({
    cited,
    weight: ALERT_WEIGHT,
    causes,
    isReport: true,
  }))
}

/** The same alert of several instances is told once. */
function alertsCited(alerts: readonly FiringAlert[]): readonly CitedEvidence[] {
  return alerts
    .filter(({ name }, index) => alerts.findIndex((other) => other.name === name) === index)
    .map(({ name, labels, message }) => ({
      id: `alert:${name}`,
      status: labels['severity'] === 'critical' ? 'critical' : 'warning',
      message,
    }))
}

function loggedVoices(playbook: RankedPlaybook, seen: Seen, recent: boolean): Voice[] {
  const causes = causesOf(playbook.signals?.explainedBy ?? [], seen.evidence)
  return seen.logged
    .filter((logged) => logged.playbook === playbook.id && logged.recent === recent)
    .map(({ id, status, message }) => ({
      cited: { id: `log:${id}`, status, message },
      weight: recent ? LOGGED_WEIGHT : LOGGED_EARLIER_WEIGHT,
      causes,
      isReport: true,
    }))
}

/** Which of the references hold now: critical, or in the very state that is named. */
function causesOf(
  references: readonly string[],
  evidence: readonly Evidence[],
  own?: string,
): readonly string[] {
  return unique(
    evidence.flatMap((each) => {
      const holds = references.some(
        (reference) =>
          refersTo(reference, each) &&
          (each.status === 'critical' || (each.status === 'warning' && reference.includes(':'))),
      )
      return holds && each.id !== own ? [each.id] : []
    }),
  )
}

function refersTo(reference: string, { id, state }: Evidence): boolean {
  const [wantedId, wantedState] = reference.split(':')
  return wantedId === id && (wantedState === undefined || wantedState === state)
}

/** Whether everything this playbook looks at was seen and found well. */
function allWell(signals: readonly Signal[], evidence: readonly Evidence[]): boolean {
  const ids = new Set(signals.map((signal) => signal.evidence.split(':')[0]))
  const looked = evidence.filter(({ id }) => ids.has(id))
  return looked.length > 0 && looked.every(({ status }) => status === 'ok')
}

/** A cause is at least as urgent as the symptoms it explains. */
function raisedPriority(match: Match, all: readonly Match[]): Priority {
  if (match.causes.length > 0) return match.priority
  const symptoms = all.filter(({ causes }) => causes.some((cause) => match.roots.includes(cause)))
  return urgent([match.priority, ...symptoms.map(({ priority }) => priority)])
}

function citedOf(voices: readonly Voice[], seen: Seen, causes: readonly string[]): CitedEvidence[] {
  const own = [...voices].sort((left, right) => right.weight - left.weight)
  const explaining = seen.evidence.filter(({ id }) => causes.includes(id))
  const cited = new Map<string, CitedEvidence>()
  for (const { id, status, message } of [...own.map((voice) => voice.cited), ...explaining]) {
    if (!cited.has(id)) cited.set(id, { id, status, message })
  }
  return [...cited.values()]
}

function combined(weights: readonly number[]): number {
  const [first = 0, ...rest] = weights.toSorted((left, right) => right - left)
  return rest.reduce((sure, weight) => sure + (1 - sure) * weight * CORROBORATION, first)
}

function hypothesisOf(match: Match): Hypothesis {
  return {
    playbook: match.playbook.id,
    title: match.playbook.title,
    priority: match.priority,
    confidence: match.confidence,
    evidence: match.cited,
    ...(match.causes.length === 0 ? {} : { explainedBy: match.causes }),
    ...(match.contradicted ? { contradicted: true as const } : {}),
  }
}

function urgent(priorities: readonly Priority[]): Priority {
  return priorities.toSorted()[0] ?? 'P2'
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
