import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createServiceClient } from '../../../src/service/client.ts'
import type { DryRun } from '../../../src/playbook/dry-run.ts'
import { curlOf } from '../../../src/render/wire-request.ts'
import { cellsOf } from '../../../src/render/columns.ts'
import { createDemoWorld, type DemoWorld } from './demo-world.ts'
import { createFakeClock } from '../../support/ports.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function dry(faults: readonly string[], ...words: readonly string[]) {
  world = await createDemoWorld(faults, {
    env: { MTS_TOKEN: 'very-secret-token', MTS_HEADERS: 'X-Api-Key: other-secret' },
  })
  const finished = await world.mts('playbook', 'settlement-failure', '--dry-run', ...words)
  return { ...finished, mts: world }
}

describe('mts playbook <id> --dry-run', () => {
  it('spells out the request that would go out, sends nothing and writes nothing', async () => {
    const { code, json, mts } = await dry(['failed-batch-empty'], '-o', 'json')
    const value = json() as unknown as DryRun
    expect(code).toBe(0)
    expect(mts.posts()).toBe(0)
    expect(existsSync(join(mts.home, 'state'))).toBe(false)
    const id = mts.demo.spoiled[0]?.settlementId
    expect(value.waitsAt).toMatchObject({ step: 'reprocess', question: 'action' })
    expect(value.actions).toMatchObject([
      {
        step: 'reprocess',
        status: 'would_ask',
        reversible: 'no',
        request: {
          method: 'POST',
          url: `${mts.url}/api/settlements/${id}/reprocess`,
          body: null,
          headers: expect.arrayContaining([
            { name: 'authorization', value: 'Bearer $MTS_TOKEN' },
            { name: 'x-api-key', value: '$MTS_HEADER_X_API_KEY' },
          ]),
        },
      },
    ])
    expect(value.unforeseen.map((item) => item.code)).toEqual(
      expect.arrayContaining(['ANSWERS', 'AFTER_ACTION']),
    )
    expect(
      value.upcoming.filter((step) => step.certainty === 'next').map((step) => step.id),
    ).toEqual(['reprocess', 'after-reprocess'])
  })

  it('foresees exactly what is then asked of the service', async () => {
    const { json, mts } = await dry(['failed-batch-empty'], '-o', 'json')
    const planned = (json() as unknown as DryRun).actions[0]?.request
    const asked = await mts.mts('playbook', 'settlement-failure', '-o', 'json')
    const { waitingFor } = asked.json() as { waitingFor: { confirm: string; step: string } }
    const run = (asked.json() as { run: string }).run
    await mts.mts('run', 'resume', run, '--step', waitingFor.step, '--confirm', waitingFor.confirm)
    const sent = mts.demo.requests.find((request) => request.method === 'POST')
    expect(planned?.url).toBe(`${mts.url}${sent?.path ?? ''}`)
  })

  it('of a refused action says which rule forbids it, and what it would be', async () => {
    const { stdout, mts } = await dry(['failed-batch-linked'])
    expect(mts.posts()).toBe(0)
    expect(stdout).toContain('보낸 요청 없음')
    expect(stdout).not.toContain('secret')
    for (const row of stdout.split('\n')) expect(cellsOf(row)).toBeLessThanOrEqual(80)
  })

  it('of a healthy day ends with the finding, nobody being asked', async () => {
    const { json } = await dry([], '-o', 'json')
    expect(json()).toMatchObject({
      outcome: 'ends',
      finding: { code: 'ALREADY_SETTLED' },
      upcoming: [],
      actions: [],
    })
  })

  it('leaves a journal that is there as it is', async () => {
    const { mts } = await dry(['failed-batch-empty'])
    await mts.mts('playbook', 'settlement-failure')
    const file = join(mts.home, 'state', 'journal.db')
    const before = readFileSync(file)
    await mts.mts('playbook', 'settlement-failure', '--dry-run')
    expect(readFileSync(file).equals(before)).toBe(true)
    const { runs } = (await mts.mts('run', 'list', '-o', 'json')).json() as { runs: unknown[] }
    expect(runs).toHaveLength(1)
  })
})

describe('mts playbook <id> --from STEP', () => {
  it('refuses what builds on steps that were not done, and names where to begin', async () => {
    world = await createDemoWorld(['failed-batch-empty'])
    const refused = await world.mts('playbook', 'settlement-failure', '--from', 'reprocess')
    expect(refused.code).toBe(5)
    expect(refused.stderr).toContain('classify')
    expect(refused.stderr).toContain('--from overview')
    const { runs } = (await world.mts('run', 'list', '-o', 'json')).json() as { runs: unknown[] }
    expect(runs).toEqual([])
    expect(world.posts()).toBe(0)
  })

  it('names the nearest of a step that is not there', async () => {
    world = await createDemoWorld([])
    const wrong = await world.mts('playbook', 'settlement-failure', '--from', 'overveiw')
    expect(wrong.code).toBe(64)
    expect(wrong.stderr).toContain('overview')
  })

  it('begins there, the steps before being left out', async () => {
    world = await createDemoWorld([])
    const begun = await world.mts(
      'playbook',
      'settlement-failure',
      '--from',
      'overview',
      '-o',
      'json',
    )
    const { steps, finding } = begun.json() as {
      steps: { id: string; status: string }[]
      finding: { code: string }
    }
    expect(steps[0]).toMatchObject({ id: 'deadline', status: 'skipped' })
    expect(finding.code).toBe('ALREADY_SETTLED')
  })
})

describe('a request as curl', () => {
  it('holds no secret, and names the variables a shell fills in', async () => {
    const service = await createServiceClient(
      {
        url: 'http://user:pass-word@127.0.0.1:8080/app',
        headers: { Authorization: 'Bearer abcdefgh', 'X-Api-Key': 'ijklmnop' },
      },
      createFakeClock(),
    )
    const curl = curlOf(
      service.wire?.spell({ kind: 'manual', date: '2026-11-23' }) ?? expect.fail('no wire'),
    )
    await service.close()
    expect(curl).toContain('-H "Authorization: Bearer $MTS_TOKEN"')
    expect(curl).toContain('-H "X-Api-Key: $MTS_HEADER_X_API_KEY"')
    expect(curl).toContain('http://127.0.0.1:8080/app/api/settlements/manual')
    expect(curl).not.toMatch(/abcdefgh|ijklmnop|pass-word/)
  })
})
