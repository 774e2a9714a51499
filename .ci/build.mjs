// Bundles the program into dist/: ESM, code split per command, everything inside but libsql, whose
// binary has to come from the registry.
import { rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = `${root}dist`
// Built aside and moved into place, so that nobody ever starts half a build.
const fresh = `${root}node_modules/.cache/mts/dist-${process.pid}`
const old = `${fresh}-old`

// Bundled CommonJS modules ask for Node's own with require(); createRequire() would cost 2 ms in each
// process, and there is nothing else to be found.
const banner = 'const require=(id)=>process.getBuiltinModule(id)'

// Zod carries its messages in fifty languages; ours say what was expected in our own words.
const withoutLocales = {
  name: 'zod without locales',
  setup(plugins) {
    plugins.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js'`,
    }))
  },
}

await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  external: ['libsql'],
  plugins: [withoutLocales],
  legalComments: 'linked',
  banner: { js: banner },
  logLevel: 'warning',
  metafile: process.argv.includes('--analyze'),
}).then(async ({ metafile }) => {
  if (metafile === undefined) return
  const { analyzeMetafile } = await import('esbuild')
  process.stdout.write(await analyzeMetafile(metafile))
})

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
