import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentIn, problemsIn, ROOT } from '../playbook/documents/support.ts'

const SOURCE = readFileSync(join(ROOT, 'playbooks/service-down.yaml'), 'utf8')

/** The playbook with other signals, and the line on which they begin. */
function withSignals(signals: string): { readonly source: string; readonly line: number } {
  const before = SOURCE.slice(0, SOURCE.indexOf('\nsignals:') + 1)
  const after = SOURCE.slice(SOURCE.indexOf('\nsteps:') + 1)
  return { source: `${before}${signals}${after}`, line: before.split('\n').length }
}

describe('the signals of a playbook', () => {
  it('count critical and warning, and are explained by what all of them name, unless they say', () => {
    const { source } = withSignals(
      [
        'signals:',
        '  explainedBy: [database]',
        '  evidence:',
        '    - { evidence: latency, weight: 0.5 }',
        "    - { evidence: 'pool:waiting', status: [critical], weight: 1, priority: P1, explainedBy: [] }",
        '',
      ].join('\n'),
    )
    expect(documentIn(source).signals?.evidence).toEqual([
      {
        evidence: 'latency',
        weight: 0.5,
        status: ['critical', 'warning'],
        explainedBy: ['database'],
      },
      {
        evidence: 'pool:waiting',
        weight: 1,
        status: ['critical'],
        priority: 'P1',
        explainedBy: [],
      },
    ])
  })

  it.each([
    ['{ evidence: databse, weight: 0.5 }', 'databse'],
    ['{ evidence: latency, weight: 0 }', 'weight'],
    ['{ evidence: latency, weight: 1.5 }', 'weight'],
    ['{ evidence: latency, weight: 0.5, status: [unknown] }', 'unknown'],
    ['{ evidence: latency, wieght: 0.5, weight: 0.5 }', 'wieght'],
    ['{ evidence: latency, weight: 0.5, explainedBy: [databse] }', 'databse'],
  ])('are refused where they could never be seen or weighed: %s', (signal, named) => {
    const { source, line } = withSignals(`signals:\n  evidence:\n    - ${signal}\n`)
    const problems = problemsIn(source)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${line + 2}:.*${named}`))
  })
})
