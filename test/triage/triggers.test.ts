/** One alert leads to one playbook, whoever is asked: the rules' runbook, the triggers, triage, the list of alerts. */
import { describe, expect, it } from 'vitest'
import { listAlerts } from '../../src/alerts/alert-list.ts'
import { playbookForAlert } from '../../src/core/alert-playbook.ts'
import { judgeLinks } from '../../src/doctor/link-faults.ts'
import { allAlerts } from '../../src/monitoring/alert-rules.ts'
import { rankPlaybooks } from '../../src/triage/rank.ts'
import { planOf } from '../monitoring/plans.ts'
import { shippedPlaybooks } from './shipped.ts'

const playbooks = await shippedPlaybooks()
const rendered = allAlerts(planOf())

describe('every rendered alert', () => {
  it.each(rendered.map(({ alert, playbook, severity }) => [alert, playbook, severity] as const))(
    '%s opens %s',
    (name, playbook, severity) => {
      const labels = { alertname: name, severity }
      // Without its annotation: an older rule of that name leads to the same place.
      for (const annotations of [{}, { runbook: `mts playbook ${playbook}` }]) {
        const alert = { name, labels, annotations }
        expect(playbookForAlert(alert, playbooks)).toBe(playbook)
        const seen = {
          observedAt: '',
          evidence: [],
          alerts: [{ ...alert, message: { ko: name, en: name } }],
          logged: [],
          unseen: [],
        }
        const triage = rankPlaybooks(seen, playbooks)
        expect(triage.hypotheses.map((one) => one.playbook)).toEqual([playbook])
        const [listed] = listAlerts([{ labels, annotations, state: 'firing' }], [], (one) =>
          playbookForAlert(one, playbooks),
        )
        expect(listed?.playbook).toBe(playbook)
      }
    },
  )

  it('is a trigger of exactly one playbook, and no trigger waits for an alert that is not rendered', () => {
    const names = playbooks.flatMap(({ triggers }) => triggers.map(({ alertname }) => alertname))
    expect(names.toSorted()).toEqual(rendered.map(({ alert }) => alert).toSorted())
  })

  it('leaves the doctor nothing to say about links', () => {
    const rules = rendered.map(({ alert, playbook, severity }) => ({
      kind: 'alerting' as const,
      name: alert,
      query: '',
      labels: { severity },
      annotations: { runbook: `mts playbook ${playbook}` },
      health: 'ok',
      forMs: 0,
      state: 'inactive' as const,
      alerts: [],
    }))
    expect(judgeLinks(rules, playbooks)).toEqual([])
  })
})

describe('of two playbooks with the same trigger', () => {
  const labels = { alertname: 'X', severity: 'critical' }
  const books = [
    { id: 'any', triggers: [{ alertname: 'X', labels: {} }] },
    { id: 'critical', triggers: [{ alertname: 'X', labels: { severity: 'critical' } }] },
  ]
  const open = (annotations: Readonly<Record<string, string>>, severity = 'critical') =>
    playbookForAlert({ name: 'X', labels: { ...labels, severity }, annotations }, books)

  it('the one that says more of the alert is taken, and the one the alert names before both', () => {
    expect(open({})).toBe('critical')
    expect(open({}, 'warning')).toBe('any')
    expect(open({ runbook: 'mts playbook any' })).toBe('any')
    expect(open({ runbook: 'mts playbook gone' })).toBe('critical')
  })
})
