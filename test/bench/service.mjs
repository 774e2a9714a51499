// Servers to measure against. The demo answers each question once; a lean server repeats the answer
// with the latency asked for, to everybody alike, so that it is not the server that is measured.
import { spawn } from 'node:child_process'
import { createServer, request } from 'node:http'

/** `mts demo` with these words; its url, and how to end it. */
export function startDemo(program, words, env) {
  const demo = spawn(program, ['demo', '--port', '0', '--lang', 'en', ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let told = ''
    demo.stderr.setEncoding('utf8').on('data', (text) => {
      told += text
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0]
      if (url !== undefined) resolve({ url, end: () => demo.kill('SIGTERM') })
    })
    demo.once('error', reject)
    demo.once('exit', () => reject(new Error(`the demo ended: ${told}`)))
  })
}

/**
 * Repeats what `upstream` answered to the same path; `/shop-N` before it is the same service under
 * another name. Every `hangEvery`th of those never answers. `asked` are the paths so far, in order.
 */
export async function startRepeater(upstream, latencyMs, { hangEvery } = {}) {
  const kept = new Map()
  const asked = []
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    const startedMs = performance.now()
    const [, shop, path = incoming.url] = /^\/shop-(\d+)(\/.*)$/.exec(incoming.url) ?? []
    asked.push(incoming.url)
    if (hangEvery !== undefined && shop !== undefined && Number(shop) % hangEvery === 0) return
    kept.set(path, kept.get(path) ?? answerOf(upstream + path, incoming.headers.accept))
    kept.get(path).then(
      ({ status, headers, body }) => {
        const leftMs = Math.max(0, latencyMs - (performance.now() - startedMs))
        setTimeout(() => {
          outgoing.writeHead(status, headers)
          outgoing.end(body)
        }, leftMs)
      },
      () => outgoing.destroy(),
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    end: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function answerOf(url, accept = '*/*') {
  return new Promise((resolve, reject) => {
    request(url, { headers: { accept } }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const body = Buffer.concat(chunks)
        const type = response.headers['content-type']
        const headers = {
          ...(type === undefined ? {} : { 'content-type': type }),
          'content-length': body.length,
        }
        resolve({ status: response.statusCode, headers, body })
      })
      response.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}
