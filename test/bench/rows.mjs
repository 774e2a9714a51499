// The promises on speed, each against its peer. Every row gives what was measured for the npm package
// and the executable, or why it could not be.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { measureLog } from '../logs/gigabyte.mjs'
import { compare, isThere, peakKiB, timeOf } from './measure.mjs'
import { startDemo, startRepeater } from './service.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const node = (...words) => ({ file: process.execPath, words })
const bare = node('-e', '0')
const LATENCY_MS = 20
const DEADLINE_MS = 3000

/**
 * `builds`: [{name, program}]. Calls `tell` with each row as it is known. `wanted`: names of the groups
 * below; all of them when it is empty.
 */
export async function measureAll({ wanted = [], ...bench }) {
  const groups = {
    start: startUp,
    health: (all) => withDemo(all, [], (url) => health(all, url)),
    fleet: (all) => withDemo(all, [], (url) => fleet(all, url)),
    hanging: hangingRedis,
    broken: brokenBody,
    journal: (all) => withInside((inside) => journal(all, inside)),
    exposition: (all) => withInside((inside) => exposition(all, inside)),
    playbook,
    logs,
  }
  for (const [name, measure] of Object.entries(groups)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure(bench)
  }
}

async function withDemo({ builds, env }, words, work) {
  const demo = await startDemo(builds[0].program, words, env)
  try {
    await work(demo.url)
  } finally {
    demo.end()
  }
}

async function withInside(work) {
  const inside = await insideProgram()
  try {
    await work(inside)
  } finally {
    rmSync(inside, { force: true })
  }
}

/** One row: `measure` gives the figure of one build, or a text that says why there is none. */
async function row({ builds, tell }, { what, against, targets, unit = '×' }, measure) {
  const figures = {}
  for (const { name, program } of builds) {
    figures[name] = targets[name] === undefined ? '-' : await measure(program)
  }
  tell({ what, against, targets, unit, figures })
}

async function ratio(bench, own, peer, rounds = bench.rounds) {
  return (await compare(own, peer, { ...bench, rounds })).ratio
}

async function startUp(bench) {
  const { env, directory } = bench
  const version = (program) => ({ file: program, words: ['--version'] })
  await row(
    bench,
    { what: 'mts --version', against: 'node -e 0', targets: { npm: 1.15, executable: 0.35 } },
    (program) => ratio(bench, version(program), bare),
  )
  await row(
    bench,
    { what: '  its memory', against: 'node -e 0', targets: { npm: 1.2 } },
    (program) => {
      const own = peakKiB(version(program), env, directory)
      return own === undefined ? 'no GNU time' : own / peakKiB(bare, env, directory)
    },
  )
  await row(
    bench,
    { what: 'mts --help', against: 'node -e 0', targets: { npm: 1.3, executable: 0.5 } },
    (program) => ratio(bench, { file: program, words: ['--help'] }, bare),
  )
}

/** The script an operator would write: the same questions by curl, the states taken out by jq. */
function shell(bench, name, lines) {
  const file = join(bench.directory, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return { file: '/bin/sh', words: [file] }
}

const JQ = `jq -r 'try (.status // .name // "ok") catch "ok"' 2>/dev/null || true`

async function health(bench, demoUrl) {
  const server = await startRepeater(demoUrl, LATENCY_MS)
  try {
    const env = { ...bench.env, MTS_URL: server.url }
    const own = (program) => ({ file: program, words: ['health'] })
    // What it asks is what its peers ask; the first time also fills the server.
    for (let time = 0; time < 2; time++) await timeOf(own(bench.builds[0].program), env)
    server.asked.length = 0
    await timeOf(own(bench.builds[0].program), env)
    const urls = server.asked.map((path) => server.url + path)
    const list = join(bench.directory, 'urls.txt')
    writeFileSync(list, `${urls.join('\n')}\n`)
    const what = `mts health, ${urls.length} questions, ${LATENCY_MS} ms`
    const peers = [
      [
        'node:http, at once',
        node(join(here, 'minimal-client.mjs'), list),
        { npm: 1.6, executable: 0.75 },
      ],
      [
        'curl + jq, one by one',
        shell(
          bench,
          'one-by-one.sh',
          urls.map((url) => `curl -s '${url}' | ${JQ}`),
        ),
        { npm: 0.3, executable: 0.15 },
      ],
      [
        'curl --parallel + jq',
        shell(bench, 'parallel.sh', [
          `curl -s --parallel --parallel-immediate ${urls.map((url) => `'${url}'`).join(' ')} 2>/dev/null | ${JQ}`,
        ]),
        { npm: 2.2, executable: 1 },
      ],
    ]
    for (const [against, peer, targets] of peers) {
      await row(bench, { what, against, targets }, (program) => {
        if (against.includes('jq') && !(isThere('jq') && isThere('curl'))) return 'no curl or jq'
        return ratio({ ...bench, env }, own(program), peer)
      })
    }
  } finally {
    server.end()
  }
}

async function fleet(bench, demoUrl) {
  const count = 1000
  const rounds = Math.max(3, Math.round(bench.rounds / 4))
  const sound = await startRepeater(demoUrl, LATENCY_MS)
  const mixed = await startRepeater(demoUrl, LATENCY_MS, { hangEvery: 10 })
  const listed = (server, name) => {
    const file = join(bench.directory, name)
    const groups = Array.from({ length: count }, (_, at) => ({
      targets: [`127.0.0.1:${server.port}`],
      labels: { name: `shop-${at + 1}`, __metrics_path__: `/shop-${at + 1}/actuator/prometheus` },
    }))
    writeFileSync(file, JSON.stringify(groups))
    return file
  }
  const asks = (program, file, ...codes) => ({
    file: program,
    words: ['health', '--fleet', file, '--level', '1'],
    codes,
  })
  try {
    const soundFile = listed(sound, 'sound.json')
    const mixedFile = listed(mixed, 'mixed.json')
    const paths = [
      '/actuator/health',
      '/actuator/health/db',
      '/actuator/metrics/hikaricp.connections.pending',
    ]
    const urls = join(bench.directory, 'fleet.txt')
    const lines = Array.from({ length: count }, (_, at) =>
      paths.map((path) => `url = "${sound.url}/shop-${at + 1}${path}"`).join('\n'),
    )
    writeFileSync(urls, lines.join('\n'))
    const curl = shell(bench, 'fleet.sh', [
      `curl -s --parallel -K '${urls}' 2>/dev/null | ${JQ} | sort | uniq -c`,
    ])
    await row(
      bench,
      {
        what: `fleet of ${count}, level 1, ${LATENCY_MS} ms`,
        against: 'curl --parallel + jq, the same questions',
        targets: { npm: 2.25, executable: 1.5 },
      },
      (program) =>
        isThere('jq') && isThere('curl')
          ? ratio(bench, asks(program, soundFile, 0), curl, rounds)
          : 'no curl or jq',
    )
    await row(
      bench,
      {
        what: '  a tenth of it hanging',
        against: 'the fleet without, in deadlines more',
        targets: { npm: 1, executable: 1 },
        unit: 'd',
      },
      async (program) => {
        const { ownMs, peerMs } = await compare(
          asks(program, mixedFile, 2),
          asks(program, soundFile, 0),
          { ...bench, rounds },
        )
        return (ownMs - peerMs) / DEADLINE_MS
      },
    )
  } finally {
    sound.end()
    mixed.end()
  }
}

async function hangingRedis(bench) {
  const demo = await startDemo(bench.builds[0].program, ['--fault', 'redis-hang'], bench.env)
  try {
    const env = { ...bench.env, MTS_URL: demo.url }
    const rounds = Math.max(3, Math.round(bench.rounds / 4))
    await row(
      bench,
      {
        what: 'mts health, Redis hanging',
        against: `its deadline (${DEADLINE_MS / 1000} s) + node -e 0`,
        targets: { npm: 1.05, executable: 1.02 },
      },
      async (program) => {
        const own = { file: program, words: ['health'], codes: [2] }
        const { ownMs, peerMs } = await compare(own, bare, { ...bench, env, rounds })
        return ownMs / (DEADLINE_MS + peerMs)
      },
    )
  } finally {
    demo.end()
  }
}

async function brokenBody(bench) {
  const demo = await startDemo(
    bench.builds[0].program,
    ['--fault', 'failed-batch-linked'],
    bench.env,
  )
  const server = await startRepeater(demo.url, 0)
  try {
    const env = { ...bench.env, MTS_URL: server.url }
    // From the demo itself: the repeater is of this process, which waits here.
    const listing = spawnSync(bench.builds[0].program, ['settle', 'list', '-o', 'json'], {
      env: { ...bench.env, MTS_URL: demo.url },
      encoding: 'utf8',
    })
    const failed = JSON.parse(listing.stdout).items.find(({ status }) => status === 'FAILED')
    const list = join(bench.directory, 'settlement.txt')
    const own = (program) => ({ file: program, words: ['settle', 'show', String(failed.id)] })
    await timeOf(own(bench.builds[0].program), env)
    writeFileSync(list, `${server.url}/api/settlements/${failed.id}\n`)
    await row(
      bench,
      {
        what: 'mts settle show, a broken 176 KB body',
        against: 'node:http reading 64 KB',
        targets: { npm: 1.5, executable: 0.8 },
      },
      (program) =>
        ratio(
          { ...bench, env },
          own(program),
          node(join(here, 'minimal-client.mjs'), list, '65536'),
        ),
    )
  } finally {
    server.end()
    demo.end()
  }
}

/** Parts of the program as a program of their own; the executable's are the same source. */
async function insideProgram() {
  const outfile = join(here, '../../node_modules/.cache/mts', `bench-${process.pid}.mjs`)
  await build({
    entryPoints: [join(here, 'inside.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    external: ['libsql'],
    logLevel: 'error',
  })
  return outfile
}

async function journal(bench, inside) {
  const events = 500
  let made = 0
  const fresh = () => join(bench.directory, `events-${++made}`)
  await row(
    bench,
    {
      what: `${events} journal events, each synced`,
      against: 'write + fdatasync each',
      targets: { npm: 1.75 },
    },
    async () => {
      const own = {
        file: process.execPath,
        get words() {
          return [inside, 'journal', `${fresh()}.db`, String(events)]
        },
      }
      const peer = {
        file: process.execPath,
        get words() {
          return [join(here, 'append-sync.mjs'), fresh(), String(events)]
        },
      }
      return ratio(bench, own, peer)
    },
  )
  const many = join(bench.directory, 'many.db')
  const few = join(bench.directory, 'few.db')
  const runs = 100_000
  const book = join(bench.directory, 'book.yaml')
  writeFileSync(book, bookOf(1))
  for (const [file, count] of [
    [many, runs],
    [few, 100],
  ]) {
    // A run of its own first: what the others are copies of.
    const walk = { file: bench.builds[0].program, words: ['playbook', book, '--non-interactive'] }
    await timeOf({ ...walk, codes: [0, 1, 2, 3, 4] }, { ...bench.env, MTS_JOURNAL: file })
    await timeOf(node(inside, 'runs', file, String(count)), bench.env)
  }
  await row(
    bench,
    {
      what: `mts run list over ${runs} runs`,
      against: 'over 100',
      targets: { npm: 2, executable: 2 },
    },
    async (program) => {
      const over = async (file) => {
        const times = []
        for (let round = 0; round < bench.rounds; round++) {
          times.push(
            await timeOf(
              { file: program, words: ['run', 'list'] },
              { ...bench.env, MTS_JOURNAL: file },
            ),
          )
        }
        return times.sort((left, right) => left - right)[Math.floor(times.length / 2)]
      }
      return (await over(many)) / (await over(few))
    },
  )
}

async function exposition(bench, inside) {
  const scrape = join(bench.directory, 'scrape.txt')
  // The recording, as often as makes a scrape of the service's size.
  const recorded = readFileSync(join(here, '../recordings/exposition.txt'), 'utf8')
  writeFileSync(scrape, recorded.repeat(Math.max(1, Math.round(450_000 / recorded.length))))
  await row(
    bench,
    {
      what: 'exposition of 450 KB, 40 times',
      against: 'a line loop by hand',
      targets: { npm: 1.2 },
    },
    () =>
      ratio(
        bench,
        node(inside, 'exposition', scrape, '40'),
        node(join(here, 'line-loop.mjs'), scrape, '40'),
      ),
  )
}

function bookOf(steps) {
  const step = (index) => `  - id: step-${index}
    title: { ko: 단계 ${index}, en: Step ${index} }
    type: probe
    probe: health.component
    with: { name: redis }
    successCondition: value.state == "up"
    failureCondition: value.state == "down"
    onFailure: continue`
  return `apiVersion: mts/v1
kind: Playbook
id: bench-${steps}
title: { ko: 측정, en: Bench }
version: 1.0.0
owner: bench
priority: P2
impact: { ko: 없음, en: none }
worsens: { ko: 없음, en: nothing }
steps:
${Array.from({ length: steps }, (_, at) => step(at + 1)).join('\n')}
`
}

async function playbook(bench) {
  const demo = await startDemo(bench.builds[0].program, [], bench.env)
  try {
    const env = { ...bench.env, MTS_URL: demo.url }
    const file = (steps) => {
      const path = join(bench.directory, `bench-${steps}.yaml`)
      writeFileSync(path, bookOf(steps))
      return path
    }
    const [whole, half] = [file(1000), file(500)]
    const rounds = Math.max(3, Math.round(bench.rounds / 4))
    const validate = (path) => ['playbook', 'validate', path]
    const walk = (path) => ['playbook', path, '--dry-run', '--non-interactive', '-q']
    for (const [what, words] of Object.entries({ validate, walk })) {
      await row(
        bench,
        {
          what: `playbook of 1,000 steps: ${what}`,
          against: 'half the steps',
          targets: { npm: 2.2, executable: 2.2 },
        },
        (program) => {
          const codes = [0, 1, 2, 3]
          return ratio(
            { ...bench, env },
            { file: program, words: words(whole), codes },
            { file: program, words: words(half), codes },
            rounds,
          )
        },
      )
    }
  } finally {
    demo.end()
  }
}

async function logs(bench) {
  const mebibytes = bench.long ? 1024 : 128
  const measured = {}
  for (const { name, program } of bench.builds) {
    measured[name] = {
      service: await measureLog('service', mebibytes, { rounds: bench.long ? 7 : 3, program }),
      unique: await measureLog('unique', 64, { rounds: 1, program }),
    }
  }
  const rows = [
    [
      `${mebibytes} MiB of log`,
      'grep -c ERROR',
      6,
      '×',
      ({ service }) => service.ms / service.grepMs,
    ],
    [
      '  its memory',
      'a tenth of the log',
      1.2,
      '×',
      ({ service }) => service.peakKiB / service.peakOfTenthKiB,
    ],
    ['  its memory', '200 MB', 200, 'MB', ({ service }) => service.peakKiB / 1000],
    [
      '  all lines unique: memory',
      'node -e 0',
      2.5,
      '×',
      ({ unique }) => unique.peakKiB / unique.peakOfBareNodeKiB,
    ],
  ]
  for (const [what, against, target, unit, figure] of rows) {
    const figures = Object.fromEntries(
      bench.builds.map(({ name }) => [name, figure(measured[name])]),
    )
    bench.tell({ what, against, targets: { npm: target, executable: target }, unit, figures })
  }
}
