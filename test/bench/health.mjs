// Speed as a ratio against another command in the same run: whole processes, alternating, the median
// of the ratios. Machines are noisy and drift; a ratio of neighbours holds.
// `npm run bench -- --long` takes more rounds.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = join(root, 'bin/mts.js')
const rounds = process.argv.includes('--long') ? 40 : 12
const directory = mkdtempSync(join(tmpdir(), 'mts-bench-'))

const demo = spawn(process.execPath, [program, 'demo', '--port', '0', '--lang', 'en'], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
try {
  const url = await new Promise((resolve, reject) => {
    let words = ''
    demo.stderr.setEncoding('utf8').on('data', (text) => {
      words += text
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(words)?.[0]
      if (found !== undefined) resolve(found)
    })
    demo.on('exit', () => reject(new Error(`the demo ended: ${words}`)))
  })
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    MTS_URL: url,
    MTS_STORES: '123-45-67890,234-56-78901',
    MTS_JOURNAL: join(directory, 'state', 'journal.db'),
  }
  // As the shell starts it: by its own first line, which carries the start-up flag.
  const mts = (...words) => ({ file: program, words })
  const node = { file: process.execPath, words: ['-e', '0'] }
  const rows = [
    ['mts --version', mts('--version'), 1.15],
    ['mts --help', mts('--help'), 1.3],
    ['mts health (healthy demo, loopback)', mts('health'), 3],
    ['mts health -o json', mts('health', '-o', 'json'), 3],
  ]
  console.log(
    `node ${process.versions.node}, ${rounds} rounds, ratio of wall times against node -e 0`,
  )
  for (const [name, command, target] of rows) {
    const ratios = []
    for (let round = -1; round < rounds; round++) {
      const own = timeOf(command, env)
      const bare = timeOf(node, env)
      if (round >= 0) ratios.push(own / bare)
    }
    const median = medianOf(ratios)
    const verdict = median <= target ? 'held' : 'NOT held'
    console.log(`${name.padEnd(38)} ${median.toFixed(2)}  target ${target.toFixed(2)}  ${verdict}`)
  }
} finally {
  demo.kill('SIGTERM')
  rmSync(directory, { recursive: true, force: true })
}

function timeOf({ file, words }, env) {
  const startedMs = performance.now()
  const { status, error, stderr } = spawnSync(file, words, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ms = performance.now() - startedMs
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${file} ${words.join(' ')}: exit ${status}\n${stderr}`)
  return ms
}

function medianOf(values) {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)]
}
