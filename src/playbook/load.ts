/**
 * From a YAML file to a checked `Document`. Every fault of the file is named with its place; a
 * document that has one is not walked at all.
 */
import { sha256 } from '../core/digest.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { nearestName } from '../core/nearest.ts'
import { text, type Text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import { createExpressionChecker } from './conditions-check.ts'
import type { Document, InputDeclaration, ManualField, Step } from './document.ts'
import { documentError, type Fault, type Problem } from './fault.ts'
import { documentShape, MAX_APPROVAL_MS, stepShape } from './schema.ts'
import type { DocumentSource, StepSource } from './schema.ts'
import { shapeFaults } from './shape-faults.ts'
import { validateDocument, type PlacedStep } from './validate.ts'
import { parseYamlSource, type YamlSource } from './yaml-source.ts'

export type DocumentKind = Document['kind']

/** The files documents come from; `cli/` reads them. */
export interface DocumentFiles {
  /** Files of this kind, ids being file names; of two with one id the first is taken. */
  list(kind: DocumentKind): Promise<readonly { readonly id: string; readonly file: string }[]>
  /** At most one byte more than a document may have. Undefined: there is no such file. */
  read(file: string): Promise<string | undefined>
}

export type ParsedDocument =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/**
 * Loads a document by its id, or from a file when `idOrPath` names one (`./mine.yaml`).
 * @throws MtsError DOCUMENT_INVALID (78) with every fault, NOT_FOUND (66) with the nearest id.
 */
export async function loadDocument(
  files: DocumentFiles,
  kind: DocumentKind,
  idOrPath: string,
  catalog: Catalog,
): Promise<Document> {
  const isPath = /[\\/]|\.ya?ml$/.test(idOrPath)
  const known = isPath ? [] : await files.list(kind)
  const file = isPath ? idOrPath : known.find(({ id }) => id === idOrPath)?.file
  const source = file === undefined ? undefined : await files.read(file)
  if (file === undefined || source === undefined) {
    throw notFound(
      kind,
      idOrPath,
      known.map(({ id }) => id),
    )
  }
  const parsed = parseDocument(source, file, catalog)
  if (parsed.kind === 'invalid') throw documentError(parsed.problems)
  const { document } = parsed
  if (document.kind !== kind || (!isPath && document.id !== idOrPath)) {
    throw documentError([misnamed(document, kind, idOrPath)])
  }
  return document
}

function notFound(kind: DocumentKind, id: string, known: readonly string[]): MtsError {
  const nearest = nearestName(id, known)
  const [command, ko, en] =
    kind === 'Playbook'
      ? ['playbook', '플레이북', 'playbook']
      : ['checklist', '점검표', 'checklist']
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(
      `없는 ${ko}: ${id}${nearest === undefined ? '' : `(혹시 ${nearest}?)`}`,
      `no such ${en}: ${id}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
    ),
    next: [
      ...(nearest === undefined ? [] : [`mts ${command} ${nearest}`]),
      ...(kind === 'Playbook'
        ? ['mts playbook list']
        : [text(`가능: ${known.join(', ')}`, `known: ${known.join(', ')}`)]),
    ],
  })
}

/** A file found by its name is expected to hold what the name says. */
function misnamed(document: Document, kind: DocumentKind, id: string): Problem {
  const message =
    document.kind === kind
      ? text(
          `id가 파일 이름과 다릅니다: ${document.id}(파일: ${id})`,
          `the id ${document.id} is not the file's name ${id}`,
        )
      : text(
          `kind: ${kind} 필요(지금: ${document.kind})`,
          `kind: expected ${kind}, found ${document.kind}`,
        )
  return { file: document.file, line: 1, column: 1, message }
}

const PHASES = ['steps', 'onCancel', 'finally'] as const

/** Pure: text to document, or every fault of it in the order of the file. */
export function parseDocument(source: string, file: string, catalog: Catalog): ParsedDocument {
  const yaml = parseYamlSource(source, file)
  if (yaml.kind === 'broken') return { kind: 'invalid', problems: yaml.problems }
  const raw = yaml.source.value
  const head = documentShape.safeParse(raw)
  const faults: Fault[] = []
  if (!head.success) faults.push(...shapeFaults(head.error.issues, raw, []))
  const steps = PHASES.flatMap((phase) => placedSteps(raw, phase, faults))
  const checkExpression = createExpressionChecker()
  if (head.success || isRecord(raw)) {
    const document = head.success ? head.data : guessedHead(isRecord(raw) ? raw : {})
    faults.push(...validateDocument({ document, steps, catalog, checkExpression }))
  }
  if (!head.success || faults.length > 0) {
    const problems = faults.map((fault) => yaml.source.problemOf(fault))
    problems.sort((left, right) => left.line - right.line || left.column - right.column)
    return { kind: 'invalid', problems }
  }
  const digest = sha256(source)
  return { kind: 'document', document: documentOf(head.data, steps, yaml.source, file, digest) }
}

/** Enough of a head with faults to check the rest by: what is wrong with it has been reported. */
function guessedHead(head: Readonly<Record<string, unknown>>): DocumentSource {
  const inputs = documentShape.shape.inputs.safeParse(head['inputs'])
  const words = text('', '')
  return {
    apiVersion: 'mts/v1',
    kind: head['kind'] === 'Checklist' ? 'Checklist' : 'Playbook',
    id: typeof head['id'] === 'string' ? head['id'] : '',
    title: words,
    version: '',
    owner: '',
    steps: [],
    inputs: inputs.success ? inputs.data : inputsByName(head['inputs'], words),
    ...(head['priority'] === undefined ? {} : { priority: 'P0' }),
    ...(head['impact'] === undefined ? {} : { impact: words }),
    ...(head['worsens'] === undefined ? {} : { worsens: words }),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names alone, so that a reference to an input that is declared, if wrongly, is no second fault. */
function inputsByName(raw: unknown, title: Text): DocumentSource['inputs'] {
  const names = typeof raw === 'object' && raw !== null ? Object.keys(raw) : []
  return Object.fromEntries(names.map((name) => [name, { type: 'string' as const, title }]))
}

function placedSteps(
  raw: unknown,
  phase: PlacedStep['phase'],
  faults: Fault[],
): readonly PlacedStep[] {
  const list = (raw as Record<string, unknown> | null)?.[phase]
  if (!Array.isArray(list)) return []
  return list.map((item: unknown, index) => {
    const result = stepShape.safeParse(item)
    if (result.success) return { phase, index, id: result.data.id, step: result.data }
    faults.push(...shapeFaults(result.error.issues, item, [phase, index]))
    const id = (item as { id?: unknown } | null)?.id
    return { phase, index, ...(typeof id === 'string' ? { id } : {}) }
  })
}

function documentOf(
  head: DocumentSource,
  steps: readonly PlacedStep[],
  yaml: YamlSource,
  file: string,
  digest: string,
): Document {
  const made = (phase: PlacedStep['phase']): readonly Step[] =>
    steps.flatMap(({ step, index, phase: own }) =>
      step === undefined || own !== phase ? [] : [stepOf(step, head, yaml.lineOf([phase, index]))],
    )
  return {
    apiVersion: head.apiVersion,
    kind: head.kind,
    id: head.id,
    title: head.title,
    version: head.version,
    owner: head.owner,
    labels: head.labels ?? {},
    ...optional({ priority: head.priority, impact: head.impact, worsens: head.worsens }),
    triggers: (head.triggers ?? []).map(({ alertname, labels }) => ({
      alertname,
      labels: labels ?? {},
    })),
    ...(head.signals === undefined ? {} : { signals: signalsOf(head.signals) }),
    inputs: Object.fromEntries(
      Object.entries(head.inputs ?? {}).map(([name, input]) => [name, inputOf(input)]),
    ),
    steps: made('steps'),
    onCancel: made('onCancel'),
    finally: made('finally'),
    file,
    digest,
  }
}

function signalsOf(source: NonNullable<DocumentSource['signals']>): Document['signals'] & object {
  const explainedBy = source.explainedBy ?? []
  return {
    explainedBy,
    evidence: source.evidence.map(({ status, priority, explainedBy: own, ...rest }) => ({
      ...rest,
      status: status ?? ['critical', 'warning'],
      explainedBy: own ?? explainedBy,
      ...optional({ priority }),
    })),
  }
}

function inputOf(input: NonNullable<DocumentSource['inputs']>[string]): InputDeclaration {
  const { type, title, required, ...rest } = input
  return { type, title, required: required ?? rest.default === undefined, ...optional(rest) }
}

function stepOf(step: StepSource, { kind, owner }: DocumentSource, line: number): Step {
  const common = {
    id: step.id,
    title: step.title,
    ...optional({
      why: step.why,
      danger: step.danger,
      when: step.when,
      preconditions: step.preconditions,
      blocking: step.blocking,
      end: step.end,
      finding: step.finding,
      short: step.short,
      playbook: step.playbook,
    }),
    // A checklist goes on after a failed item: the others still have to be looked at.
    onFailure:
      step.onFailure ?? (kind === 'Checklist' ? ('continue' as const) : ('abort' as const)),
    line,
  }
  switch (step.type) {
    case 'probe':
      return {
        ...common,
        type: 'probe',
        probe: step.probe,
        with: step.with ?? {},
        onNoData: step.onNoData ?? 'inconclusive',
        ...optional({
          successCondition: step.successCondition,
          failureCondition: step.failureCondition,
          warningCondition: step.warningCondition,
          intervalMs: step.interval,
          timeoutMs: step.timeout,
          consecutiveSuccessLimit: step.consecutiveSuccessLimit,
        }),
      }
    case 'action':
      return {
        ...common,
        type: 'action',
        action: step.action,
        with: step.with ?? {},
        approval: {
          expiresInMs: step.approval.expiresIn ?? MAX_APPROVAL_MS,
          ...optional({ prompt: step.approval.prompt }),
        },
      }
    case 'manual':
      return {
        ...common,
        type: 'manual',
        prompt: step.prompt,
        expects: (step.expects ?? []).map((field): ManualField => ({
          ...field,
          required: field.required ?? true,
        })),
        ...optional({
          ownerOnly: step.ownerOnly === true ? owner : step.ownerOnly,
          conceals: step.conceals,
          followUp: step.followUp,
        }),
      }
    case 'approval':
      return { ...common, type: 'approval', prompt: step.prompt }
    case 'wait':
      return { ...common, type: 'wait', ...optional({ forMs: step.for, until: step.until }) }
    case 'branch':
      return { ...common, type: 'branch', branches: step.branches, otherwise: step.otherwise }
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Absent keys stay absent: `exactOptionalPropertyTypes` tells them from undefined. */
function optional<T extends object>(value: T): Present<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as Present<T>
}
