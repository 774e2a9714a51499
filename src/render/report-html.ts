/**
 * A report as one HTML file: no script, nothing from outside, everything escaped by the template
 * engine. The Content-Security-Policy in the page allows its own style sheet, by hash, and nothing else.
 */
import { createHash } from 'node:crypto'
import { Eta } from 'eta/core'
import type { Lang } from '../core/text.ts'
import type { Report } from '../report/report.ts'
import { drawChart } from './report-chart.ts'
import { reportPage, type Block } from './report-page.ts'
import { REPORT_STYLE } from './report-style.ts'
import { CHART, PAGE } from './report-template.ts'

export function renderReportHtml(report: Report, lang: Lang): string {
  const eta = new Eta({ autoEscape: true, cache: true, useWith: false })
  eta.loadTemplate('@chart', CHART)
  eta.loadTemplate('@page', PAGE)
  const page = reportPage(report, lang)
  const styleHash = createHash('sha256').update(REPORT_STYLE, 'utf8').digest('base64')
  return eta.render('@page', {
    page: {
      ...page,
      sections: page.sections.map((section) => ({
        ...section,
        blocks: section.blocks.map((block) => drawn(block, lang)),
      })),
    },
    style: REPORT_STYLE,
    policy: `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    words: WORDS[lang],
  })
}

function drawn(block: Block, lang: Lang): unknown {
  return block.kind === 'chart' ? { kind: 'chart', drawing: drawChart(block.chart, lang) } : block
}

const WORDS: Readonly<Record<Lang, Readonly<Record<string, string>>>> = {
  ko: {
    table: '표로 보기',
    contents: '차례',
    write: '여기에 적으세요',
    evidence: '증적',
    by: '담당',
  },
  en: {
    table: 'As a table',
    contents: 'Contents',
    write: 'To be written',
    evidence: 'Evidence',
    by: 'by',
  },
}
