import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentError } from '../../../src/playbook/fault.ts'
import { parseDocument } from '../../../src/playbook/load.ts'
import { isBoundedPattern } from '../../../src/playbook/validate-inputs.ts'
import { declaredCatalog, documentIn, playbook, problemsIn } from './support.ts'

const END = `
- id: last
  title: { ko: 끝, en: end }
  type: probe
  probe: metrics.summary
`

/** The head is ten lines: steps begin at line 11. */
const FIRST = 11

function faultsOf(steps: string, head = ''): readonly string[] {
  return problemsIn(playbook(steps, head))
}

describe('a document that is right', () => {
  it('is read with its defaults, durations in ms, and the line of each step', () => {
    const document = documentIn(
      playbook(`
- id: look
  title: { ko: 보기, en: look }
  type: probe
  probe: settlement.record
  with: { date: '\${dueDate}' }
  successCondition: value.exists
  interval: 30s
  timeout: 1h30m
- id: act
  title: { ko: 실행, en: act }
  type: action
  action: settlement.reprocess
  with: { id: '\${steps.look.value.record.id}' }
  approval: {}
`),
    )
    expect(document.steps).toMatchObject([
      {
        id: 'look',
        line: FIRST,
        onFailure: 'abort',
        onNoData: 'inconclusive',
        intervalMs: 30_000,
        timeoutMs: 5_400_000,
      },
      { id: 'act', line: FIRST + 8, approval: { expiresInMs: 600_000 } },
    ])
    expect(document.digest).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('faults of YAML', () => {
  it('name the place of a syntax error', () => {
    expect(problemsIn('apiVersion: mts/v1\nkind: [Playbook\n')[0]).toMatch(/^3:1 YAML: /)
  })

  it('name the second of two equal keys', () => {
    expect(faultsOf(`${END}  probe: metrics.summary\n`)).toEqual([
      `${FIRST + 4}:5 the same key twice`,
    ])
  })

  it('refuse aliases before they are expanded, so that no bomb goes off', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((key, index) => {
        const before = String.fromCharCode('a'.charCodeAt(0) + index)
        return `${key}: &${key} [${Array(9).fill(`*${before}`).join(', ')}]`
      }),
    ].join('\n')
    const started = performance.now()
    expect(problemsIn(bomb)[0]).toBe('2:8 aliases (*) are not read here: write the value out')
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('refuse a file over 256 KiB without reading it', () => {
    expect(problemsIn(`#${'x'.repeat(262_144)}`)).toEqual([
      '1:1 the file is too large (at most 256 KiB)',
    ])
    expect(problemsIn(`#${'한'.repeat(100_000)}`)).toEqual([
      '1:1 the file is too large (at most 256 KiB)',
    ])
  })

  it('refuse nesting that would exhaust the stack, and tags that would make objects', () => {
    expect(problemsIn(`a: ${'['.repeat(50_000)}`)).toEqual(['1:1 nested too deeply'])
    expect(problemsIn(`${'- '.repeat(5000)}x`)).toEqual(['1:1 nested too deeply'])
    expect(problemsIn('a: !!js/function "x"')[0]).toMatch(/^1:4 tags are not read here/)
  })

  it('never break, whatever the file holds', () => {
    const catalog = declaredCatalog()
    const pieces = fc.constantFrom(
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '\n',
      '  ',
      '"',
      '|',
      '&a',
      '*a',
      'id',
      '${',
      'steps',
      '\t',
      '한',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        expect(parseDocument(parts.join(''), 'f', catalog).kind).toBe('invalid')
      }),
    )
  })
})

describe('faults of shape', () => {
  it('name an unknown key, its place and the nearest one', () => {
    expect(faultsOf(`${END}  succesCondition: 'true'\n`)).toEqual([
      `${FIRST + 4}:5 unknown key: succesCondition (did you mean successCondition?)`,
    ])
    expect(faultsOf(END, 'prioritee: P2\n')[0]).toBe(
      '10:1 unknown key: prioritee (did you mean priority?)',
    )
  })

  it('name a missing key at the step it is missing from', () => {
    expect(faultsOf('- id: a\n  type: manual\n  title: { ko: 가, en: a }')).toEqual([
      `${FIRST}:5 prompt is missing: expected keys and values`,
    ])
    expect(
      faultsOf('- id: a\n  type: manual\n  title: { ko: 가 }\n  prompt: { ko: 가, en: a }'),
    ).toEqual([`${FIRST + 2}:12 en is missing: expected a text`])
  })

  it('say what was expected and what stands there', () => {
    expect(faultsOf(END.replace('probe\n', 'prob\n'))[0]).toBe(
      `${FIRST + 2}:11 type: expected one of probe, action, manual, approval, wait, branch, found prob; did you mean probe?`,
    )
    expect(faultsOf(`${END}  interval: 30\n  timeout: soon\n`)).toEqual([
      `${FIRST + 4}:15 interval: expected a text, found 30`,
      `${FIRST + 5}:14 timeout: expected a duration with its unit: 30s, 10m, 6h, found soon`,
    ])
    expect(problemsIn(playbook(END).replace('version: 1.0.0', 'version: 1.0'))[0]).toMatch(
      /^5:10 version: expected a text, found 1/,
    )
  })

  it('are all told at once, in the order of the file, with those of meaning', () => {
    const faults = faultsOf(`
- id: a
  title: { ko: 가, en: a }
  type: manual
- id: b
  title: { ko: 나, en: b }
  type: probe
  probe: metrics.sumary
- id: b
  title: { ko: 다, en: c }
  type: wait
  for: never
`)
    expect(faults.map((fault) => fault.split(' ', 1)[0])).toEqual([
      '11:5',
      '17:12',
      '18:9',
      '21:10',
    ])
  })

  it('make one error of exit code 78 that holds file, line and column of each', () => {
    const parsed = parseDocument(playbook('- id: A'), 'my.yaml', declaredCatalog())
    if (parsed.kind !== 'invalid') throw new Error('it is not valid')
    const error = documentError(parsed.problems)
    expect(error.exitCode).toBe(78)
    expect(error.text.ko).toMatch(/my\.yaml:11:5 {2}\S/)
    expect(error.next).toEqual(['mts playbook validate my.yaml'])
  })
})

describe('faults of meaning', () => {
  it('name an unknown probe or action, with the nearest', () => {
    expect(faultsOf(END.replace('metrics.summary', 'metrics.sumary'))).toEqual([
      `${FIRST + 3}:12 unknown probe: metrics.sumary (did you mean metrics.summary?)`,
    ])
    expect(
      faultsOf(
        '- id: a\n  title: { ko: 가, en: a }\n  type: action\n  action: settlement.reproces\n  approval: {}',
      ),
    ).toEqual([
      `${FIRST + 3}:13 unknown action: settlement.reproces (did you mean settlement.reprocess?)`,
    ])
  })

  it('hold literal inputs against the declaration, and expressions by their type', () => {
    const component = (given: string): readonly string[] =>
      faultsOf(END.replace('metrics.summary', `health.component\n  with: ${given}`))
    expect(component('{ name: reddis }')[0]).toMatch(/^15:19 name: /)
    expect(component('{ nam: redis }')).toEqual([
      '15:11 with is missing name',
      '15:13 unknown key: nam (did you mean name?)',
    ])
    const reprocess = (id: string): readonly string[] =>
      faultsOf(`
- id: due
  title: { ko: 가, en: a }
  type: probe
  probe: settlement.due
- id: act
  title: { ko: 나, en: b }
  type: action
  action: settlement.reprocess
  with: { id: ${id} }
  approval: {}
`)
    expect(reprocess("'${steps.due.value.record.id}'")).toEqual([])
    expect(reprocess("'${steps.due.value.record.note}'")).toEqual([
      '19:20 expected a number, found a text or null',
    ])
    expect(reprocess("'no ${steps.due.value.record.id}'")).toEqual([
      '19:17 an expression ${ … } is expected to be the whole value',
    ])
    expect(reprocess('eight')[0]).toMatch(/^19:17 id: /)
  })

  it('demand an approval on every action and refuse to poll or repeat it', () => {
    const action =
      '- id: a\n  title: { ko: 가, en: a }\n  type: action\n  action: settlement.run\n  with: { date: 2026-11-23 }'
    expect(faultsOf(action)).toEqual([
      `${FIRST}:5 approval is missing: a mutating step always needs one (approval: {} will do)`,
    ])
    for (const key of ['retry: { maxAttempts: 3 }', 'interval: 30s', 'timeout: 1m']) {
      expect(faultsOf(`${action}\n  approval: {}\n  ${key}`)[0]).toMatch(
        /^17:\d+ a mutating step is sent at most once/,
      )
    }
    expect(faultsOf(`${action}\n  approval: { expiresIn: 11m }`)[0]).toMatch(/at most 10m/)
  })

  it('refuse a condition that cannot be parsed, at its place', () => {
    expect(faultsOf(`${END}  successCondition: value.sales >\n`)[0]).toMatch(/^15:\d+ expression: /)
  })

  it('refuse a misspelt field, at its place, in every style of YAML', () => {
    const misspelt = 'unknown name: sale (did you mean sales?)'
    expect(faultsOf(`${END}  successCondition: 1 == 1 && value.sale > 0\n`)).toEqual([
      `15:33 ${misspelt}`,
    ])
    expect(faultsOf(`${END}  successCondition: '1 == 1 && value.sale > 0'\n`)).toEqual([
      `15:34 ${misspelt}`,
    ])
    expect(faultsOf(`${END}  successCondition: >-\n    1 == 1 &&\n    value.sale > 0\n`)).toEqual([
      `17:7 ${misspelt}`,
    ])
  })

  it('refuse comparing what cannot be equal', () => {
    const due = END.replace('metrics.summary', 'settlement.due')
    const of = (condition: string): string | undefined =>
      faultsOf(`${due}  successCondition: ${condition}\n`)[0]
    expect(of("'value.class == 3'")).toMatch(/cannot compare a text with a number/)
    expect(of(`'value.class == "complete"'`)).toMatch(
      /never has the value complete \(did you mean completed\?\)/,
    )
    expect(of(`'value.class in ["none", "faild_empty"]'`)).toMatch(/did you mean failed_empty/)
    expect(of("'value.late.count'")).toMatch(/expected true or false, found a number/)
    expect(of("'value.record.transactionCount > 0 && value.date'")).toMatch(
      /expected true or false/,
    )
    expect(of("'wonEquals(value.late.amount, value.late.count)'")).toMatch(
      /expected a text, found a number/,
    )
    expect(of("'value.late.stores.exists(s, s == 3)'")).toMatch(/cannot compare/)
    expect(of("'nosuch(value.date)'")).toMatch(/^15:\d+ expression: /)
    expect(of('\'value.record == null || value.record.status == "FAILED"\'')).toBeUndefined()
  })

  it('refuse matches, and say what to use', () => {
    expect(
      faultsOf(
        `${END.replace('metrics.summary', 'settlement.due')}  successCondition: value.date.matches("2026.*")\n`,
      ),
    ).toEqual([
      '15:23 matches is not offered (its expressions may never end): use contains, startsWith or endsWith',
    ])
  })

  it('let a step refer to earlier steps only', () => {
    const later =
      '- id: first\n  title: { ko: 가, en: a }\n  type: probe\n  probe: metrics.summary\n  when: steps.last.status == "succeeded"\n'
    expect(faultsOf(later + END.trim())).toEqual([
      '15:11 only earlier steps can be referred to: last is this step or comes later',
    ])
    expect(faultsOf(`${END}  when: steps.lost.status == "failed"\n`)[0]).toMatch(
      /unknown name: lost/,
    )
    expect(faultsOf(`${END}  when: value.sales > 0\n`)[0]).toMatch(
      /value is only known in the conditions of a probe step/,
    )
    const hyphen = END.replace('id: last', 'id: look-once')
    expect(
      faultsOf(`${hyphen}${END.trim()}\n  when: steps.look-once.value.sales > 0\n`)[0],
    ).toMatch(/steps\["look-once"\]/)
  })

  it('refuse a branch to nowhere, backwards, or past which no way leads', () => {
    const branch = (goto: string, otherwise = 'last'): string => `
- id: start
  title: { ko: 시작, en: start }
  type: probe
  probe: metrics.summary
- id: fork
  title: { ko: 분기, en: fork }
  type: branch
  branches:
    - { when: steps.start.value.sales > 0, goto: ${goto}, title: { ko: 가, en: a } }
  otherwise: ${otherwise}
- id: between
  title: { ko: 사이, en: between }
  type: probe
  probe: metrics.summary
${END.trim()}`
    expect(faultsOf(branch('between'))).toEqual([])
    expect(faultsOf(branch('betwen'))).toEqual([
      '19:52 no such step: betwen (did you mean between?)',
    ])
    expect(faultsOf(branch('start'))[0]).toMatch(/^19:52 a branch only goes forward/)
    expect(faultsOf(branch('last', 'fork'))[0]).toMatch(/^20:16 a branch only goes forward/)
    expect(faultsOf(branch('last'))).toEqual(['21:5 no way leads to this step: between'])
  })

  it('refuse polling without an end', () => {
    expect(faultsOf(`${END}  interval: 10s\n`)).toEqual([
      '15:5 polling needs both interval and timeout',
    ])
    expect(faultsOf(`${END}  interval: 10s\n  timeout: 1m\n`)).toEqual([
      '15:5 polling needs a successCondition to end it',
    ])
    expect(
      faultsOf(`${END}  interval: 1m\n  timeout: 10s\n  successCondition: value.sales > 0\n`)[0],
    ).toMatch(/^16:14 the timeout is expected to be longer/)
  })

  it('refuse a wait with two ends or none', () => {
    const wait = '- id: a\n  title: { ko: 가, en: a }\n  type: wait'
    expect(faultsOf(wait)[0]).toMatch(/either for or until/)
    expect(faultsOf(`${wait}\n  for: 5m\n  until: '02:30'`)[0]).toMatch(/either for or until/)
    expect(faultsOf(`${wait}\n  until: '02:30'`)).toEqual([])
    expect(faultsOf(`${wait}\n  until: '26:30'`)[0]).toMatch(/expected HH:MM of Seoul/)
  })

  it('hold the defaults of inputs against their type', () => {
    const input = (rest: string): readonly string[] =>
      faultsOf(END, `inputs:\n  x: { title: { ko: 가, en: x }, ${rest} }\n`)
    expect(input("type: date, default: '${dueDate}'")).toEqual([])
    expect(input('type: date, default: 2026-02-30')[0]).toMatch(/the default is no date/)
    expect(input("type: integer, default: '${dueDate}'")[0]).toMatch(
      /expected a number, found a text/,
    )
    expect(input('type: string, enum: [a, b], default: c')[0]).toMatch(/the default is no string/)
    expect(input("type: string, pattern: '(a+)+$'")[0]).toMatch(/a plain regular expression/)
  })

  it('keep actions out of checklists and finally, and a daily checklist to three questions', () => {
    const question = (id: string): string =>
      `- id: ${id}\n  title: { ko: 가, en: a }\n  type: manual\n  prompt: { ko: 가, en: a }\n`
    const daily = (steps: string): readonly string[] =>
      problemsIn(
        playbook(steps)
          .replace('kind: Playbook', 'kind: Checklist')
          .replace('id: test', 'id: daily')
          .replace(/priority.*\n|impact.*\n|worsens.*\n/g, ''),
      )
    const three = ['a', 'b', 'c'].map(question).join('')
    expect(daily(three)).toEqual([])
    expect(daily(three + question('d'))).toEqual([
      '22:11 a daily checklist asks a person at most 3 questions, found 4',
    ])
    const action = `- id: z\n  title: { ko: 가, en: a }\n  type: action\n  action: settlement.run\n  with: { date: 2026-11-23 }\n  approval: {}\n`
    expect(daily(action)[0]).toMatch(/an item of a checklist is expected to be probe, manual/)
    expect(problemsIn(`${playbook(END)}finally:\n${action.replace(/^/gm, '  ')}`)[0]).toMatch(
      /finally holds no branch and no action/,
    )
  })

  it('are told beside those of the head', () => {
    const source = playbook(END.replace('metrics.summary', 'metrics.sumary'))
      .replace('version: 1.0.0', 'version: 1')
      .replace(/worsens.*\n/, '')
    expect(problemsIn(source)).toEqual([
      '1:1 a playbook needs worsens',
      '5:10 version: expected a text, found 1',
      '13:12 unknown probe: metrics.sumary (did you mean metrics.summary?)',
    ])
  })

  it('demand of a playbook its priority and its first two lines', () => {
    expect(problemsIn(playbook(END).replace(/worsens.*\n/, ''))).toEqual([
      '1:1 a playbook needs worsens',
    ])
  })
})

describe('patterns of inputs', () => {
  it('are bounded, so that none runs for ever', () => {
    for (const good of ['^[0-9]{3}-[0-9]{2}$', '[a-z]+@[a-z]+', '(KR|US)', '\\d+\\.\\d+']) {
      expect(isBoundedPattern(good), good).toBe(true)
    }
    for (const bad of ['(a+)+', '(a|a)*b', '(x)\\1', '(?=a)b', 'a*a*a*b', '(', '(?:ab){2,}']) {
      expect(isBoundedPattern(bad), bad).toBe(false)
    }
  })
})
