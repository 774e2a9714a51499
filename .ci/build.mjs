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

// Modules of Node's own that cost more to load than what is used of them; the time of every command.
const cheap = {
  // Importing it reads every property of the process: opens the standard streams, readies reports (8 ms).
  process: `const process = globalThis.process
export default process
export const { pid, platform, env, execPath, versions } = process
export const kill = (...args) => process.kill(...args)
export const cwd = () => process.cwd()`,
  // Brings sockets and streams along; `--version` needs none of them.
  tty: `export const isatty = (fd) => globalThis.process.getBuiltinModule('node:tty').isatty(fd)
export default { isatty }`,
  // Only for an answer that is compressed.
  zlib: `const zlib = () => globalThis.process.getBuiltinModule('node:zlib')
export const createGunzip = (...args) => zlib().createGunzip(...args)
export const createInflate = (...args) => zlib().createInflate(...args)
export const gunzipSync = (...args) => zlib().gunzipSync(...args)
export const createGzip = (...args) => zlib().createGzip(...args)
export default new Proxy({}, { get: (_, name) => zlib()[name] })`,
}
// What libraries ask for and do not need here: undici speaks HTTP/1.1 and sends no bodies, commander
// starts no other programs.
const unneeded = {
  undici: {
    'node:http': `module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} }`,
    'node:assert': `module.exports = (value, message) => { if (!value) throw new Error(message ?? 'assertion failed in undici') }`,
  },
  commander: {
    'node:child_process': `module.exports = {}`,
  },
}
const lean = {
  name: 'lean start-up',
  setup(plugins) {
    plugins.onResolve(
      { filter: /^(node:)?(process|zlib|tty|http|assert|child_process)$/ },
      (args) => {
        const id = `node:${args.path.replace('node:', '')}`
        for (const [library, modules] of Object.entries(unneeded)) {
          if (id in modules && args.importer.includes(`node_modules/${library}/`)) {
            return { path: `${library} ${id}`, namespace: 'unneeded' }
          }
        }
        const name = id.slice('node:'.length)
        return name in cheap && args.kind !== 'require-call'
          ? { path: name, namespace: 'cheap' }
          : undefined
      },
    )
    plugins.onLoad({ filter: /.*/, namespace: 'cheap' }, ({ path }) => ({ contents: cheap[path] }))
    plugins.onLoad({ filter: /.*/, namespace: 'unneeded' }, ({ path }) => {
      const [library, id] = path.split(' ')
      return { contents: unneeded[library][id] }
    })
    plugins.onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: `module.exports = () => { throw new Error('HTTP/2 is not part of mts') }`,
    }))
    plugins.onLoad({ filter: /undici[\\/]lib[\\/]web[\\/]fetch[\\/]body\.js$/ }, () => ({
      contents: `module.exports = {}`,
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
  plugins: [withoutLocales, lean],
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
