// Makes a fresh clone ready: installs what the lock file says and builds, each only when it is
// missing or older than what it is made from. Plain Node, since nothing is installed yet.
// `--install-only` leaves the build to the caller; `--executable` makes this machine's executable too.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bunBinary, executableFor, hostTarget } from './executables.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`mts needs Node 20.19 or later; this is ${process.versions.node}`)
}

locked(() => {
  // npm writes this file when it has finished; a run that was cut short leaves an old one or none.
  const installed = timeOf('node_modules/.package-lock.json')
  if (installed < timeOf('package-lock.json')) {
    step(
      'Installing what package-lock.json says',
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    )
    touch('node_modules/.package-lock.json')
  }
  if (process.argv.includes('--install-only')) return
  const sources = ['src', '.ci/build.mjs', '.ci/bundle.mjs', 'package.json', 'package-lock.json']
  if (timeOf('dist/main.js') < newestOf([...sources, 'tsconfig.json'])) {
    step('Building', process.execPath, ['.ci/build.mjs'])
  }
  // Where Bun is not to be had, the tests of the executable are skipped, and say so.
  const wanted = process.argv.includes('--executable') && bunBinary() !== undefined
  const target = wanted ? hostTarget() : undefined
  if (target === undefined) return
  const inside = ['dist/main.js', 'playbooks', 'checklists', '.ci/build-executable.mjs']
  // Tests take one that is older than the build for an old one.
  if (timeOf(relative(root, executableFor(target))) < newestOf([...sources, ...inside])) {
    step('Building the executable', process.execPath, ['.ci/build-executable.mjs', '--host'])
  }
})

/** Two at once (a demo and the tests) would remove each other's node_modules: the second one waits. */
function locked(work) {
  const lock = join(root, '.setup.lock')
  const waitUntil = Date.now() + 10 * 60_000
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'))
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      // Its holder refreshes it by finishing; after five minutes it has died.
      if (Date.now() - timeOf('.setup.lock') > 5 * 60_000) rmSync(lock, { force: true })
      if (Date.now() > waitUntil) fail(`another set-up is running; if not, remove ${lock}`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
  const unlock = () => rmSync(lock, { force: true })
  process.on('exit', unlock)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))
  work()
  unlock()
}

function step(what, program, args) {
  process.stderr.write(`${what} ...\n`)
  const started = Date.now()
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    // Development tools are needed even where NODE_ENV says production.
    env: {
      ...process.env,
      NODE_ENV: 'development',
      npm_config_production: 'false',
      npm_config_omit: '',
    },
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined || status !== 0) {
    fail(`${what} failed: ${error?.message ?? `exit ${status}`}\n${stdout ?? ''}${stderr ?? ''}`)
  }
  process.stderr.write(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

function newestOf(paths) {
  return Math.max(...paths.map((path) => newestIn(path)))
}

function newestIn(path) {
  const entries = (() => {
    try {
      return readdirSync(join(root, path))
    } catch (error) {
      if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return []
      throw error
    }
  })()
  return Math.max(timeOf(path), ...entries.map((entry) => newestIn(join(path, entry))))
}

function timeOf(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function touch(path) {
  const now = new Date()
  utimesSync(join(root, path), now, now)
}

function fail(why) {
  process.stderr.write(`${why}\n`)
  process.exit(70)
}
