// Makes of the bundle's chunks what bin/mts.js loads: CommonJS functions. Those that every start runs
// through lie together in one pack, those of the commands typed most in a second one, each beside the
// code that V8 has compiled of it; the others are files of their own.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

const witness = fileURLToPath(new URL('witness.mjs', import.meta.url))

/**
 * What a pack holds is what these commands load, or what all of them load (`shared`); it leaves out
 * what an earlier one has.
 */
const PACKS = [
  { file: 'main.js', runs: [['--version']] },
  { file: 'start.js', runs: [['--help'], ['health']], shared: true },
  { file: 'help.js', runs: [['--help']] },
  { file: 'health.js', runs: [['health'], ['health', '-o', 'json']] },
  {
    file: 'often.js',
    runs: [
      ['settle', 'list'],
      ['settle', 'show', '1'],
      ['sales'],
      ['run', 'list'],
      ['playbook', 'list'],
      ['triage'],
    ],
  },
]

/** Chunk by chunk, `import` becomes `require`, which the loader answers. */
export async function makePieces(dist) {
  for (const name of await readdir(dist)) {
    if (!name.endsWith('.js')) continue
    const { code } = await transform(await readFile(join(dist, name), 'utf8'), {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      minify: true,
      legalComments: 'none',
      // A dynamic import of V8's own would ask the loader of ES modules, which takes its time to start.
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': 'module.url' },
    })
    const piece = `(function(exports,require,module){${asciiOf(code).trimEnd()}\n})\n`
    await writeFile(join(dist, name), piece)
  }
  await writePack(dist, 'main.js', [], {})
}

/** Strings are ASCII already; what is left stands in regular expressions, where an escape means the same. */
function asciiOf(code) {
  return code.replace(/[^\0-\x7f]/g, (character) => {
    const unit = character.charCodeAt(0)
    if (unit >= 0xd800 && unit <= 0xdfff) throw new Error('a character beyond U+FFFF in the bundle')
    return `\\u${unit.toString(16).padStart(4, '0')}`
  })
}

/**
 * Runs the commands with the program as it is, to see which pieces they load, packs those, and runs
 * them again to keep what V8 has compiled. Without it everything works, and starts more slowly.
 * `stage` holds bin/, dist/ and the books.
 */
export async function packForStart(stage) {
  // A copy: the files that a running program still wants must not go into packs under its hands.
  const served = `${stage}-served`
  await cp(stage, served, { recursive: true })
  try {
    const demo = await startDemo(served)
    await packWith(stage, demo.url).finally(demo.end)
  } finally {
    await rm(served, { recursive: true, force: true })
  }
}

async function packWith(stage, url) {
  const dist = join(stage, 'dist')
  const env = { ...environment(stage), MTS_URL: url, MTS_STORES: '123-45-67890' }
  const places = {}
  const loadedBy = PACKS.map(({ file, runs, shared = false }) => {
    const loaded = runs.map((words) => runWitnessed(stage, env, words).loaded)
    const names = [...new Set(loaded.flat())].filter(
      (name) =>
        name !== 'main.js' &&
        !(name in places) &&
        (!shared || loaded.every((each) => each.includes(name))),
    )
    for (const name of names) places[name] = file
    return { file, names }
  })
  for (const { file, names } of loadedBy) {
    await writePack(dist, file, names, file === 'main.js' ? places : {})
  }
  for (const name of Object.keys(places)) await rm(join(dist, name))
  for (const { file, runs } of PACKS) {
    for (const words of runs) runWitnessed(stage, env, words, file)
  }
}

/** The loader takes the cache of the name in the first line: one of another source is never looked at. */
async function writePack(dist, file, names, places) {
  const pieces = await Promise.all(
    names.map(async (name) => {
      const piece = await readFile(join(dist, name), 'utf8')
      return `${JSON.stringify(name)}:${piece.trimEnd()}`
    }),
  )
  const pack = `({places:${JSON.stringify(places)},pieces:{${pieces.join(',\n')}}})\n`
  const digest = createHash('sha256').update(pack).digest('hex').slice(0, 16)
  await writeFile(join(dist, file), `/*${digest}*/${pack}`)
}

function environment(stage) {
  return {
    PATH: process.env.PATH,
    HOME: join(stage, 'home'),
    LANG: 'ko_KR.UTF-8',
    MTS_JOURNAL: join(stage, 'home', 'journal.db'),
  }
}

/** Runs the program and tells which files of dist/ it loaded; `keep`: writes what V8 has compiled of that one. */
function runWitnessed(stage, env, words, keep) {
  const report = join(stage, 'loaded.json')
  const { error } = spawnSync(
    process.execPath,
    ['--import', witness, join(stage, 'bin', 'mts.js'), ...words],
    {
      env: {
        ...env,
        WITNESS_REPORT: report,
        ...(keep === undefined ? {} : { WITNESS_KEEP: keep }),
      },
      stdio: 'ignore',
      timeout: 30_000,
    },
  )
  if (error !== undefined) throw error
  return { loaded: JSON.parse(readFileSync(report, 'utf8')) }
}

/** The demo of the program itself, on a free port; its first words tell where. */
function startDemo(stage) {
  const demo = spawn(
    process.execPath,
    [join(stage, 'bin', 'mts.js'), 'demo', '--port', '0', '--lang', 'en'],
    { env: environment(stage), stdio: ['ignore', 'ignore', 'pipe'] },
  )
  // It has nothing to tidy up, and must be gone before the stage is.
  const end = () =>
    new Promise((resolve) => {
      if (demo.exitCode !== null || demo.signalCode !== null) return resolve()
      demo.once('exit', resolve)
      demo.kill('SIGKILL')
    })
  return new Promise((resolve, reject) => {
    let words = ''
    demo.stderr.setEncoding('utf8').on('data', (text) => {
      words += text
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(words)?.[0]
      if (url !== undefined) resolve({ url, end })
    })
    demo.once('error', reject)
    demo.once('exit', () => reject(new Error(`the demo ended: ${words}`)))
  })
}
