// The least a Node program needs to ask the same: every url of a file at once, by node:http, each read
// to its end or as far as the limit. `node minimal-client.mjs URLS [LIMIT_BYTES]`
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'

const [file, limit = Infinity] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const headers = { accept: 'application/json' }
const ask = (url) =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      const chunks = []
      let bytes = 0
      const end = () => resolve(Buffer.concat(chunks))
      response.on('data', (chunk) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes < Number(limit)) return
        end()
        response.destroy()
      })
      response.on('end', end)
    }).on('error', reject)
  })
const bodies = await Promise.all(readFileSync(file, 'utf8').trim().split('\n').map(ask))
const statuses = bodies.map((body) => /"status":"?(\w+)/.exec(body.toString('utf8'))?.[1])
console.log(statuses.length, statuses.filter((status) => status === 'UP').length)
agent.destroy()
