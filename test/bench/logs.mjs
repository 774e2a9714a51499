// `mts logs patterns` against `grep -c ERROR` on the same log, and its memory against a tenth of the
// log and against bare node. A gibibyte always: in less, the start-up would be what is measured.
// `node test/bench/logs.mjs --long` takes more rounds.
import { measureLog } from '../logs/gigabyte.mjs'

const mebibytes = 1024
const rounds = process.argv.includes('--long') ? 7 : 3
const service = await measureLog('service', mebibytes, { rounds })
const unique = await measureLog('unique', 64, { rounds: 1 })
const rows = [
  [`${mebibytes} MiB of log: time / grep -c ERROR`, service.ms / service.grepMs, 6],
  ['memory / a tenth of the log', service.peakKiB / service.peakOfTenthKiB, 1.2],
  ['memory, MiB', service.peakKiB / 1024, 200],
  ['all-unique lines: memory / bare node', unique.peakKiB / unique.peakOfBareNodeKiB, 2.5],
]
console.log(
  `node ${process.versions.node}, ${(service.bytes / 2 ** 20 / (service.ms / 1000)).toFixed(0)} MiB/s of the service's log, ${(unique.bytes / 2 ** 20 / (unique.ms / 1000)).toFixed(0)} MiB/s of all-unique lines`,
)
for (const [name, value, target] of rows) {
  const verdict = value <= target ? 'held' : 'NOT held'
  console.log(
    `${name.padEnd(42)} ${value.toFixed(2).padStart(7)}  target ${String(target).padStart(5)}  ${verdict}`,
  )
}
