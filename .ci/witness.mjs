// Loaded before the program by the build: notes which of its files are compiled, and keeps at the end
// what V8 has made of one of them.
import { chmodSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import vm from 'node:vm'

const scripts = new Map()
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options)
    scripts.set(options.filename, { script: this, source })
  }
}

process.on('exit', () => {
  const { WITNESS_REPORT: report, WITNESS_KEEP: keep } = process.env
  writeFileSync(report, JSON.stringify([...scripts.keys()].map((filename) => basename(filename))))
  for (const [filename, { script, source }] of scripts) {
    if (basename(filename) !== keep) continue
    const cache = filename.replace(/\.js$/, `-${source.slice(2, 18)}.cache`)
    writeFileSync(cache, script.createCachedData())
    // The program lets nobody else read what it writes; this is to be read by all.
    chmodSync(cache, 0o644)
  }
})
