/** `mts monitoring check`: the tools of Prometheus and Alertmanager where they are, our own checks, and what is loaded. */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Exposition } from '../core/exposition.ts'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { LoadedRule, PrometheusReader } from '../core/monitoring.ts'
import { parseDuration } from '../core/duration.ts'
import { matches } from '../core/label-matcher.ts'
import type { Labels } from '../core/label-matcher.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { CLOSED_LABELS, deadSelectors } from '../doctor/dead-rules.ts'
import type { LookUp } from '../doctor/dead-rules.ts'
import type { Selector } from '../doctor/promql.ts'
import { parsePromql, selectorsIn } from '../doctor/promql.ts'
import { judgeRules } from '../doctor/judge-rules.ts'
import { seriesValuesOf } from '../doctor/series-faults.ts'
import { countEpisodes } from '../monitoring/episodes.ts'
import type { CheckedRule, LoadedState, MonitoringCheck, ToolCheck } from '../monitoring/values.ts'
import type { CommandContext } from './command.ts'
import { readIfThere } from './monitoring-files.ts'
import { parseYamlValue } from './yaml-value.ts'

const TOOL_MS = 120_000
const DAY_MS = 86_400_000
/** Prometheus gives at most 11,000 points of a series. */
const MOST_POINTS = 10_000

interface FileRule {
  readonly file: string
  readonly type: 'alert' | 'record'
  readonly name: string
  readonly expression: string
  readonly forMs: number
  readonly labels: Labels
  readonly words: string
}

export async function checkMonitoring(
  context: CommandContext,
  options: { readonly directory: string; readonly days: number },
): Promise<MonitoringCheck> {
  const { directory, days } = options
  const files = await namesIn(directory)
  const rules = await readRules(directory, files)
  if (rules.length === 0) {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(
        `규칙 파일이 없습니다: ${directory}`,
        `there are no rule files in ${directory}`,
      ),
      next: [`mts monitoring render --out ${directory}`],
    })
  }
  const { withTelemetry } = await import('./telemetry-clients.ts')
  const [tools, scrape] = await Promise.all([
    runTools(directory, files, rules, context),
    readOwnScrape(context),
  ])
  return withTelemetry(context, async ({ prometheus }) => {
    const loaded = await readLoaded(prometheus, context)
    const own = new Set(rules.filter(({ type }) => type === 'record').map(({ name }) => name))
    const checked: CheckedRule[] = []
    const faults = faultsOf(rules, scrape.exposition, own)
    for (const [index, rule] of rules.entries()) {
      const state = loadedState(rule, loaded.rules)
      checked.push({
        name: rule.name,
        file: rule.file,
        type: rule.type,
        faults: faults[index] ?? [],
        loaded: state,
        ...(await firedOf(rule, prometheus, { days, own, loaded: loaded.rules }, context)),
      })
    }
    const names = new Set(rules.map(({ name }) => name))
    const failed =
      tools.some(({ status }) => status === 'failed') ||
      checked.some((rule) => rule.faults.length > 0)
    return {
      kind: 'MonitoringCheck',
      directory,
      days,
      status: failed ? 'failed' : 'passed',
      tools,
      rules: checked,
      onlyLoaded: [
        ...new Set((loaded.rules ?? []).map(({ name }) => name).filter((name) => !names.has(name))),
      ],
      unseen: [
        ...(scrape.reason === undefined
          ? []
          : [{ what: text('수집 지표', 'the scrape'), reason: scrape.reason }]),
        ...(loaded.reason === undefined
          ? []
          : [{ what: text('Prometheus', 'Prometheus'), reason: loaded.reason }]),
      ],
    }
  })
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort()
  } catch (error) {
    const code = systemCodeOf(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(
        `디렉터리가 없습니다: ${directory}`,
        `there is no such directory: ${directory}`,
      ),
      next: [`mts monitoring render --out ${directory}`],
    })
  }
}

/** Files with `groups`; unit tests and configurations beside them are none. */
async function readRules(
  directory: string,
  files: readonly string[],
): Promise<readonly FileRule[]> {
  const found: FileRule[] = []
  for (const file of files) {
    // promtool says where one is broken; for us it holds no rule.
    const document = parseYamlValue((await readIfThere(join(directory, file))) ?? '')
    const { groups } = (document ?? {}) as { groups?: unknown }
    if (!Array.isArray(groups)) continue
    for (const group of groups as { rules?: unknown }[]) {
      if (!Array.isArray(group.rules)) continue
      for (const rule of group.rules as Readonly<Record<string, unknown>>[]) {
        const type = typeof rule['alert'] === 'string' ? 'alert' : 'record'
        const name = rule[type]
        if (typeof name !== 'string' || typeof rule['expr'] !== 'string') continue
        const annotations = Object.values(rule['annotations'] ?? {})
        const labels = Object.entries(rule['labels'] ?? {}).map(([key, value]) => [
          key,
          String(value),
        ])
        found.push({
          file,
          type,
          name,
          expression: rule['expr'],
          forMs: typeof rule['for'] === 'string' ? (parseDuration(rule['for']) ?? 0) : 0,
          labels: Object.fromEntries(labels) as Labels,
          words: [name, ...annotations.map((words) => String(words))].join(' '),
        })
      }
    }
  }
  return found
}

/** In the order of the rules. */
function faultsOf(
  rules: readonly FileRule[],
  exposition: Exposition | undefined,
  records: ReadonlySet<string>,
): readonly CheckedRule['faults'][] {
  const judged = judgeRules(
    rules.map(({ type, name, expression, words }) => ({
      kind: type === 'alert' ? 'alerting' : 'recording',
      name,
      query: expression,
      words,
    })),
    seriesValuesOf(exposition),
  )
  return judged.map(({ whole, faults }) => {
    if (whole === undefined) return [NOT_PROMQL]
    if (exposition === undefined) return faults
    const [dead] = deadSelectors(whole, (selector) => lookUpIn(exposition, selector, records))
    return dead === undefined ? faults : [...faults, notInScrape(dead)]
  })
}

const NOT_PROMQL = {
  id: 'not_promql',
  message: text('PromQL이 아닙니다', 'this is no PromQL'),
  remedy: text('괄호와 연산자를 확인하세요', 'check brackets and operators'),
}

function notInScrape(selector: Selector): CheckedRule['faults'][number] {
  return {
    id: 'dead',
    message: text(
      `수집 지표에 없는 시계열입니다: ${selector.text}`,
      `not in the scrape: ${selector.text}`,
    ),
    remedy: text('서비스가 내보내는 이름: mts metrics', 'the names there are: mts metrics'),
  }
}

/** What Prometheus itself adds to a scrape. */
const ADDED_NAMES = /^(?:up|ALERTS.*|scrape_.*)$/
const ADDED_LABELS: ReadonlySet<string> = new Set(['job', 'instance'])

function lookUpIn(
  { samples }: Exposition,
  { name, matchers }: Selector,
  records: ReadonlySet<string>,
): LookUp {
  if (name === undefined || ADDED_NAMES.test(name) || records.has(name)) return 'some'
  const own = samples.filter((sample) => sample.name === name)
  if (own.length === 0) return 'none'
  const known = matchers.every(
    (matcher) =>
      ADDED_LABELS.has(matcher.name) ||
      matcher.operator.startsWith('!') ||
      own.some(({ labels }) =>
        CLOSED_LABELS.has(matcher.name)
          ? matches(matcher, labels)
          : labels[matcher.name] !== undefined,
      ),
  )
  return known ? 'not_yet' : 'none'
}

async function readOwnScrape(
  context: CommandContext,
): Promise<{ readonly exposition?: Exposition; readonly reason?: Text }> {
  const { createServiceClient } = await import('../service/client.ts')
  const { readScrape } = await import('./doctor-facts.ts')
  const service = await createServiceClient(await context.settings(), context.ports.clock)
  try {
    return await readScrape(service, { signal: context.signal })
  } finally {
    await service.close()
  }
}

interface Loaded {
  /** Undefined when they could not be read. */
  readonly rules?: readonly LoadedRule[]
  readonly reason?: Text
}

async function readLoaded(
  prometheus: PrometheusReader | undefined,
  context: CommandContext,
): Promise<Loaded> {
  if (prometheus === undefined) {
    return { reason: text('설정되지 않음(prometheus.url)', 'not configured (prometheus.url)') }
  }
  const read = await prometheus.rules({ signal: context.signal })
  if (read.kind === 'unknown') return { reason: read.failure.message }
  return { rules: read.kind === 'ok' ? read.value.flatMap(({ rules }) => rules) : [] }
}

function loadedState(rule: FileRule, loaded: readonly LoadedRule[] | undefined): LoadedState {
  if (loaded === undefined) return 'unknown'
  const same = loaded.filter(
    ({ kind, name }) =>
      name === rule.name && kind === (rule.type === 'alert' ? 'alerting' : 'recording'),
  )
  if (same.length === 0) return 'not_loaded'
  return same.some(
    (one) =>
      plainQuery(one.query) === plainQuery(rule.expression) &&
      isSameLabels(one.labels, rule.labels) &&
      (one.kind === 'recording' || one.forMs === rule.forMs),
  )
    ? 'same'
    : 'different'
}

/** Prometheus prints an expression in its own layout, and its matchers in the order of the alphabet. */
function plainQuery(query: string): string {
  const inOrder = query.replaceAll(
    /\{((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^}"'])*)\}/g,
    (_all, inside) => {
      const matchers = String(inside).match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^,"'])+/g) ?? []
      return `{${matchers
        .map((matcher) => matcher.trim())
        .sort()
        .join()}}`
    },
  )
  return inOrder.replaceAll("'", '"').replaceAll(/\s+/g, '')
}

/** A severity that differs sends the alert to somebody else. */
function isSameLabels(left: Labels, right: Labels): boolean {
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length && names.every((name) => left[name] === right[name])
  )
}

async function firedOf(
  rule: FileRule,
  prometheus: PrometheusReader | undefined,
  given: {
    readonly days: number
    readonly own: ReadonlySet<string>
    readonly loaded: readonly LoadedRule[] | undefined
  },
  context: CommandContext,
): Promise<Pick<CheckedRule, 'fired' | 'firedReason'>> {
  if (rule.type === 'record' || prometheus === undefined || given.loaded === undefined) {
    return { fired: null, firedReason: null }
  }
  const expression = parsePromql(rule.expression)
  const missing = (expression === undefined ? [] : selectorsIn(expression))
    .map(({ name }) => name ?? '')
    .find((name) => given.own.has(name) && given.loaded?.every((one) => one.name !== name))
  if (missing !== undefined) {
    return {
      fired: null,
      firedReason: text(
        `기록 규칙이 아직 올라가 있지 않음: ${missing}`,
        `the recording rule is not loaded yet: ${missing}`,
      ),
    }
  }
  const nowMs = context.ports.clock.now()
  const spanMs = given.days * DAY_MS
  const stepMs = Math.max(60_000, Math.ceil(spanMs / MOST_POINTS / 1000) * 1000)
  const range = { fromMs: nowMs - spanMs, toMs: nowMs, stepMs }
  const read = await prometheus.queryRange(rule.expression, range, { signal: context.signal })
  if (read.kind === 'ok' && read.value.warnings.length === 0) {
    return { fired: countEpisodes(read.value, { stepMs, forMs: rule.forMs }), firedReason: null }
  }
  const reason =
    read.kind === 'unknown' ? read.failure.message : text('일부만 조회됨', 'only a part was read')
  return { fired: null, firedReason: reason }
}

async function runTools(
  directory: string,
  files: readonly string[],
  rules: readonly FileRule[],
  context: CommandContext,
): Promise<readonly ToolCheck[]> {
  const ruleFiles = [...new Set(rules.map(({ file }) => file))]
  const tests = files.filter((file) => file.endsWith('.test.yml'))
  const asked: readonly (readonly [tool: string, args: readonly string[]])[] = [
    ['promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles]],
    ...(files.includes('prometheus.yml')
      ? ([['promtool', ['check', 'config', '--syntax-only', 'prometheus.yml']]] as const)
      : []),
    ...(tests.length === 0 ? [] : ([['promtool', ['test', 'rules', ...tests]]] as const)),
    ...(files.includes('alertmanager.yml')
      ? ([['amtool', ['check-config', 'alertmanager.yml']]] as const)
      : []),
  ]
  return Promise.all(asked.map(([tool, args]) => runTool(tool, args, directory, context)))
}

function runTool(
  tool: string,
  args: readonly string[],
  directory: string,
  context: CommandContext,
): Promise<ToolCheck> {
  const command = [tool, ...args].join(' ')
  const PATH = context.ports.env['PATH'] ?? ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter)
  return new Promise((resolve) => {
    execFile(
      tool,
      [...args],
      {
        cwd: directory,
        env: { PATH },
        timeout: TOOL_MS,
        signal: context.signal,
        maxBuffer: 1 << 22,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ command, status: 'passed', output: '' })
        else if (systemCodeOf(error) === 'ENOENT')
          resolve({ command, status: 'absent', output: '' })
        else {
          const output = `${stdout}${stderr}`.trim()
          resolve({ command, status: 'failed', output: output.slice(0, 4000) })
        }
      },
    )
  })
}
