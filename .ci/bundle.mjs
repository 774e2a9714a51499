// How the program is bundled: ESM, code split per command. Shared by the npm package (build.mjs) and
// the standalone executable (build-executable.mjs).
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const root = fileURLToPath(new URL('..', import.meta.url))

// In ES modules bundled CommonJS asks for Node's own with require(); createRequire() would cost 2 ms in
// each process, and there is nothing else to be found.
const REQUIRE = 'const require=(id)=>process.getBuiltinModule(id)'

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
// What libraries ask for and do not need here: commander starts no other programs.
const unneeded = {
  commander: {
    'node:child_process': `module.exports = {}`,
  },
}
const lean = {
  name: 'lean start-up',
  setup(plugins) {
    plugins.onResolve({ filter: /^(node:)?(process|zlib|tty|child_process)$/ }, (args) => {
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
    })
    plugins.onLoad({ filter: /.*/, namespace: 'cheap' }, ({ path }) => ({ contents: cheap[path] }))
    plugins.onLoad({ filter: /.*/, namespace: 'unneeded' }, ({ path }) => {
      const [library, id] = path.split(' ')
      return { contents: unneeded[library][id] }
    })
  },
}

/** `conditions` choose the runtime's own files (`imports` in package.json). Tells what each part is made of. */
export async function bundle({
  entryPoints,
  outdir,
  conditions = [],
  external = [],
  banner = REQUIRE,
}) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions,
    minify: true,
    external,
    plugins: [withoutLocales, lean],
    legalComments: 'linked',
    banner: { js: banner },
    logLevel: 'warning',
    metafile: true,
  })
  return metafile
}
