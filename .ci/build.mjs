// Builds dist/: everything inside but libsql, whose binary has to come from the registry; ready to
// start as fast as it can on the machine and with the Node that built it.
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle, root } from './bundle.mjs'
import { makePieces, packForStart } from './pieces.mjs'

const target = join(root, 'dist')
// Built aside and moved into place, so that nobody ever starts half a build.
const stage = join(root, 'node_modules', '.cache', 'mts', `build-${process.pid}`)
const fresh = join(stage, 'dist')
const old = `${stage}-old`

const metafile = await bundle({
  entryPoints: { entry: 'src/cli/main.ts' },
  outdir: fresh,
  external: ['libsql'],
  banner: '',
})
if (process.argv.includes('--analyze')) {
  const { analyzeMetafile } = await import('esbuild')
  process.stdout.write(await analyzeMetafile(metafile))
}
await makePieces(fresh)
try {
  for (const name of ['bin', 'playbooks', 'checklists', 'package.json']) {
    await cp(join(root, name), join(stage, name), { recursive: true })
  }
  await mkdir(join(stage, 'home'))
  await packForStart(stage)
} catch (error) {
  // Where no program may be started or no port opened, the package is as right, only slower to start.
  process.stderr.write(`built without compiled code: ${error.message}\n`)
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
await rm(stage, { recursive: true, force: true })
