// Bundles the program into dist/: everything inside but libsql, whose binary has to come from the
// registry.
import { rename, rm } from 'node:fs/promises'
import { bundle, root } from './bundle.mjs'

const target = `${root}dist`
// Built aside and moved into place, so that nobody ever starts half a build.
const fresh = `${root}node_modules/.cache/mts/dist-${process.pid}`
const old = `${fresh}-old`

const metafile = await bundle({
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: fresh,
  external: ['libsql'],
})
if (process.argv.includes('--analyze')) {
  const { analyzeMetafile } = await import('esbuild')
  process.stdout.write(await analyzeMetafile(metafile))
}

// Another build may put its own into place at the same moment: then ours follows.
for (let attempt = 1; ; attempt++) {
  await rename(target, old).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  try {
    await rename(fresh, target)
    break
  } catch (error) {
    if (attempt === 5 || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error
  } finally {
    await rm(old, { recursive: true, force: true })
  }
}
