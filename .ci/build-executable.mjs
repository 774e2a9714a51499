// Builds the standalone executable with Bun: executable/mts-<target>, one file that runs where there
// is no Node. `--host`: for this machine alone. Otherwise for all targets, or for those named.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { bundle, root } from './bundle.mjs'
import { bunBinary, EXECUTABLES, executableFor, hostTarget } from './executables.mjs'

const wanted = process.argv.slice(2).filter((word) => word !== '--host')
const targets = process.argv.includes('--host')
  ? [hostTarget()].filter((target) => target !== undefined)
  : wanted.length > 0
    ? wanted
    : Object.keys(EXECUTABLES)
const unknown = targets.filter((target) => !(target in EXECUTABLES))
if (unknown.length > 0 || targets.length === 0) {
  fail(`no such target: ${unknown.join(', ')}. There are: ${Object.keys(EXECUTABLES).join(', ')}`)
}
const bun = bunBinary() ?? fail('Bun is not installed for this machine: npm ci --include=optional')
const work = `${root}node_modules/.cache/mts/executable-${process.pid}`
try {
  await bundle({
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: work,
    conditions: ['bun'],
    external: ['bun:*'],
  })
  await writeFile(`${work}/mts.js`, `import { start } from './main.js'\nstart()\n`)
  await mkdir(`${root}executable`, { recursive: true })
  const failed = []
  for (const target of targets) await compile(target).catch((error) => failed.push(error.message))
  if (failed.length > 0) fail(failed.join('\n'))
} finally {
  await rm(work, { recursive: true, force: true })
}

async function compile(target) {
  const made = `${work}/made-${target}`
  const options = [
    '--compile',
    `--target=${EXECUTABLES[target].bun}`,
    // Bytecode is made here once, instead of from the source at each start; each command's own.
    '--bytecode',
    '--format=esm',
    '--splitting',
    '--minify',
    // Nothing that lies about where mts is started may change what it does.
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    '--asset=playbooks',
    '--asset=checklists',
    `--outfile=${made}`,
  ]
  const started = Date.now()
  try {
    await promisify(execFile)(bun, ['build', `${work}/mts.js`, ...options], {
      cwd: root,
      // A target other than this machine's is fetched from the registry, once.
      timeout: 10 * 60_000,
      maxBuffer: 16 * 1024 * 1024,
    })
  } catch (error) {
    throw new Error(`${target}: ${error.stderr || error.message}`, { cause: error })
  }
  const file = executableFor(target)
  await chmod(existsSync(made) ? made : `${made}.exe`, 0o755)
  // Moved into place whole: nobody ever starts half of one.
  await rename(existsSync(made) ? made : `${made}.exe`, file)
  process.stderr.write(
    `${file.slice(root.length)} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  )
}

function fail(why) {
  process.stderr.write(`${why}\n`)
  process.exit(70)
}
