/**
 * Which playbook an alert opens: asked by triage, by `mts alerts` and by the doctor, answered here
 * alone, so that one alert never leads to two places.
 */
import type { Labels } from './label-matcher.ts'

export interface AlertTrigger {
  readonly alertname: string
  /** All of them must stand on the alert. */
  readonly labels: Labels
}

export interface TriggeredPlaybook {
  readonly id: string
  readonly triggers: readonly AlertTrigger[]
}

export interface OpeningAlert {
  readonly name: string
  readonly labels: Labels
  readonly annotations: Labels
}

/** `mts playbook <id>` in an annotation. */
export function playbookNamed(annotations: Labels): string | undefined {
  for (const words of Object.values(annotations)) {
    const id = /\bmts playbook ([a-z0-9][a-z0-9-]*)/.exec(words)?.[1]
    if (id !== undefined) return id
  }
  return undefined
}

/** The one the alert itself names, else the one whose trigger says most of it; of equals the first. */
export function playbookForAlert(
  alert: OpeningAlert,
  playbooks: readonly TriggeredPlaybook[],
): string | undefined {
  const named = playbookNamed(alert.annotations)
  if (named !== undefined && playbooks.some(({ id }) => id === named)) return named
  const triggered = playbooks.flatMap(({ id, triggers }) =>
    triggers
      .filter((trigger) => isTriggered(trigger, alert))
      .map(({ labels }) => ({ id, said: Object.keys(labels).length })),
  )
  const [best] = triggered.toSorted((left, right) => right.said - left.said)
  return best?.id
}

function isTriggered({ alertname, labels }: AlertTrigger, alert: OpeningAlert): boolean {
  return (
    alertname === alert.name &&
    Object.entries(labels).every(([name, value]) => alert.labels[name] === value)
  )
}
