// The long form, outside the suite: a gigabyte of log through the built program, its memory and its
// speed against `grep -c ERROR` on the same file. Linux only (it reads /proc).
//   node test/logs/gigabyte.mjs [service|unique|json] [mebibytes]
// `unique` makes every line another one, which no cache and no tree can hold.
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

const root = fileURLToPath(new URL('../..', import.meta.url))
const recording = readFileSync(join(root, 'test/recordings/service.log'), 'utf8')

/**
 * Medians of whole processes, alternating: ms, peak resident memory in KiB, what was found.
 * `program` is what the shell starts.
 */
export async function measureLog(
  form,
  mebibytes,
  { rounds = 3, program = join(root, 'bin/mts.js') } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'mts-gigabyte-'))
  const patternsOf = (file) =>
    runToEnd(program, ['logs', 'patterns', file, '-q', '-o', 'json'], directory)
  try {
    const whole = writeTo(join(directory, 'whole.log'), form, mebibytes)
    const tenth = writeTo(join(directory, 'tenth.log'), form, mebibytes / 10)
    // Read once, so that both find the file in memory.
    spawnSync('grep', ['-c', 'ERROR', whole])
    const bare = await runToEnd(process.execPath, ['-e', 'setTimeout(() => {}, 200)'], directory)
    const small = await patternsOf(tenth)
    const all = []
    for (let round = 0; round < rounds; round++) {
      const started = performance.now()
      spawnSync('grep', ['-c', 'ERROR', whole])
      const grepMs = performance.now() - started
      all.push({ grepMs, mined: await patternsOf(whole) })
    }
    all.sort((left, right) => left.mined.ms / left.grepMs - right.mined.ms / right.grepMs)
    const { grepMs, mined } = all[Math.floor(all.length / 2)]
    return {
      bytes: statSync(whole).size,
      grepMs,
      ms: mined.ms,
      peakKiB: mined.peakKiB,
      peakOfTenthKiB: small.peakKiB,
      peakOfBareNodeKiB: bare.peakKiB,
      value: JSON.parse(mined.output),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function writeTo(file, form, mebibytes) {
  const descriptor = openSync(file, 'w')
  writeLog(form, recording, mebibytes * 2 ** 20, (block) => writeSync(descriptor, block))
  closeSync(descriptor)
  return file
}

function runToEnd(file, words, home) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(file, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, HOME: home },
    })
    let output = ''
    let peakKiB = 0
    const look = () => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
        peakKiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peakKiB)
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
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(looking)
      if (code === 0) resolve({ ms: performance.now() - started, peakKiB, output })
      else reject(new Error(`${file} ${words.join(' ')}: exit ${code}`))
    })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [form = 'service', mebibytes = '1024'] = process.argv.slice(2)
  const program = process.env.MTS_PROGRAM
  const found = await measureLog(form, Number(mebibytes), program === undefined ? {} : { program })
  const mib = (kib) => (kib / 1024).toFixed(0)
  const rate = found.bytes / 2 ** 20 / (found.ms / 1000)
  const { lines, events, patterns, dropped } = found.value
  process.stdout.write(
    [
      `${form}: ${(found.bytes / 2 ** 20).toFixed(0)} MiB, ${lines} lines, ${events} events, ${patterns.length} patterns, ${dropped.events} events dropped`,
      `time    ${found.ms.toFixed(0)} ms, ${rate.toFixed(0)} MiB/s; grep -c ERROR ${found.grepMs.toFixed(0)} ms; ratio ${(found.ms / found.grepMs).toFixed(2)}`,
      `memory  ${mib(found.peakKiB)} MiB; a tenth of the log ${mib(found.peakOfTenthKiB)} MiB, ratio ${(found.peakKiB / found.peakOfTenthKiB).toFixed(2)}; bare node ${mib(found.peakOfBareNodeKiB)} MiB, ratio ${(found.peakKiB / found.peakOfBareNodeKiB).toFixed(2)}`,
      '',
    ].join('\n'),
  )
  process.exitCode = found.peakKiB <= 200 * 1024 ? 0 : 1
}
