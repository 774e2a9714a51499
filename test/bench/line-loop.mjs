// The least that reading an exposition can be: lines, names, labels and numbers by hand, nothing
// checked. `node line-loop.mjs FILE TIMES`
import { readFileSync } from 'node:fs'

const [file, times] = process.argv.slice(2)
const source = readFileSync(file)
let sum = 0
let samples = 0
for (let time = 0; time < Number(times); time++) {
  const families = new Map()
  const kept = []
  const text = source.toString('utf8')
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    const line = text.slice(start, end)
    start = end + 1
    if (line === '') continue
    if (line.startsWith('#')) {
      const [, what, name, ...words] = line.split(' ')
      families.set(name, { ...families.get(name), [what]: words.join(' ') })
      continue
    }
    const brace = line.indexOf('{')
    const close = line.lastIndexOf('}')
    const labels = {}
    let name
    let rest
    if (brace === -1) {
      ;[name, rest] = line.split(' ')
    } else {
      name = line.slice(0, brace)
      rest = line.slice(close + 2)
      for (const [, label, value] of line
        .slice(brace + 1, close)
        .matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
        labels[label] = value.includes('\\') ? value.replace(/\\(.)/g, '$1') : value
      }
    }
    kept.push({ name, labels, value: Number(rest) })
  }
  samples += kept.length
  sum += families.size
}
console.log(samples, sum)
