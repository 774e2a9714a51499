import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document, Step } from '../../../src/playbook/document.ts'
import { documentFlow } from '../../../src/render/playbook-flow.ts'
import { documentMarkdown } from '../../../src/render/playbook-markdown.ts'
import { ROOT, shipped } from './support.ts'

/** Every form of line we write; the parser of Mermaid 11 takes each of them. */
const LABEL = String.raw`"(?:[^"#;\`<>&\\{}[\]|\n]|#\d+;)+"`
const LINES: readonly RegExp[] = [
  /^flowchart TD$/,
  new RegExp(
    `^ {2}[scf]\\d+(?:\\[${LABEL}\\]|\\[\\[${LABEL}\\]\\]|\\[/${LABEL}/\\]|\\(\\[${LABEL}\\]\\)|\\{${LABEL}\\})$`,
  ),
  new RegExp(`^ {2}e\\d+\\(\\[${LABEL}\\]\\)(?::::(?:good|bad))?$`),
  new RegExp(`^ {2}[scf]\\d+ (?:-->|-\\.->)(?:\\|${LABEL}\\|)? [scfe]\\d+$`),
  new RegExp(`^ {2}subgraph (?:cancelled|always)\\[${LABEL}\\]$`),
  /^ {2}end$/,
  /^ {2}classDef [a-z]+ [a-z0-9#:, -]+$/,
  /^ {2}class s\d+(?:,s\d+)* [a-z]+$/,
]

function unknownLines(flow: string): readonly string[] {
  return flow.split('\n').filter((line) => !LINES.some((form) => form.test(line)))
}

/** Ends of edges that no node has, and nodes that no edge touches. */
function loose(flow: string): { readonly unknown: string[]; readonly alone: string[] } {
  const nodes = new Set([...flow.matchAll(/^ {2}([scfe]\d+)(?:[[({])/gm)].map(([, id]) => id ?? ''))
  const used = new Set(
    [...flow.matchAll(/^ {2}([scf]\d+) \S.*? ([scfe]\d+)$/gm)].flatMap(([, from, to]) => [
      from ?? '',
      to ?? '',
    ]),
  )
  return {
    unknown: [...used].filter((id) => !nodes.has(id)),
    alone: [...nodes].filter((id) => !used.has(id) && /^[se]/.test(id)),
  }
}

const ids = readdirSync(join(ROOT, 'playbooks'))
  .filter((file) => file.endsWith('.yaml') && !/\.test\.yaml$|^log-patterns/.test(file))
  .map((file) => file.replace('.yaml', ''))

describe('mts playbook render', () => {
  it.each(ids)('%s: a flow that Mermaid reads, with every step, end and way', async (id) => {
    const document = await shipped('playbooks', id)
    for (const lang of ['ko', 'en'] as const) {
      const markdown = documentMarkdown(document, lang)
      const flow = /```mermaid\n([\s\S]*?)\n```/.exec(markdown)?.[1] ?? ''
      expect(unknownLines(flow)).toEqual([])
      expect(loose(flow)).toEqual({ unknown: [], alone: [] })
      const steps = markdown.split(/^## (?:단계|Steps)$/m)[1]?.split(/^## /m)[0] ?? ''
      const headings = [...steps.matchAll(/^### \d+\. /gm)].length
      expect([...flow.matchAll(/^ {2}s\d+[[({]/gm)]).toHaveLength(headings)
      const codes = new Set(
        [...markdown.matchAll(/^\*\*.*\*\* `([A-Z_]+)` /gm)].map(([, code]) => code),
      )
      for (const code of codes) expect(flow).toContain(`"${code}"`)
      expect(markdown.match(/```/g)).toHaveLength(2)
    }
  })
})

const common = { onFailure: 'abort', line: 1 } as const

function documentOf(steps: readonly Step[]): Document {
  const words = { ko: '시험', en: 'test' }
  return {
    apiVersion: 'mts/v1',
    kind: 'Playbook',
    id: 'x',
    title: words,
    version: '1',
    owner: 'x',
    labels: {},
    triggers: [],
    inputs: {},
    steps,
    finally: [],
    file: 'x.yaml',
    digest: 'x',
  }
}

describe('the flow of any document', () => {
  const anyText = fc
    .oneof(
      fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }),
      fc.constantFrom('end', '1. 확인', 'a --> b', '"quoted"', 'x;y', '`md`', '%% no', 'subgraph'),
    )
    .filter((words) => words.trim() !== '')
    .map((words) => ({ ko: words, en: words }))

  it('is read by Mermaid whatever its titles hold', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), (titles) => {
        const steps = titles.map((title, index): Step => {
          const own = { ...common, id: `end-${index}`, title }
          if (index % 3 === 0 && index < titles.length - 1) {
            const goto = `end-${titles.length - 1}`
            const way = { when: 'true', goto, title }
            return { ...own, type: 'branch', branches: [way], otherwise: `end-${index + 1}` }
          }
          return { ...own, type: 'manual', prompt: title, expects: [] }
        })
        const flow = documentFlow(documentOf(steps), 'ko')
        expect(unknownLines(flow)).toEqual([])
        expect(loose(flow)).toEqual({ unknown: [], alone: [] })
      }),
      { numRuns: 200 },
    )
  })

  it('shows where a step that does not apply, fails or ends leads', () => {
    const title = { ko: '제목', en: 'title' }
    const finding = { code: 'BROKEN', message: title, failure: true }
    const flow = documentFlow(
      documentOf([
        {
          ...common,
          id: 'a',
          title,
          type: 'probe',
          probe: 'p',
          with: {},
          onNoData: 'inconclusive',
          finding,
        },
        {
          ...common,
          id: 'b',
          title,
          type: 'manual',
          prompt: title,
          expects: [],
          when: 'x',
          end: true,
          finding,
        },
        { ...common, id: 'c', title, type: 'wait', forMs: 1000 },
      ]),
      'en',
    )
    expect(flow).toContain('  s1 -.->|"fails"| e1')
    expect(flow).toContain('  s2 --> e1')
    expect(flow).toContain('  s2 -.->|"does not apply"| s3')
    expect(flow).toContain('  s3 --> e0')
    expect(flow.match(/"BROKEN"/g)).toHaveLength(1)
  })
})
