/** A report in one language as a page of plain blocks: Markdown and HTML say the same from it. */
import { durationText } from '../core/duration.ts'
import { text, type Lang, type Text } from '../core/text.ts'
import type { Chart } from '../report/chart.ts'
import type {
  FollowUp,
  IncidentReport,
  ItemTone,
  PeriodReport,
  Prevented,
  Report,
  Tone,
} from '../report/report.ts'

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export interface Entry {
  readonly time: string
  readonly tone: Tone
  readonly toneWord: string
  readonly text: string
  readonly by?: string
  readonly evidence: readonly { readonly label: string; readonly value: string }[]
}

export type Block =
  | { readonly kind: 'list'; readonly items: readonly Cell[] }
  | {
      readonly kind: 'facts'
      readonly rows: readonly {
        readonly label: string
        readonly value: string
        readonly tone?: Tone
      }[]
    }
  | {
      readonly kind: 'table'
      readonly caption: string
      readonly head: readonly string[]
      readonly rows: readonly (readonly Cell[])[]
    }
  | { readonly kind: 'entries'; readonly items: readonly Entry[] }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | {
      readonly kind: 'blank'
      readonly prompts: readonly string[]
      readonly known: readonly string[]
    }
  | { readonly kind: 'note'; readonly text: string }

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface Page {
  readonly lang: Lang
  readonly kicker: string
  readonly title: string
  /** Said first, and loudly: the journal's chain does not hold. */
  readonly alarm?: string
  readonly sections: readonly Section[]
}

type Say = (words: Text) => string

export function reportPage(report: Report, lang: Lang): Page {
  const say: Say = (words) => words[lang]
  const { intact, problem } = report.journal
  const alarm = intact
    ? undefined
    : say(
        text(
          `기록의 해시 사슬이 맞지 않습니다. 이 보고서를 증거로 쓰지 마세요${problem === undefined ? '' : `: ${problem.ko}`}`,
          `The journal's chain of hashes does not hold; do not take this report as evidence${problem === undefined ? '' : `: ${problem.en}`}`,
        ),
      )
  return {
    lang,
    kicker: kickerOf(report, say),
    title: say(report.title),
    ...(alarm === undefined ? {} : { alarm }),
    sections: [
      {
        id: 'summary',
        title: say(text('요약', 'Summary')),
        blocks: [{ kind: 'list', items: report.summary.map((words) => ({ text: say(words) })) }],
      },
      ...(report.report === 'incident'
        ? incidentSections(report, say)
        : periodSections(report, say)),
      sourceSection(report, say),
    ],
  }
}

const TONE_WORDS: Readonly<Record<Tone, Text>> = {
  critical: text('위험', 'critical'),
  warning: text('주의', 'notice'),
  ok: text('정상', 'fine'),
  info: text('기록', 'record'),
}

function kickerOf(report: Report, say: Say): string {
  if (report.report !== 'incident') {
    return report.from === report.to ? report.from : `${report.from} ~ ${report.to}`
  }
  const { priority } = report.severity
  const parts = [say(text('장애 보고', 'Incident report')), priority, report.run]
  return parts.filter((part) => part !== undefined).join(' · ')
}

function incidentSections(report: IncidentReport, say: Say): readonly Section[] {
  return [
    {
      id: 'facts',
      title: say(text('개요', 'At a glance')),
      blocks: [
        {
          kind: 'facts',
          rows: [
            row(say, text('심각도', 'Severity'), [
              report.severity.priority,
              say(report.severity.words),
            ]),
            row(say, text('상태', 'Status'), [say(statusWords(report.status))]),
            ...(report.finding === undefined
              ? []
              : [
                  row(say, text('판정', 'Finding'), [
                    report.finding.code,
                    say(report.finding.message),
                  ]),
                ]),
            row(say, text('담당', 'Operator'), [report.operator]),
            row(say, text('대상', 'Service'), [report.url]),
            ...(report.document === undefined
              ? []
              : [
                  row(say, text('플레이북', 'Playbook'), [
                    report.document.id,
                    report.document.version,
                  ]),
                ]),
          ],
        },
      ],
    },
    {
      id: 'times',
      title: say(text('시간', 'Times')),
      blocks: [
        {
          kind: 'table',
          caption: say(text('발생부터 해결까지', 'From its beginning to its end')),
          head: [
            text('구분', 'Step'),
            text('시각', 'At'),
            text('경과', 'After'),
            text('근거', 'From'),
          ].map(say),
          rows: report.milestones.map((milestone) => [
            { text: say(milestone.title) },
            { text: milestone.at === undefined ? say(text('없음', 'none')) : clock(milestone.at) },
            { text: milestone.afterMs === undefined ? '-' : say(durationText(milestone.afterMs)) },
            { text: say(milestone.basis) },
          ]),
        },
      ],
    },
    preventedSection(report.prevented, say),
    followUpSection(report.followUps, say),
    ...chartSection(report.charts, say),
    {
      id: 'approvals',
      title: say(text('승인과 변경', 'Approvals and changes')),
      blocks: [approvalsBlock(report, say)],
    },
    {
      id: 'timeline',
      title: say(text('경과', 'Timeline')),
      blocks: [
        {
          kind: 'entries',
          items: report.timeline.map((entry) => ({
            time: clock(entry.at),
            tone: entry.tone,
            toneWord: say(TONE_WORDS[entry.tone]),
            text: say(entry.text),
            ...(entry.by === undefined || entry.by === '' ? {} : { by: entry.by }),
            evidence: entry.evidence.map(({ label, value }) => ({ label: say(label), value })),
          })),
        },
      ],
    },
    ...report.blanks.map((blank) => ({
      id: blank.id,
      title: say(blank.title),
      blocks: [
        { kind: 'blank' as const, prompts: blank.prompts.map(say), known: blank.known.map(say) },
      ],
    })),
  ]
}

function approvalsBlock(report: IncidentReport, say: Say): Block {
  if (report.approvals.length === 0) {
    return {
      kind: 'note',
      text: say(text('승인한 변경이 없습니다', 'nothing was approved, nothing was changed')),
    }
  }
  return {
    kind: 'table',
    caption: say(text('누가 무엇을 승인했는가', 'Who approved what')),
    head: [
      text('시각', 'At'),
      text('승인', 'By'),
      text('변경', 'Change'),
      text('방법', 'How'),
      text('결과', 'Outcome'),
    ].map(say),
    rows: report.approvals.map((approval) => [
      { text: clock(approval.at) },
      { text: approval.by },
      { text: `${say(approval.step)} (${approval.action})` },
      {
        text:
          approval.how === 'typed'
            ? say(text('터미널에서 번호 입력', 'typed at a terminal'))
            : `${say(text('승인값', 'digest'))} ${approval.digest ?? ''}`,
      },
      { text: approval.outcome ?? say(text('결과 미확인', 'not known')) },
    ]),
  }
}

function periodSections(report: PeriodReport, say: Say): readonly Section[] {
  const checklists = report.checklists.map((checklist) => {
    const dates = [
      ...new Set(checklist.items.flatMap(({ points }) => points.map(({ date }) => date))),
    ].sort()
    return {
      id: `checklist-${checklist.id}`,
      title: say(checklist.title),
      blocks: [
        {
          kind: 'facts' as const,
          rows: checklist.runs.map((run) => ({
            label: run.date,
            value: `${say(itemWords(run.status))} · ${run.run} · ${
              run.signedBy === undefined
                ? say(text('서명 전', 'not signed'))
                : say(text(`서명 ${run.signedBy}`, `signed by ${run.signedBy}`))
            }`,
            tone: toneOf(run.status),
          })),
        },
        dates.length > 1 ? gridBlock(checklist, dates, say) : dayBlock(checklist, say),
      ],
    }
  })
  return [
    ...checklists,
    {
      id: 'incidents',
      title: say(text('장애 대응과 정산 처리', 'Incidents and actions')),
      blocks: [incidentsBlock(report, say)],
    },
    preventedSection(report.prevented, say),
    followUpSection(report.followUps, say),
    ...chartSection(report.charts, say),
  ]
}

type Checklist = PeriodReport['checklists'][number]

/** One day: what was seen, item by item. */
function dayBlock(checklist: Checklist, say: Say): Block {
  return {
    kind: 'table',
    caption: say(text('항목별 결과', 'Item by item')),
    head: [text('항목', 'Item'), text('결과', 'Result'), text('관측', 'Seen')].map(say),
    rows: checklist.items.map((item) => {
      const point = item.points.at(-1)
      const seen = [point?.observed === undefined ? '' : say(point.observed), point?.note ?? '']
      return [
        { text: say(item.title) },
        statusCell(point?.status, say),
        { text: seen.filter((part) => part !== '').join(' · ') },
      ]
    }),
  }
}

/** Several days: one column a day. */
function gridBlock(checklist: Checklist, dates: readonly string[], say: Say): Block {
  return {
    kind: 'table',
    caption: say(text('항목별 결과, 날짜순', 'Item by item, day by day')),
    head: [say(text('항목', 'Item')), ...dates.map((date) => date.slice(5))],
    rows: checklist.items.map((item) => [
      { text: say(item.title) },
      ...dates.map((date) =>
        statusCell(item.points.find((point) => point.date === date)?.status, say),
      ),
    ]),
  }
}

function statusCell(status: ItemTone | undefined, say: Say): Cell {
  return status === undefined
    ? { text: '-' }
    : { text: say(itemWords(status)), tone: toneOf(status) }
}

function incidentsBlock(report: PeriodReport, say: Say): Block {
  if (report.incidents.length === 0) {
    return { kind: 'note', text: say(text('없음', 'none')) }
  }
  return {
    kind: 'table',
    caption: say(text('이 기간에 시작한 것', 'Begun in this period')),
    head: [
      text('시작', 'Begun'),
      text('내용', 'What'),
      text('상태', 'Status'),
      text('판정', 'Finding'),
    ].map(say),
    rows: report.incidents.map((incident) => [
      { text: clock(incident.startedAt) },
      {
        text: [incident.priority, say(incident.title), incident.run]
          .filter((part) => part !== undefined)
          .join(' · '),
      },
      {
        text: say(statusWords(incident.status)),
        tone: RUN_TONES[incident.status],
      },
      { text: incident.finding === undefined ? '-' : say(incident.finding.message) },
    ]),
  }
}

function preventedSection(prevented: readonly Prevented[], say: Say): Section {
  const items = prevented.map((item) => {
    const sales =
      item.sales === undefined
        ? ''
        : say(
            text(
              ` (매출 ${item.sales.count}건 ${grouped(item.sales.amount)}원)`,
              ` (${item.sales.count} sales, ${grouped(item.sales.amount)} won)`,
            ),
          )
    return {
      text: `${clock(item.at)} ${item.code} · ${item.run}: ${say(item.loss)}${sales}`,
      tone: 'warning' as const,
    }
  })
  return {
    id: 'prevented',
    title: say(text('안전 규칙이 막은 것', 'What safety rules prevented')),
    blocks: [
      items.length === 0
        ? { kind: 'note', text: say(text('거부된 요청 없음', 'no request was refused')) }
        : { kind: 'list', items },
    ],
  }
}

function followUpSection(followUps: readonly FollowUp[], say: Say): Section {
  return {
    id: 'follow-ups',
    title: say(text('남은 조치', 'Open follow-ups')),
    blocks: [
      followUps.length === 0
        ? { kind: 'note', text: say(text('없음', 'none')) }
        : {
            kind: 'list',
            items: followUps.map((item) => ({ text: followUpWords(item, say) })),
          },
    ],
  }
}

function followUpWords({ text: words, kind, owner, due, id, run }: FollowUp, say: Say): string {
  // Where a step asked for the owner, the words name them already.
  const named = kind === 'added' && owner !== undefined
  return [
    say(words),
    ...(named ? [say(text(`담당 ${owner}`, `owner ${owner}`))] : []),
    ...(due === undefined ? [] : [say(text(`기한 ${due}`, `due ${due}`))]),
    id ?? run,
  ].join(' · ')
}

function chartSection(charts: readonly Chart[], say: Say): readonly Section[] {
  if (charts.length === 0) return []
  return [
    {
      id: 'charts',
      title: say(text('그래프', 'Charts')),
      blocks: charts.map((chart) => ({ kind: 'chart' as const, chart })),
    },
  ]
}

function sourceSection(report: Report, say: Say): Section {
  const { hash, events, intact, problem } = report.journal
  return {
    id: 'source',
    title: say(text('출처', 'Source')),
    blocks: [
      {
        kind: 'facts',
        rows: [
          row(say, text('기록 해시', 'Journal hash'), [hash]),
          row(say, text('기록 수', 'Events'), [String(events)]),
          {
            ...row(say, text('해시 사슬', 'Chain'), [
              intact
                ? say(text('맞음(변경된 기록 없음)', 'holds: no event was changed'))
                : `${say(text('맞지 않음', 'does not hold'))}${problem === undefined ? '' : `: ${say(problem)}`}`,
            ]),
            tone: intact ? ('ok' as const) : ('critical' as const),
          },
          row(say, text('작성', 'Made'), [report.generatedAt]),
          row(say, text('시간대', 'Zone'), ['Asia/Seoul (UTC+9)']),
        ],
      },
    ],
  }
}

function row(say: Say, label: Text, parts: readonly (string | undefined)[]) {
  return { label: say(label), value: parts.filter((part) => part !== undefined).join(' · ') }
}

/** `11-24 02:55:04`, as the times of the report are Seoul's. */
function clock(iso: string): string {
  return iso.slice(5, 19).replace('T', ' ')
}

function grouped(amount: string): string {
  return amount.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

const RUN_TONES: Readonly<Record<IncidentReport['status'], Tone>> = {
  running: 'info',
  waiting: 'warning',
  succeeded: 'ok',
  failed: 'critical',
  aborted: 'warning',
  interrupted: 'warning',
}

const STATUSES: Readonly<Record<IncidentReport['status'], Text>> = {
  running: text('진행 중', 'running'),
  waiting: text('대기', 'waiting'),
  succeeded: text('완료', 'succeeded'),
  failed: text('실패', 'failed'),
  aborted: text('중지', 'aborted'),
  interrupted: text('중단됨', 'interrupted'),
}

function statusWords(status: IncidentReport['status']): Text {
  return STATUSES[status]
}

const ITEMS: Readonly<Record<ItemTone, { readonly words: Text; readonly tone: Tone }>> = {
  pass: { words: text('통과', 'passed'), tone: 'ok' },
  warning: { words: text('경고', 'warning'), tone: 'warning' },
  fail: { words: text('실패', 'failed'), tone: 'critical' },
  unknown: { words: text('확인 불가', 'unknown'), tone: 'warning' },
  skipped: { words: text('건너뜀', 'skipped'), tone: 'info' },
  unanswered: { words: text('미응답', 'unanswered'), tone: 'warning' },
}

function itemWords(status: ItemTone): Text {
  return ITEMS[status].words
}

function toneOf(status: ItemTone): Tone {
  return ITEMS[status].tone
}
