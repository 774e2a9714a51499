import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExpositionSample } from '../../src/core/exposition.ts'
import { createExpositionReader, parseExposition } from '../../src/telemetry/exposition.ts'
import type { ExpositionFormat } from '../../src/telemetry/exposition-line.ts'

const recorded = readFileSync(new URL('../recordings/exposition.txt', import.meta.url))

function samplesOf(text: string, format: ExpositionFormat = 'text'): readonly ExpositionSample[] {
  const parsed = parseExposition(text, format)
  if (parsed.kind === 'broken') throw new Error(`line ${parsed.line}: ${parsed.reason}`)
  return parsed.exposition.samples
}

describe('the recorded scrape', () => {
  it('is read whole: every series, its labels and its value', () => {
    const parsed = parseExposition(recorded, 'text')
    if (parsed.kind === 'broken') throw new Error(parsed.reason)
    const { samples, families } = parsed.exposition
    const series = recorded
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(samples).toHaveLength(series.length)
    expect(samples.filter(({ name }) => name.endsWith('_bucket')).length).toBeGreaterThan(2500)
    expect(samples.find(({ name }) => name === 'sales_amount_total_KRW_total')).toEqual({
      name: 'sales_amount_total_KRW_total',
      labels: { application: 'mini-today-sales' },
      value: 78_900,
    })
    expect(families.get('http_server_requests_seconds')).toEqual({
      type: 'histogram',
      help: 'Duration of HTTP server request handling',
    })
    const heap = samples.filter(
      ({ name, labels }) => name === 'jvm_memory_max_bytes' && labels['area'] === 'heap',
    )
    expect(heap.map(({ value }) => value)).toContain(-1)
  })

  it('is the same, however it is cut into pieces', () => {
    const whole = samplesOf(recorded.toString('utf8'))
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: recorded.length - 1 }), { maxLength: 40 }),
        (cuts) => {
          const samples: ExpositionSample[] = []
          const reader = createExpositionReader('text', {
            sample: (sample) => void samples.push(sample),
            about: () => undefined,
          })
          let from = 0
          for (const to of [...cuts.sort((left, right) => left - right), recorded.length]) {
            reader.write(recorded.subarray(from, to))
            from = to
          }
          expect(reader.end()).toEqual({ kind: 'whole', samples: whole.length })
          expect(samples).toEqual(whole)
        },
      ),
      { numRuns: 5 },
    )
  })

  it('takes a few milliseconds', () => {
    const times = Array.from({ length: 15 }, () => {
      const startedMs = performance.now()
      parseExposition(recorded, 'text')
      return performance.now() - startedMs
    })
    // The best of several: a busy machine proves nothing about the parser.
    expect(Math.min(...times)).toBeLessThan(25)
  })

  it('broken off anywhere is never taken for a whole one', () => {
    const text = recorded.toString('utf8')
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 1 }), (at) => {
        const parsed = parseExposition(text.slice(0, at), 'text')
        // Between two lines nobody can tell; the connection's own end must (`delimited`).
        if (text[at - 1] !== '\n') expect(parsed.kind).toBe('broken')
      }),
      { numRuns: 40 },
    )
  })
})

describe('the text format 0.0.4', () => {
  it('knows escapes, blanks, comments, timestamps, NaN and the infinities', () => {
    const samples = samplesOf(
      [
        '# a comment of any kind',
        '# HELP x words with \\\\ and \\n in them',
        '# TYPE x gauge',
        '  x { path = "C:\\\\DIR\\\\\\n\\"quoted\\"" , le="+Inf", } 1.5e3  1395066363000 ',
        'x NaN',
        'x{a=""} -Inf',
        'x{a="}"} +Inf',
        'x 0x1p-2'.replace('0x1p-2', '.5'),
        '',
        'no_labels\t7',
        'y{} 2.147483647E9',
        '',
      ].join('\n'),
    )
    expect(samples).toEqual([
      {
        name: 'x',
        labels: { path: 'C:\\DIR\\\n"quoted"', le: '+Inf' },
        value: 1500,
        timestampMs: 1395066363000,
      },
      { name: 'x', labels: {}, value: Number.NaN },
      { name: 'x', labels: { a: '' }, value: Number.NEGATIVE_INFINITY },
      { name: 'x', labels: { a: '}' }, value: Number.POSITIVE_INFINITY },
      { name: 'x', labels: {}, value: 0.5 },
      { name: 'no_labels', labels: {}, value: 7 },
      { name: 'y', labels: {}, value: 2147483647 },
    ])
  })

  it('refuses with the line and the reason what is no exposition', () => {
    const broken: Readonly<Record<string, string>> = {
      '<html>\n': 'metric name',
      'x\n': 'no value',
      'x{a="b} 1\n': 'quotes',
      'x{a="b"\n': 'labels',
      'x{a="b" c="d"} 1\n': 'labels',
      'x{1a="b"} 1\n': 'label name',
      'x{a} 1\n': 'without a value',
      'x{a="1",a="2"} 1\n': 'twice',
      'x one\n': 'no number',
      'x 0x10\n': 'no number',
      'x 1e400\n': 'no number',
      'x 1 2 3\n': 'more after',
      'x 1 1.5\n': 'timestamp',
      '1x 1\n': 'metric name',
      'x 1 # {a="b"} 1\n': 'more after',
      'x 1': 'does not end',
    }
    for (const [text, reason] of Object.entries(broken)) {
      const parsed = parseExposition(`ok 1\n${text}`, 'text')
      expect([text, parsed]).toMatchObject([text, { kind: 'broken', line: 2 }])
      expect(parsed.kind === 'broken' && parsed.reason).toContain(reason)
    }
  })

  it('takes a label called __proto__ for a label', () => {
    const [sample] = samplesOf('x{__proto__="a"} 1\n')
    expect(Object.entries(sample?.labels ?? {})).toEqual([['__proto__', 'a']])
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })
})

describe('OpenMetrics', () => {
  it('knows exemplars, seconds, units, created series, quoted names and its end', () => {
    const parsed = parseExposition(
      [
        '# TYPE req_seconds histogram',
        '# UNIT req_seconds seconds',
        '# HELP req_seconds time \\"taken\\"',
        'req_seconds_bucket{le="0.1"} 8 # {trace_id="abc"} 0.067 1520879607.789',
        'req_seconds_bucket{le="+Inf"} 9 1520879607.5 # {} 0.5',
        'req_seconds_created 1520430000.123',
        '{"a.dotted name","b.c"="d"} 1',
        '# EOF',
      ].join('\n'),
      'openmetrics',
    )
    expect(parsed).toEqual({
      kind: 'whole',
      exposition: {
        samples: [
          {
            name: 'req_seconds_bucket',
            labels: { le: '0.1' },
            value: 8,
            exemplar: {
              labels: { trace_id: 'abc' },
              value: 0.067,
              timestampMs: 1520879607789,
            },
          },
          {
            name: 'req_seconds_bucket',
            labels: { le: '+Inf' },
            value: 9,
            timestampMs: 1520879607500,
            exemplar: { labels: {}, value: 0.5 },
          },
          { name: 'req_seconds_created', labels: {}, value: 1520430000.123 },
          { name: 'a.dotted name', labels: { 'b.c': 'd' }, value: 1 },
        ],
        families: new Map([
          ['req_seconds', { type: 'histogram', unit: 'seconds', help: 'time "taken"' }],
        ]),
      },
    })
  })

  it('takes no time beyond all times', () => {
    expect(parseExposition('x 1 1e400\n# EOF\n', 'openmetrics')).toMatchObject({
      kind: 'broken',
      reason: 'no timestamp: 1e400',
    })
  })

  it('without # EOF, or with anything after it, is broken', () => {
    expect(parseExposition('x 1\n', 'openmetrics')).toMatchObject({ kind: 'broken' })
    expect(parseExposition('x 1\n# EOF\nx 2\n', 'openmetrics')).toMatchObject({ kind: 'broken' })
    expect(parseExposition('x 1\n\n# EOF\n', 'openmetrics')).toMatchObject({ kind: 'broken' })
  })
})

describe('any exposition', () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/)
  const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
  const labelValue = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '}', '{', ',', '=', '매', ' ', 'n'),
      maxLength: 8,
    }),
  )
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  )
  const sample = fc.record(
    {
      name,
      labels: fc.dictionary(labelName, labelValue, { maxKeys: 4 }),
      value: number,
      timestampMs: fc.integer({ min: -1e12, max: 1e13 }),
    },
    { requiredKeys: ['name', 'labels', 'value'] },
  )

  const spell = (value: number): string =>
    Number.isNaN(value)
      ? 'NaN'
      : Number.isFinite(value)
        ? Object.is(value, -0)
          ? '-0'
          : String(value)
        : value > 0
          ? '+Inf'
          : '-Inf'
  const escape = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  const write = ({ name: metric, labels, value, timestampMs }: ExpositionSample): string => {
    const inside = Object.entries(labels).map(([key, words]) => `${key}="${escape(words)}"`)
    const stamp = timestampMs === undefined ? '' : ` ${timestampMs}`
    return `${metric}${inside.length === 0 ? '' : `{${inside.join(',')}}`} ${spell(value)}${stamp}`
  }

  it('that is written is read back as it was, whatever its labels hold', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 20 }), (samples) => {
        const text = samples.map((one) => `${write(one as ExpositionSample)}\n`).join('')
        expect(samplesOf(text).map((one) => ({ ...one, labels: { ...one.labels } }))).toEqual(
          samples.map((one) => ({ ...one, labels: { ...one.labels } })),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('of garbage ends in a verdict, never in an exception', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom('x', '{', '}', '"', '\\', ',', '=', ' ', '\n', '1', '#', 'TYPE ', 'EOF'),
          {
            maxLength: 60,
          },
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(
        junk,
        fc.constantFrom('text' as const, 'openmetrics' as const),
        (text, format) => {
          expect(['whole', 'broken']).toContain(parseExposition(text, format).kind)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('of bytes that are no UTF-8 is broken, also when the cut goes through a character', () => {
    expect(parseExposition(Uint8Array.of(0x78, 0xff, 0x0a), 'text')).toMatchObject({
      kind: 'broken',
      reason: 'no UTF-8',
    })
    const bytes = Buffer.from('x{a="매출"} 1\n')
    for (let cut = 1; cut < bytes.length; cut++) {
      const samples: ExpositionSample[] = []
      const reader = createExpositionReader('text', {
        sample: (one) => void samples.push(one),
        about: () => undefined,
      })
      reader.write(bytes.subarray(0, cut))
      reader.write(bytes.subarray(cut))
      expect(reader.end().kind).toBe('whole')
      expect(samples[0]?.labels).toEqual({ a: '매출' })
    }
  })
})
