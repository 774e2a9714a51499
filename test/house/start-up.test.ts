/** What a start loads, read from the bundle's own graph: no clock, so that it fails on every machine alike. */
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import type { Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../support/ports.ts'

/** Files loaded lazily by each start, besides what `src/cli/main.ts` imports. */
const STARTS = {
  '--version': [],
  '--help': ['src/cli/execute.ts', 'src/cli/commands/index.ts'],
  health: [
    'src/cli/execute.ts',
    'src/cli/commands/health.ts',
    'src/config/load.ts',
    'src/service/client.ts',
    'src/health/check-health.ts',
    'src/render/health.ts',
    'src/render/output.ts',
  ],
} as const

/** The libraries each may hold; anything else is there by an eager import that should be a lazy one. */
const LIBRARIES: Readonly<Record<keyof typeof STARTS, readonly string[]>> = {
  '--version': ['env-paths', 'is-safe-filename'],
  '--help': [
    'commander',
    'env-paths',
    'fast-string-truncated-width',
    'fast-string-width',
    'is-safe-filename',
  ],
  health: [
    'commander',
    'env-paths',
    'fast-string-truncated-width',
    'fast-string-width',
    'is-safe-filename',
    'zod',
  ],
}

/** Of our own rooms: one that grows into a start is seen here. */
const ROOMS: Readonly<Record<keyof typeof STARTS, readonly string[]>> = {
  '--version': ['cli', 'core'],
  '--help': ['cli', 'core', 'render'],
  health: ['cli', 'config', 'core', 'health', 'render', 'service', 'wire'],
}

/** Modules of Node's own that cost milliseconds and that no start needs. */
const DEAR =
  /^(?:node:)?(?:http2|https|tls|child_process|worker_threads|inspector|readline|zlib|dns)$/

let inputs: Metafile['inputs']

async function graphOf(plugin?: string): Promise<Metafile['inputs']> {
  const { metafile } = await build({
    absWorkingDir: PROJECT_DIR,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'nowhere',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['libsql'],
    metafile: true,
    logLevel: 'error',
    plugins:
      plugin === undefined
        ? []
        : [
            {
              name: 'an eager import',
              setup: (hooks) => {
                hooks.onLoad({ filter: /[\\/]src[\\/]cli[\\/]early\.ts$/ }, ({ path }) => ({
                  contents: `${plugin}\n${readFileSync(path, 'utf8')}`,
                  loader: 'ts',
                }))
              },
            },
          ],
  })
  return metafile.inputs
}

/** Everything that is there once these files are, and nothing that is loaded later. */
function loadedWith(graph: Metafile['inputs'], files: readonly string[]) {
  const ours = new Set<string>()
  const builtIn = new Set<string>()
  const waiting: string[] = ['src/cli/main.ts', ...files]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (ours.has(file)) continue
    ours.add(file)
    expect(Object.keys(graph), 'a file of the list above was moved').toContain(file)
    for (const { path, kind, external } of graph[file]?.imports ?? []) {
      if (kind === 'dynamic-import') continue
      if (external === true) builtIn.add(path)
      else waiting.push(path)
    }
  }
  const libraries = new Set<string>()
  const rooms = new Set<string>()
  for (const file of ours) {
    const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]
    const room = /^src\/([^/]+)\//.exec(file)?.[1]
    if (library !== undefined) libraries.add(library)
    else if (room !== undefined) rooms.add(room)
  }
  return {
    libraries: [...libraries].sort(),
    rooms: [...rooms].sort(),
    builtIn: [...builtIn].sort(),
  }
}

beforeAll(async () => {
  inputs = await graphOf()
})

describe('a start loads what it needs and nothing else', () => {
  it.each(Object.keys(STARTS) as (keyof typeof STARTS)[])('mts %s', (start) => {
    const loaded = loadedWith(inputs, STARTS[start])
    expect(loaded.libraries.filter((name) => !LIBRARIES[start].includes(name))).toEqual([])
    expect(loaded.rooms.filter((name) => !ROOMS[start].includes(name))).toEqual([])
    // commander asks for one that the build leaves out, and the body decoder's comes when it is needed.
    const dear = loaded.builtIn.filter((name) => DEAR.test(name))
    expect(dear.filter((name) => !/^(?:node:)?(?:child_process|zlib)$/.test(name))).toEqual([])
    expect(loaded.builtIn).not.toContain('libsql')
  })

  it.each([
    ['a heavy library', "import { parse } from 'yaml'\nglobalThis.eager = parse"],
    [
      'the journal',
      "import { openJournal } from '../journal/journal.ts'\nglobalThis.eager = openJournal",
    ],
  ])('an eager import of %s is found', async (_name, line) => {
    const graph = await graphOf(line)
    const loaded = loadedWith(graph, STARTS['--help'])
    const odd = [
      ...loaded.libraries.filter((name) => !LIBRARIES['--help'].includes(name)),
      ...loaded.rooms.filter((name) => !ROOMS['--help'].includes(name)),
      ...loaded.builtIn.filter((name) => name === 'libsql'),
    ]
    expect(odd).not.toEqual([])
  })
})
