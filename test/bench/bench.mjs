// `npm run bench`: every promise on speed in one table, for the npm package and, where it has been
// built, the executable. Ratios of whole processes that alternate; the median of the ratios.
// `-- --long` takes more rounds and a gibibyte of log, for a release; `-- start health fleet hanging
// broken journal exposition playbook logs` some of the rows.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { executableFor, hostTarget } from '../../.ci/executables.mjs'
import { measureAll } from './rows.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const long = process.argv.includes('--long')
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const target = hostTarget()
const executable = target === undefined ? undefined : executableFor(target)
const builds = [
  { name: 'npm', program: join(root, 'bin/mts.js') },
  ...(executable !== undefined && existsSync(executable)
    ? [{ name: 'executable', program: executable }]
    : []),
]
const directory = mkdtempSync(join(tmpdir(), 'mts-bench-'))
// As whoever calls it has it, but for our own settings: what slows every Node slows its peers too.
const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MTS_'))
const env = {
  ...Object.fromEntries(inherited),
  HOME: directory,
  MTS_STORES: '123-45-67890',
  MTS_JOURNAL: join(directory, 'state', 'journal.db'),
}
const versionOf = (program) =>
  spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? 'absent'
const firstLine = (program) =>
  (spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? 'absent').split('\n')[0]

const authorities = env.NODE_EXTRA_CA_CERTS === undefined ? '' : ', reading NODE_EXTRA_CA_CERTS'
console.log(
  [
    `mts ${versionOf(builds[0].program)}${builds.length === 1 ? '; the executable is not built (npm run build:executable)' : ', npm package and executable'}`,
    `node ${process.versions.node}${authorities}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}`,
    `${firstLine('curl').slice(0, 40)}; ${firstLine('jq')}; ${long ? 'long' : 'short'} form`,
    '',
    `${'what'.padEnd(40)}${'against'.padEnd(40)}${'npm'.padStart(8)}${'target'.padStart(8)}  ${''.padEnd(9)}${'exec.'.padStart(8)}${'target'.padStart(8)}`,
  ].join('\n'),
)

let missed = 0
const figureOf = (value, unit) =>
  typeof value === 'number' ? value.toFixed(unit === 'MB' ? 0 : 2) : (value ?? 'absent')
const tell = ({ what, against, targets, unit, figures }) => {
  const cells = ['npm', 'executable'].map((name) => {
    const limit = targets[name]
    const value = figures[name]
    if (limit === undefined || value === undefined)
      return `${''.padStart(8)}${''.padStart(8)}  ${''.padEnd(9)}`
    const held = typeof value === 'number' && value <= limit
    if (typeof value === 'number' && !held) missed++
    const verdict = typeof value !== 'number' ? '' : held ? 'held' : 'NOT held'
    return `${figureOf(value, unit).padStart(8)}${String(limit).padStart(8)}  ${verdict.padEnd(9)}`
  })
  console.log(`${what.padEnd(40)}${against.padEnd(40)}${cells.join('')}`.trimEnd())
}
try {
  await measureAll({ builds, rounds: long ? 31 : 9, long, wanted, directory, env, tell })
  console.log(missed === 0 ? '\nevery target held' : `\n${missed} NOT held`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
