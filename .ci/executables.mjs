// Where the standalone executables lie, and which there are: for their build, the tests, the bench.
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export const EXECUTABLES = {
  'linux-x64': { bun: 'bun-linux-x64' },
  'linux-arm64': { bun: 'bun-linux-arm64' },
  'macos-x64': { bun: 'bun-darwin-x64' },
  'macos-arm64': { bun: 'bun-darwin-arm64' },
  'windows-x64': { bun: 'bun-windows-x64' },
}

/** `executable/mts-linux-x64`, whether it has been built or not. */
export function executableFor(target) {
  return `${root}executable/mts-${target}${target.startsWith('windows') ? '.exe' : ''}`
}

/** The target of this machine; undefined where there is none. */
export function hostTarget() {
  const names = { linux: 'linux', darwin: 'macos', win32: 'windows' }
  const target = `${names[process.platform]}-${process.arch}`
  return target in EXECUTABLES ? target : undefined
}
