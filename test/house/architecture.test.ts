import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../support/ports.ts'

/** One import or re-export of a source file, `target` relative to `src/` when it is ours. */
interface Arrow {
  readonly file: string
  readonly specifier: string
  readonly target: string | undefined
  readonly typeOnly: boolean
  /** `import()`: loaded when it is reached. */
  readonly lazy: boolean
}

const SRC = join(PROJECT_DIR, 'src')
const DECIDING = [
  'health',
  'settlement',
  'playbook',
  'checklist',
  'triage',
  'doctor',
  'alerts',
  'monitoring',
  'watch',
  'drill',
  'dashboard',
  'fleet',
]
/** Rooms that only tell: models of plain values, from whatever shapes the others have. */
const TELLING = ['report']
const DOING_IO = [
  'service',
  'telemetry',
  'logs',
  'journal',
  'notify',
  'config',
  'demo',
  'externals',
  'operator-command',
]
/** Rooms that talk to servers, and share how. */
const TALKING = ['service', 'telemetry', 'notify']
/** What rooms that decide may use besides their own: pure libraries. */
const PURE_LIBRARIES = [
  '@prometheus-io/lezer-promql',
  'zod',
  'zod/mini',
  '@marcbachmann/cel-js',
  're2js',
]
/** Reading a document is the one piece of I/O that a deciding room holds: its loader. */
const LOADER_LIBRARIES = ['yaml', 'node:fs', 'node:fs/promises', 'node:path']

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

const sources = filesBelow(SRC)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => ({ file: relative(SRC, path), text: readFileSync(path, 'utf8') }))

function arrowsOf(file: string, text: string): Arrow[] {
  const code = withoutComments(text)
  const found: Arrow[] = []
  const add = (specifier: string, typeOnly: boolean, lazy: boolean): void => {
    const target = specifier.startsWith('.') ? join(dirname(file), specifier) : undefined
    found.push({ file, specifier, target, typeOnly, lazy })
  }
  for (const match of code.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?([^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  )) {
    const [, typeWord, names = '', specifier = ''] = match
    add(specifier, typeWord !== undefined || onlyInlineTypes(names), false)
  }
  for (const match of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g))
    add(match[1] ?? '', false, true)
  return found
}

/** `import { type A, type B } from` leaves nothing to run. */
function onlyInlineTypes(names: string): boolean {
  const inside = /^\{([^}]*)\}/.exec(names.trim())?.[1]
  if (inside === undefined) return false
  const parts = inside
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return parts.length > 0 && parts.every((part) => part.startsWith('type '))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

const arrows = sources.flatMap(({ file, text }) => arrowsOf(file, text))

const roomOf = (path: string): string => path.split('/')[0] ?? ''

function violations(room: readonly string[], forbidden: (arrow: Arrow) => boolean): string[] {
  return arrows
    .filter((arrow) => room.includes(roomOf(arrow.file)) && forbidden(arrow))
    .map((arrow) => `${arrow.file} imports ${arrow.specifier}`)
}

describe('the arrows of the house', () => {
  it('finds imports of every form, so that none escapes the rules below', () => {
    const forms = [
      "import { a } from '../service/a.ts'",
      "import type { b } from '../service/b.ts'",
      "import { type c } from '../service/c.ts'",
      "import '../service/d.ts'",
      "export * from '../service/e.ts'",
      "import {\n  f,\n  type g,\n} from '../service/f.ts'",
      "const h = await import('../service/h.ts')",
      "// import '../service/no.ts'",
      "/* import '../service/no.ts' */",
    ].join('\n')
    expect(
      arrowsOf('core/x.ts', forms).map(({ target, typeOnly }) => `${target} ${typeOnly}`),
    ).toEqual([
      'service/a.ts false',
      'service/b.ts true',
      'service/c.ts true',
      'service/d.ts false',
      'service/e.ts false',
      'service/f.ts false',
      'service/h.ts false',
    ])
    expect(arrows.length).toBeGreaterThan(sources.length)
  })

  it('core imports nothing of ours and does no I/O', () => {
    const allowed = ['node:crypto']
    expect(
      violations(['core'], ({ target, specifier }) =>
        target === undefined ? !allowed.includes(specifier) : roomOf(target) !== 'core',
      ),
    ).toEqual([])
  })

  it('nobody knows cli', () => {
    const others = [...new Set(sources.map(({ file }) => roomOf(file)))].filter(
      (room) => room !== 'cli',
    )
    expect(
      violations(others, ({ target }) => target !== undefined && roomOf(target) === 'cli'),
    ).toEqual([])
  })

  it('rooms that decide import core, their own room, and of each other only types', () => {
    expect(
      violations(DECIDING, ({ file, target, typeOnly }) => {
        if (target === undefined) return false
        const room = roomOf(target)
        if (room === 'core' || room === roomOf(file)) return false
        return !(typeOnly && DECIDING.includes(room))
      }),
    ).toEqual([])
  })

  it('rooms that decide touch no client, file, prompt or colour; their loaders read documents', () => {
    expect(
      violations(DECIDING, ({ file, target, specifier, typeOnly }) => {
        if (target !== undefined || typeOnly || PURE_LIBRARIES.includes(specifier)) return false
        const loader = /(?:^|\/)(?:load|yaml|catalog)[^/]*\.ts$/.test(file)
        return !(loader && LOADER_LIBRARIES.includes(specifier))
      }),
    ).toEqual([])
  })

  it('rooms that tell import core, and of all others only types', () => {
    expect(
      violations(TELLING, ({ file, target, typeOnly }) => {
        if (target === undefined) return !typeOnly
        const room = roomOf(target)
        return room !== 'core' && room !== roomOf(file) && !typeOnly
      }),
    ).toEqual([])
  })

  it('rooms that do I/O, config and demo import core, those that talk to servers also wire', () => {
    expect(
      violations(DOING_IO, ({ file, target }) => {
        if (target === undefined) return false
        if (roomOf(target) === 'wire') return !TALKING.includes(roomOf(file))
        return roomOf(target) !== 'core' && roomOf(target) !== roomOf(file)
      }),
    ).toEqual([])
  })

  it('wire knows core alone: how to talk, and nothing of what is said', () => {
    expect(
      violations(
        ['wire'],
        ({ target }) => target !== undefined && !['core', 'wire'].includes(roomOf(target)),
      ),
    ).toEqual([])
  })

  it('render knows core and the shapes of values, never what makes them', () => {
    expect(
      violations(['render'], ({ target, typeOnly }) => {
        if (target === undefined) return false
        const room = roomOf(target)
        if (room === 'core' || room === 'render') return false
        return !(typeOnly && [...DECIDING, ...TELLING, 'config'].includes(room))
      }),
    ).toEqual([])
  })

  it('the demo service is imported by its commands and by nothing else', () => {
    const importers = arrows
      .filter(({ file, target }) => target?.startsWith('demo/') === true && roomOf(file) !== 'demo')
      .map(({ file }) => file)
    expect(
      importers.filter((file) => !/^cli\/(?:commands\/)?(?:demo|drill|tour)/.test(file)),
    ).toEqual([])
  })

  it('only cli/main.ts touches the process', () => {
    const touching = sources
      .filter(({ file, text }) => {
        const code = withoutComments(text).replace(/(['"`])(?:\\.|(?!\1).)*\1/g, '""')
        return file !== 'cli/main.ts' && /(?<![\w.$])process\.\w/.test(code)
      })
      .map(({ file }) => file)
    expect(touching).toEqual([])
  })

  it('no module needs itself to be loaded', () => {
    const graph = new Map<string, string[]>()
    for (const { file, target, typeOnly, lazy } of arrows) {
      if (target !== undefined && !typeOnly && !lazy)
        graph.set(file, [...(graph.get(file) ?? []), target])
    }
    const cycles: string[] = []
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' > '))
      if (done.has(file) || path.includes(file)) return
      for (const next of graph.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const { file } of sources) visit(file, [])
    expect(cycles).toEqual([])
  })
})

describe('the files of the house', () => {
  const ours = ['src', 'test', 'bin', '.ci', 'playbooks', 'checklists'].flatMap((directory) =>
    filesBelow(join(PROJECT_DIR, directory)),
  )
  const named = ours.map((path) => relative(PROJECT_DIR, path))
  const written = named.filter((path) => !path.startsWith('test/recordings/'))

  it('are named in kebab-case for the thing they hold', () => {
    const odd = written.filter((path) => {
      const name = path.split('/').at(-1) ?? ''
      const vague = /^(?:utils?|helpers?|common|manager|misc|shared)\./.test(name)
      const plain =
        /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|(?:bun\.)?config|d))?\.(?:ts|js|mts|mjs|yaml|md|json|snap)$/.test(
          name,
        )
      return vague || !(plain || ['.ci/run'].includes(path))
    })
    expect(odd).toEqual([])
  })

  it('have at most 500 lines', () => {
    const long = written
      .filter((path) => /\.(?:ts|js|mjs)$/.test(path))
      .map((path) => ({
        path,
        lines: readFileSync(join(PROJECT_DIR, path), 'utf8').split('\n').length - 1,
      }))
      .filter(({ lines }) => lines > 500)
    expect(long).toEqual([])
  })

  it('open with a sentence on their job', () => {
    expect(sources.filter(({ text }) => !text.startsWith('/**')).map(({ file }) => file)).toEqual(
      [],
    )
  })

  it('export by name only', () => {
    const byDefault = sources.filter(({ text }) => /^export default\b/m.test(withoutComments(text)))
    expect(byDefault.map(({ file }) => file)).toEqual([])
  })

  it('hold no enums and no stubs', () => {
    const found = sources.filter(({ text }) =>
      /^(?:export )?(?:const )?enum \w|not implemented|\bTODO\b|\bFIXME\b/im.test(text),
    )
    expect(found.map(({ file }) => file)).toEqual([])
  })

  it('name no path of the machine they were written on', () => {
    const machine = /(?:^|[\s"'`(=])\/(?:work|home\/\w+|Users\/\w+|root)\/[\w.]/m
    const found = written.filter((path) =>
      machine.test(readFileSync(join(PROJECT_DIR, path), 'utf8')),
    )
    expect(found).toEqual([])
  })

  it('are of the kinds the top level has room for', () => {
    const known =
      /^(?:bin|src|playbooks|checklists|test|node_modules|dist|executable|package\.json|package-lock\.json|tsconfig\.json|README\.md|LICENSE|\..*)$/
    expect(readdirSync(PROJECT_DIR).filter((name) => !known.test(name))).toEqual([])
  })
})
