/**
 * Puts a dashboard together: Prometheus for the curves, or what a watch has left in the journal, and
 * the service's own word for what neither shows. Each value says where it comes from.
 */
import type { Clock } from '../core/clock.ts'
import { isoSeoul } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { MtsError } from '../core/errors.ts'
import type { Sample } from '../core/journal.ts'
import type { Grid, GridPoint, WithOverTime } from '../core/over-time.ts'
import type { RequestOptions } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { Curve, Dashboard, DashboardName, Panel } from './dashboard.ts'
import { journalCurve, lookBackOf, metersOf, type JournalCurve } from './from-journal.ts'
import { readPrometheusPanel, type PrometheusPanel } from './from-prometheus.ts'
import { PANELS, type NowId, type PanelPlan } from './panels.ts'

/** What the service says right now. */
export interface Now {
  readonly value?: number
  readonly parts: Panel['parts']
  /** Why the value is not there. */
  readonly reason?: Text
}

export interface DashboardPorts {
  readonly clock: Clock
  readonly settings: Pick<Settings, 'url' | 'thresholds' | 'watch'>
  /** Absent: no Prometheus is configured. */
  readonly withOverTime?: WithOverTime
  /** As `mts watch` left them; none where there is no journal. */
  readonly samples: (metric: string, fromMs: number, toMs: number) => Promise<readonly Sample[]>
  readonly now: (id: NowId) => Promise<Now>
  /** What the service counts by a meter; undefined when it does not say. */
  readonly counted: (meter: string) => Promise<number | undefined>
  readonly options: RequestOptions
}

/** As `mts watch` looks unless configured otherwise. */
const EVERY_MS = { 1: 60_000, 2: 300_000, 3: 1_800_000 } as const

export async function observeDashboard(
  ports: DashboardPorts,
  dashboard: DashboardName,
  span: { readonly rangeMs: number; readonly stepMs: number },
): Promise<Dashboard> {
  const nowMs = ports.clock.now()
  const steps = Math.floor(span.rangeMs / span.stepMs)
  const grid: Grid = { fromMs: nowMs - steps * span.stepMs, toMs: nowMs, stepMs: span.stepMs }
  const plans = PANELS[dashboard]
  const asked = await askPrometheus(ports, plans, grid)
  const panels = await Promise.all(
    plans.map((plan, index) => panelOf(ports, plan, asked.panels[index], grid)),
  )
  return {
    kind: 'Dashboard',
    dashboard,
    url: ports.settings.url,
    observedAt: isoSeoul(nowMs),
    from: isoSeoul(grid.fromMs),
    to: isoSeoul(grid.toMs),
    stepMs: grid.stepMs,
    ...(asked.prometheus === undefined ? {} : { prometheus: asked.prometheus }),
    panels,
  }
}

interface Asked {
  readonly prometheus?: NonNullable<Dashboard['prometheus']>
  readonly panels: readonly (PrometheusPanel | undefined)[]
}

async function askPrometheus(
  { withOverTime, counted, options }: DashboardPorts,
  plans: readonly PanelPlan[],
  grid: Grid,
): Promise<Asked> {
  if (withOverTime === undefined) return { panels: [] }
  try {
    return await withOverTime(async (overTime) => {
      const panels = await Promise.all(
        plans.map((plan) => readPrometheusPanel(overTime, plan, { grid, counted, options })),
      )
      const reason = wholeReason(panels)
      const prometheus = { url: overTime.url, reason }
      // Said once for all of them, not again for each.
      return reason === null ? { prometheus, panels } : { prometheus, panels: [] }
    })
  } catch (error) {
    // An address that cannot be used: the journal and the service are asked all the same.
    if (!(error instanceof MtsError)) throw error
    return { prometheus: { url: '', reason: error.text }, panels: [] }
  }
}

/** Why it told nothing at all; null when it told something. */
function wholeReason(panels: readonly (PrometheusPanel | undefined)[]): Text | null {
  const asked = panels.filter((panel) => panel !== undefined)
  if (asked.some(({ kind }) => kind === 'curve')) return null
  const [first] = asked
  return first?.kind === 'none' ? first.reason : null
}

async function panelOf(
  ports: DashboardPorts,
  plan: PanelPlan,
  asked: PrometheusPanel | undefined,
  grid: Grid,
): Promise<Panel> {
  const drawn =
    asked?.kind === 'curve'
      ? drawnByPrometheus(plan, asked, grid)
      : await drawnByJournal(ports, plan, asked, grid)
  const wantsNow = drawn.latest === null || plan.withParts === true
  const now = plan.now === undefined || !wantsNow ? { parts: [] } : await ports.now(plan.now)
  const latest =
    drawn.latest ??
    (now.value === undefined
      ? null
      : {
          value: now.value,
          at: isoSeoul(grid.toMs),
          ageMs: 0,
          source: 'Actuator' as const,
          atLeast: false,
        })
  const saysSomething = latest !== null || now.parts.length > 0
  return {
    id: plan.id,
    title: drawn.title ?? plan.title,
    unit: plan.unit,
    threshold: plan.threshold?.(ports.settings.thresholds) ?? null,
    source: drawn.series.length > 0 ? drawn.source : saysSomething ? 'Actuator' : null,
    query: asked === undefined ? null : queryOf(asked),
    latest,
    series: drawn.series,
    parts: now.parts,
    reason: reasonOf(plan, drawn, { hasLatest: latest !== null, now: now.reason }),
  }
}

function queryOf(asked: PrometheusPanel): string | null {
  return asked.kind === 'curve' ? asked.curve.now.expression : asked.query
}

interface Drawn {
  readonly source: 'Prometheus' | 'journal'
  /** Of what is drawn, where it is something else. */
  readonly title?: Text
  readonly series: readonly Curve[]
  readonly latest: Panel['latest']
  /** Why the latest is not there. */
  readonly latestReason?: Text
  /** What to know when reading it. */
  readonly remark?: Text
  /** Why Prometheus has no curve of it. */
  readonly missing?: Text
}

function reasonOf(
  plan: PanelPlan,
  { series, latestReason, remark, missing }: Drawn,
  { hasLatest, now }: { readonly hasLatest: boolean; readonly now: Text | undefined },
): Text | null {
  if (!hasLatest) return latestReason ?? now ?? missing ?? plan.noCurve ?? NO_HISTORY
  if (series.length === 0) return plan.noCurve ?? missing ?? NO_HISTORY
  return latestReason ?? remark ?? missing ?? null
}

/** As short as a panel is wide. */
const NO_HISTORY = text('추이 없음(mts watch 필요)', 'no history: keep mts watch')

function drawnByPrometheus(
  plan: PanelPlan,
  { curve: { now, weekAgo, less } }: Extract<PrometheusPanel, { kind: 'curve' }>,
  grid: Grid,
): Drawn {
  const series = [curveOf(plan.title, now.points)]
  if (weekAgo?.kind === 'known' && weekAgo.points.some(({ value }) => value !== null)) {
    series.push(curveOf(text('지난주 같은 시간', 'a week ago'), weekAgo.points))
  }
  const remark = less ? { remark: LESS_WATCHED } : {}
  const { latest } = now
  if (latest.kind === 'unknown') {
    return { source: 'Prometheus', series, latest: null, latestReason: latest.reason, ...remark }
  }
  return {
    source: 'Prometheus',
    series,
    latest: {
      value: latest.value,
      at: isoSeoul(latest.atMs),
      ageMs: Math.max(0, grid.toMs - latest.atMs),
      source: 'Prometheus',
      atLeast: less,
    },
    ...remark,
  }
}

const LESS_WATCHED = text('관측 짧음: 실제보다 적음', 'partial: at least')
const LESS_AT_FIRST = text('앞 구간은 일부만 기록됨', 'its beginning is partial')

async function drawnByJournal(
  ports: DashboardPorts,
  plan: PanelPlan,
  asked: PrometheusPanel | undefined,
  grid: Grid,
): Promise<Drawn> {
  const missing = asked?.kind === 'none' ? { missing: asked.reason } : {}
  const none: Drawn = { source: 'journal', series: [], latest: null, ...missing }
  if (plan.journal === undefined) return none
  const { journal } = plan
  const meters = metersOf(journal)
  const everyMs = ports.settings.watch?.everyMs ?? EVERY_MS
  // A reading from before its beginning is where a count begins.
  const fromMs = grid.fromMs - lookBackOf(journal) - 3 * everyMs[meters[0].level]
  const read = await Promise.all(
    meters.map(
      async ({ metric }) => [metric, await ports.samples(metric, fromMs, grid.toMs)] as const,
    ),
  )
  const samples = new Map(read)
  const curve = journalCurve(journal, ({ metric }) => samples.get(metric) ?? [], grid, everyMs)
  if (curve.points.every(({ value }) => value === null)) return none
  return {
    ...none,
    series: [curveOf(journal.title ?? plan.title, curve.points)],
    ...latestOfJournal(curve, grid),
    ...(curve.less ? { remark: curve.newest?.whole === true ? LESS_AT_FIRST : LESS_WATCHED } : {}),
    ...(journal.title === undefined ? {} : { title: journal.title }),
  }
}

function latestOfJournal(
  { newest, freshMs }: JournalCurve,
  grid: Grid,
): Pick<Drawn, 'latest' | 'latestReason'> {
  if (newest === undefined) return { latest: null }
  const ageMs = Math.max(0, grid.toMs - newest.atMs)
  if (ageMs > freshMs) {
    const age = durationText(ageMs)
    return {
      latest: null,
      latestReason: text(`마지막 기록 ${age.ko} 전`, `last recorded ${age.en} ago`),
    }
  }
  return {
    latest: {
      value: newest.value,
      at: isoSeoul(newest.atMs),
      ageMs,
      source: 'journal',
      atLeast: !newest.whole,
    },
  }
}

function curveOf(name: Text, points: readonly GridPoint[]): Curve {
  return { name, points: points.map(({ atMs, value }) => ({ at: isoSeoul(atMs), value })) }
}
