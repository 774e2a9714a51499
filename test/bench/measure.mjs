// Whole processes, measured in turn: a machine that is noisy drifts for both, and the ratio of
// neighbours holds. The median of the ratios is quoted.
import { spawn, spawnSync } from 'node:child_process'

/** `files` of a command: {file, words, input?}. The exit code must be one of `codes`. */
export async function timeOf({ file, words, codes = [0] }, env, directory) {
  const started = performance.now()
  const child = spawn(file, words, { env, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const ms = performance.now() - started
  if (!codes.includes(code)) {
    throw new Error(`${file} ${words.join(' ')}: exit ${code}\n${complaints.slice(0, 2000)}`)
  }
  return ms
}

/** Medians of both, ms, and of the ratio, over `rounds` pairs after one that is not counted. */
export async function compare(own, peer, { env, directory, rounds }) {
  const pairs = []
  for (let round = -1; round < rounds; round++) {
    const ownMs = await timeOf(own, env, directory)
    const peerMs = await timeOf(peer, env, directory)
    if (round >= 0) pairs.push({ ownMs, peerMs, ratio: ownMs / peerMs })
  }
  return {
    ownMs: medianOf(pairs.map(({ ownMs }) => ownMs)),
    peerMs: medianOf(pairs.map(({ peerMs }) => peerMs)),
    ratio: medianOf(pairs.map(({ ratio }) => ratio)),
  }
}

/** Peak resident memory, KiB; undefined where there is no GNU time. */
export function peakKiB({ file, words }, env, directory) {
  const { status, error, stderr } = spawnSync('/usr/bin/time', ['-f', 'peak %M', file, ...words], {
    env,
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (error !== undefined || status !== 0) return undefined
  const peak = /peak (\d+)/.exec(stderr)?.[1]
  return peak === undefined ? undefined : Number(peak)
}

export function isThere(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
}

export function medianOf(values) {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)]
}
