/** A report as Markdown of at most 80 cells. What people and servers wrote stays words: no markup of theirs works. */
import { durationText } from '../core/duration.ts'
import { text, type Lang } from '../core/text.ts'
import type { Chart } from '../report/chart.ts'
import type { Report } from '../report/report.ts'
import { cellsOf, wrapCells } from './columns.ts'
import { reportPage, type Block, type Entry } from './report-page.ts'

const WIDTH = 80

export function renderReportMarkdown(report: Report, lang: Lang): string {
  const page = reportPage(report, lang)
  const lines: string[] = [`# ${plainMarkdown(page.title)}`, '', ...paragraph(page.kicker), '']
  if (page.alarm !== undefined) lines.push(...paragraph(page.alarm, '> '), '')
  for (const section of page.sections) {
    lines.push(`## ${plainMarkdown(section.title)}`, '')
    for (const block of section.blocks) lines.push(...blockLines(block, lang), '')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

/**
 * Words in which nothing is Markdown or HTML: backslashes before every character that could begin
 * markup, a link or a mention of one; numbers and dates stay readable.
 */
function plainMarkdown(words: string): string {
  return words
    .replace(/[\\`*_[\]<>|~$]/g, (char) => `\\${char}`)
    .replace(/&(?=#|[a-zA-Z])/g, '\\&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\b(www)\./gi, '$1\\.')
    .replace(/!(?=\\\[)/g, '\\!')
}

/** What would be a heading, a list, a quotation or a rule at the start of a line. */
function plainStart(line: string): string {
  return line.replace(/^(\s*)([#+=-])/, '$1\\$2').replace(/^(\s*\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

function wrapped(words: string, lead: string, indent: string): string[] {
  const lines = wrapCells(plainMarkdown(words), WIDTH - cellsOf(lead) - 2)
  for (const [index, line] of lines.entries()) {
    // An overlong word may have been broken behind its backslash, which then belongs to the next line.
    const loose = /(?<!\\)(?:\\\\)*\\$/.test(line)
    if (!loose) continue
    lines[index] = line.slice(0, -1)
    if (index + 1 < lines.length) lines[index + 1] = `\\${lines[index + 1] ?? ''}`
  }
  return lines.map((line, index) => (index === 0 ? lead : indent) + plainStart(line))
}

function paragraph(words: string, lead = ''): string[] {
  return wrapped(words, lead, lead)
}

function item(words: string, depth = 0): string[] {
  const indent = '  '.repeat(depth)
  return wrapped(words, `${indent}- `, `${indent}  `)
}

function blockLines(block: Block, lang: Lang): string[] {
  switch (block.kind) {
    case 'list':
      return block.items.flatMap((cell) => item(cell.text))
    case 'facts':
      return block.rows.flatMap(({ label, value }) => item(`${label}: ${value}`))
    case 'note':
      return paragraph(block.text)
    case 'table':
      return tableLines(block)
    case 'entries':
      return block.items.flatMap(entryLines)
    case 'chart':
      return chartLines(block.chart, lang)
    case 'blank':
      return [
        ...block.known.flatMap((words) => item(words)),
        ...block.prompts.flatMap((words) => [...item(words), '']),
        `  ${lang === 'ko' ? '(여기에 적으세요)' : '(to be written)'}`,
      ]
  }
}

/** As a list with named cells: a table of 80 cells is none any more once somebody writes a sentence. */
function tableLines(block: Extract<Block, { kind: 'table' }>): string[] {
  return block.rows.flatMap((cells) => {
    const [first, ...rest] = cells
    const named = rest.map((cell, index) => `${block.head[index + 1] ?? ''}: ${cell.text}`)
    return [...item(first?.text ?? ''), ...wrapped(named.join(' · '), '  ', '  ')]
  })
}

function entryLines(entry: Entry): string[] {
  const by = entry.by === undefined ? '' : ` (${entry.by})`
  return [
    ...item(`${entry.time} ${entry.toneWord} ${entry.text}${by}`),
    ...(entry.evidence.length === 0
      ? []
      : wrapped(
          entry.evidence.map(({ label, value }) => `${label}=${value}`).join(', '),
          '  - ',
          '    ',
        )),
  ]
}

/** A chart's numbers: the picture is in the HTML. */
function chartLines(chart: Chart, lang: Lang): string[] {
  if (chart.kind === 'spans') {
    return [
      ...paragraph(chart.title[lang]),
      '',
      ...chart.rows.flatMap((row) => {
        const took = durationText(Math.max(0, Date.parse(row.to) - Date.parse(row.from)))[lang]
        return item(`${row.from.slice(11, 19)} ${row.label[lang]}: ${took}`)
      }),
    ]
  }
  return [
    ...paragraph(`${chart.title[lang]}${chart.unit === '' ? '' : `(${chart.unit})`}`),
    '',
    ...chart.series.flatMap((series) => {
      const values = series.points.map((point) => point.value)
      const last = series.points.at(-1)
      const words = text(
        `${series.points.length}개 · 최소 ${Math.min(...values)} · 최대 ${Math.max(...values)} · 마지막 ${last?.value ?? '-'}`,
        `${series.points.length} points, least ${Math.min(...values)}, most ${Math.max(...values)}, last ${last?.value ?? '-'}`,
      )
      return item(words[lang])
    }),
  ]
}
