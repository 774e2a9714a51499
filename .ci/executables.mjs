// Where the standalone executables lie, and which there are: for their build, the tests, the bench.
import { statSync } from 'node:fs'
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

/**
 * The binary of Bun; undefined where npm has installed none for this machine. With npm's install
 * scripts it has been moved into `bun/bin`, without them it is still in the package of this machine,
 * and what `npx bun` would start is a placeholder of a few hundred bytes.
 */
export function bunBinary() {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const part = `@oven/bun-${system}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`
  const binary = process.platform === 'win32' ? 'bun.exe' : 'bun'
  return ['bun/bin/bun.exe', `${part}/bin/${binary}`, `${part}-musl/bin/${binary}`]
    .map((place) => `${root}node_modules/${place}`)
    .find((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 1024 * 1024)
}
