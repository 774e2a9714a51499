/** Whatever is typed, the program ends with a code of the contract, in words or in one JSON value. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo, type Listening } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld } from '../support/ports.ts'

const CODES = new Set([0, 1, 2, 3, 4, 5, 6, 64, 66, 69, 75, 78, 130])

const COMMANDS: readonly (readonly string[])[] = [
  ['health'],
  ['playbook'],
  ['playbook', 'list'],
  ['playbook', 'show'],
  ['playbook', 'validate'],
  ['playbook', 'settlement-failure'],
  ['checklist'],
  ['checklist', 'daily'],
  ['settle', 'show'],
  ['settle', 'list'],
  ['settle', 'run'],
  ['settle', 'reprocess'],
  ['settle', 'sheet'],
  ['run', 'list'],
  ['run', 'status'],
  ['run', 'resume'],
  ['run', 'abort'],
  ['run', 'note'],
  ['sales'],
  ['dlq'],
  ['config', 'show'],
  ['config', 'check'],
  ['config', 'path'],
  ['completion'],
  ['nonsense'],
  [],
]
const WORDS = [
  '8',
  '#41',
  '0',
  '-1',
  '99999999999999999999',
  '2026-11-23',
  '2026-13-45',
  'settlement-failure',
  'nosuch',
  '20261124-01',
  '--level',
  '--confirm',
  '--from',
  '--to',
  '--lang',
  'en',
  'ko',
  '-o',
  'json',
  'csv',
  'nagios',
  'yaml',
  '-q',
  '--debug',
  '--timeout',
  '2s',
  '--step',
  '--skip',
  '--input',
  'date=2026-11-22',
  'date=',
  '--help',
  '--',
  '',
  '정산',
  '\u001b[31m빨강',
  '../../etc/passwd',
  '$(reboot)',
]

let listening: Listening

beforeAll(async () => {
  listening = await listenDemo(createDemo({ clock: createSystemClock(), historyDays: 2 }))
})
afterAll(() => listening.close())

describe('whatever is typed', () => {
  it('ends with a code of the contract, never as a defect, and without control characters', async () => {
    const argv = fc
      .tuple(
        fc.constantFrom(...COMMANDS),
        fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }),
        fc.boolean(),
      )
      .map(([command, words, json]) => [...command, ...words, ...(json ? ['-o', 'json'] : [])])
    await fc.assert(
      fc.asyncProperty(argv, fc.constantFrom('live', 'dead'), async (words, service) => {
        const world = createFakeWorld({
          clock: createSystemClock(),
          env: {
            MTS_URL: service === 'live' ? listening.url : 'http://127.0.0.1:1',
            MTS_STORES: '123-45-67890',
            // The batch's window must not decide what this test sees.
            MTS_VERIFY_AFTER: '10ms',
          },
          service: (settings, clock) => createServiceClient(settings, clock),
        })
        try {
          const ended = await world.mts(...words)
          const told = `${JSON.stringify(words)}: ${ended.stdout}${ended.stderr}`
          expect(CODES.has(ended.code), `exit ${ended.code} of ${told}`).toBe(true)
          expect(ended.stdout.replaceAll(/[\n\t]/g, ''), told).not.toMatch(/\p{Cc}/u)
          const asJson = words.at(-2) === '-o' && words.at(-1) === 'json' && !words.includes('--')
          if (asJson && !words.includes('--help') && ended.stdout.trimStart().startsWith('{')) {
            expect(ended.json()).toMatchObject({ apiVersion: 'mts/v1' })
          }
        } finally {
          world.dispose()
        }
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})
