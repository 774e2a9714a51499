import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../support/ports.ts'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(PROJECT_DIR, path), 'utf8'))

const manifest = read('package.json') as {
  readonly bin: unknown
  readonly license: string
  readonly engines: { readonly node: string }
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly files: readonly string[]
}
const lock = read('package-lock.json') as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

describe('the package', () => {
  it('is mts-cli with the bin mts, under MIT, for Node 20.19 and later', () => {
    expect(manifest).toMatchObject({
      name: 'mts-cli',
      license: 'MIT',
      bin: { mts: 'bin/mts.js' },
      engines: { node: '>=20.19' },
    })
    expect(readFileSync(join(PROJECT_DIR, 'LICENSE'), 'utf8')).toMatch(/^MIT License/)
  })

  it('depends at run time on nothing but libsql; the rest is in the bundle', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['libsql'])
  })

  it('carries playbooks and checklists', () => {
    expect(manifest.files).toEqual(
      expect.arrayContaining(['bin', 'dist', 'playbooks', 'checklists']),
    )
  })

  it('has a lock file that names every optional part for every platform: npm ci refuses another', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) =>
          lock.packages[`node_modules/${name}`]?.version === undefined &&
          lock.packages[`${path}/node_modules/${name}`]?.version === undefined,
      ),
    )
    expect(missing).toEqual([])
  })

  it('has a lock file that agrees with the manifest', () => {
    expect(lock.packages['']).toMatchObject({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    })
  })
})
