import { afterEach, describe, expect, it } from 'vitest'
import type { PassThrough } from 'node:stream'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FakeOptions } from '../support/ports.ts'
import { visitDemo, type DemoTriage } from './demo-world.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function visit(faults: readonly string[], options: FakeOptions = {}): Promise<DemoTriage> {
  const visited = await visitDemo(faults, options)
  open.push(visited)
  return visited
}

/** An Alertmanager that holds these alerts. */
async function alertmanager(alerts: readonly object[]): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(alerts))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function firing(name: string, severity: string, state = 'active'): object {
  return {
    fingerprint: name,
    labels: { alertname: name, severity },
    annotations: { summary: '요약' },
    startsAt: '2026-11-24T05:10:00.000Z',
    endsAt: '2026-11-24T06:10:00.000Z',
    updatedAt: '2026-11-24T05:10:00.000Z',
    receivers: [{ name: 'slack' }],
    status: {
      state,
      silencedBy: state === 'suppressed' ? ['s'] : [],
      inhibitedBy: [],
      mutedBy: [],
    },
  }
}

interface Shown {
  readonly hypotheses: readonly {
    readonly playbook: string
    readonly priority: string
    readonly confidence: number
    readonly contradicted?: true
    readonly evidence: readonly { readonly id: string; readonly message: string }[]
  }[]
  readonly unseen: readonly {
    readonly id: string
    readonly message: string
    readonly notConfigured?: true
  }[]
}

describe('mts triage', () => {
  it('takes a service that cannot be reached as evidence: service-down, P0, exit 2', async () => {
    const { world } = await visit([], { env: { MTS_URL: 'http://127.0.0.1:1' } })
    const { code, json } = await world.mts('triage', '-o', 'json', '--url', 'http://127.0.0.1:1')
    const { hypotheses } = json() as unknown as Shown
    expect(hypotheses.map(({ playbook }) => playbook)).toEqual(['service-down'])
    expect(hypotheses[0]).toMatchObject({ priority: 'P0', evidence: [{ id: 'service' }] })
    expect(hypotheses[0]?.evidence[0]?.message).toContain('ECONNREFUSED')
    expect(code).toBe(2)
  })

  it('weighs alerts that fire, silenced or not, and says when a fresh look disagrees', async () => {
    const url = await alertmanager([
      firing('ServiceDown', 'critical', 'suppressed'),
      firing('HighJVMMemoryUsage', 'warning'),
      firing('Unrelated', 'critical'),
    ])
    const { world } = await visit(['high-memory'], { env: { MTS_ALERTMANAGER_URL: url } })
    const { code, json } = await world.mts('triage', '-o', 'json')
    const { hypotheses } = json() as unknown as Shown
    expect(hypotheses.map(({ playbook }) => playbook)).toEqual(['latency', 'service-down'])
    expect(hypotheses[0]?.evidence.map(({ id }) => id)).toEqual([
      'jvm-memory',
      'alert:HighJVMMemoryUsage',
    ])
    expect(hypotheses[1]).toMatchObject({ contradicted: true })
    expect(hypotheses[1]?.evidence[0]?.message).toContain(
      'ServiceDown(14:10부터) · 요약 · 알림 꺼짐',
    )
    expect(code).toBe(1)
  })

  it('is not content where the Alertmanager cannot be asked: exit 3', async () => {
    const { world } = await visit([], { env: { MTS_ALERTMANAGER_URL: 'http://127.0.0.1:1' } })
    const { code, json } = await world.mts('triage', '-o', 'json')
    const value = json() as unknown as Shown
    expect(value.hypotheses).toEqual([])
    expect(value.unseen.map(({ id }) => id)).toEqual(['alerts', 'log'])
    expect(value.unseen[0]?.notConfigured).toBeUndefined()
    expect(code).toBe(3)
  })

  it('without stores says that sales are not seen, and ends well: nobody set them up', async () => {
    const { world } = await visit([], { env: { MTS_STORES: '' } })
    const { code, stdout } = await world.mts('triage')
    expect(stdout).toContain('확인된 이상 없음')
    expect(stdout).toContain('sales')
    expect(code).toBe(0)
  })

  it('leaves out a playbook of the operator that cannot be read, with a word', async () => {
    const { world } = await visit([], {
      files: {
        'config/config.yaml': 'playbooks: [../mine]\n',
        'mine/broken.yaml': 'apiVersion: mts/v1\nkind: Playbook\nid: broken\n',
      },
    })
    const { code, stderr } = await world.mts('triage')
    expect(stderr).toContain('broken')
    expect(code).toBe(0)
  })

  it.each(['ko', 'en'])('keeps within 80 cells and never asks in a pipe (%s)', async (lang) => {
    const { world } = await visit(['failed-batch-linked', 'payment-outage'], { answers: [] })
    const { stdout, code } = await world.mts('triage', '--lang', lang)
    const { default: width } = await import('fast-string-width')
    expect(Math.max(...stdout.split('\n').map((line) => width(line)))).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^1 {2}sales-drop +P1 {2}/)
    expect(stdout).toMatch(/\n2 {2}settlement-failure {2}P1 {2}/)
    expect(code).toBe(2)
  })
})

describe('what is offered on a terminal', () => {
  /** Waits for the words on the screen, one after another, and types a line at each. */
  async function typed(dialog: readonly (readonly [waitFor: string, line: string])[]) {
    const visited = await visit(['failed-batch-linked', 'payment-outage'], {
      answers: [],
      stdoutColumns: 80,
    })
    const { terminal } = visited.world.ports
    if (terminal === undefined) throw new Error('nobody is there')
    const input = terminal.input as PassThrough
    const output = terminal.output as PassThrough
    // A terminal outlives each prompt on it.
    output.end = () => output
    let shown = ''
    let from = 0
    let next = 0
    output.on('data', (chunk: Buffer) => {
      shown += chunk.toString('utf8')
      const [waitFor, line] = dialog[next] ?? []
      if (waitFor === undefined || !shown.slice(from).includes(waitFor)) return
      next++
      from = shown.length
      setImmediate(() => input.write(`${line}\r`))
    })
    const finished = await visited.world.mts('triage')
    return { ...finished, shown }
  }

  it('leaves with q, on a Korean keyboard too, with what was found as its end', async () => {
    for (const key of ['q', 'ㅂ']) {
      const { stdout, code } = await typed([['Enter 1번 시작', key]])
      expect(stdout.match(/sales-drop/g)).toHaveLength(1)
      expect(code).toBe(2)
    }
  })

  it('asks again for what it does not know, never taking it for the first one', async () => {
    const { shown, code } = await typed([
      ['Enter 1번 시작', '9'],
      ['입력하세요', 'q'],
    ])
    expect(shown).toContain('1~2 또는 q를 입력하세요')
    expect(code).toBe(2)
  })

  it('begins the playbook of the number typed', async () => {
    const { stdout, shown, code } = await typed([
      ['Enter 1번 시작', '2'],
      ['q 중단', 'q'],
    ])
    expect(shown).toContain('정산 배치 실패')
    expect(stdout).toContain('settlement-failure')
    expect(code).toBe(4)
  })
})
