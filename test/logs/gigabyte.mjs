// The long form, outside the suite: a gigabyte of log through the built program, its memory and its
// speed against `grep -c ERROR` on the same file. Linux only (it reads /proc).
//   node test/logs/gigabyte.mjs [--mebibytes 1024] [--unique] [--json] [--keep]
// `--unique` makes every line another one, which no cache and no tree can hold.
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeLog } from './write-log.mjs'

const root = process.env.MTS_ROOT ?? fileURLToPath(new URL('../..', import.meta.url))
const program = join(root, 'bin/mts.js')
const has = (name) => process.argv.includes(name)
const mebibytes = Number(process.argv[process.argv.indexOf('--mebibytes') + 1] || 1024) || 1024
const directory = mkdtempSync(join(tmpdir(), 'mts-gigabyte-'))
const recording = fileURLToPath(new URL('../recordings/service.log', import.meta.url))

try {
  const whole = join(directory, 'whole.log')
  const tenth = join(directory, 'tenth.log')
  const form = has('--unique') ? 'unique' : has('--json') ? 'json' : 'service'
  for (const [file, size] of [
    [whole, mebibytes],
    [tenth, mebibytes / 10],
  ]) {
    const descriptor = openSync(file, 'w')
    writeLog(form, readFileSync(recording, 'utf8'), size * 2 ** 20, (block) =>
      writeSync(descriptor, block),
    )
    closeSync(descriptor)
  }
  const grep = spawnSync('grep', ['-c', 'ERROR', whole], { encoding: 'utf8' })
  console.log(
    `${form}: ${(statSync(whole).size / 2 ** 20).toFixed(0)} MiB, grep -c ERROR: ${grep.stdout.trim()}`,
  )
  const bare = await run(process.execPath, ['-e', 'setTimeout(() => {}, 200)'])
  const small = await run(program, ['logs', 'patterns', tenth, '-q', '-o', 'json'])
  const rounds = []
  for (let round = 0; round < 3; round++) {
    const searched = time(() => spawnSync('grep', ['-c', 'ERROR', whole]))
    const mined = await run(program, ['logs', 'patterns', whole, '-q', '-o', 'json'])
    rounds.push({ searched, mined })
  }
  rounds.sort((left, right) => left.mined.ms / left.searched - right.mined.ms / right.searched)
  const { searched, mined } = rounds[1]
  const value = JSON.parse(mined.output)
  const rate = value.bytes / 2 ** 20 / (mined.ms / 1000)
  console.log(
    `lines ${value.lines}, events ${value.events}, patterns ${value.patterns.length}, dropped ${JSON.stringify(value.dropped)}`,
  )
  console.log(
    `time    ${mined.ms.toFixed(0)} ms = ${rate.toFixed(0)} MiB/s; grep ${searched.toFixed(0)} ms; ratio ${(mined.ms / searched).toFixed(2)} (target 6)`,
  )
  console.log(
    `memory  ${mib(mined.peak)} MiB (target 200); a tenth of the log ${mib(small.peak)} MiB, ratio ${(mined.peak / small.peak).toFixed(2)} (target 1.20); bare node ${mib(bare.peak)} MiB, ratio ${(mined.peak / bare.peak).toFixed(2)}`,
  )
  process.exitCode = mined.peak <= 200 * 1024 ? 0 : 1
} finally {
  if (!has('--keep')) rmSync(directory, { recursive: true, force: true })
}

/** Wall time and peak resident memory (KiB) of a whole process, started as a shell starts it. */
function run(file, words) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(file, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HOME: directory },
    })
    let output = ''
    let peak = 0
    const look = () => {
      try {
        peak = Number(
          /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak,
        )
      } catch (error) {
        // The process has ended between two looks.
        if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error
      }
    }
    const looking = setInterval(look, 10)
    child.stdout.setEncoding('utf8').on('data', (text) => {
      look()
      output += text
    })
    child.on('exit', (code) => {
      clearInterval(looking)
      if (code === 0) resolve({ ms: performance.now() - started, peak, output })
      else reject(new Error(`exit ${code}`))
    })
  })
}

function time(work) {
  const started = performance.now()
  work()
  return performance.now() - started
}

function mib(kib) {
  return (kib / 1024).toFixed(0)
}
