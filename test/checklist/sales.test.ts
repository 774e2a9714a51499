import { expect, it } from 'vitest'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import type { ChecklistRun } from '../../src/checklist/run.ts'
import { createShiftedClock, STORES } from '../playbook/engine/demo-world.ts'
import { createFakeWorld } from '../support/ports.ts'

it('over forty days of sales, the week and the evening are held against four weeks', async () => {
  const clock = createShiftedClock('2026-11-24T18:00:00+09:00')
  const demo = createDemo({ clock, timeScale: 0.001 })
  const { url, close } = await listenDemo(demo)
  const world = createFakeWorld({
    clock,
    env: { MTS_URL: url, MTS_STORES: STORES },
    service: (settings, its) => createServiceClient(settings, its),
  })
  const itemOf = async (name: string, id: string) => {
    const { json } = await world.mts('checklist', name, '-o', 'json')
    return (json() as unknown as ChecklistRun).items.find((item) => item.id === id)
  }
  try {
    const day = demo.sales('2026-11-23').filter((sale) => sale.status === 'COMPLETED')
    const trend = await itemOf('weekly', 'sales-trend')
    expect(trend).toMatchObject({
      status: 'pass',
      evidence: { value: { from: '2026-11-17', to: '2026-11-23', weeks: 4, vanished: [] } },
    })
    expect(trend).toHaveProperty('evidence.value.days.6', {
      date: '2026-11-23',
      count: day.length,
      amount: expect.any(String),
      changePercent: expect.any(Number),
    })
    expect(await itemOf('evening', 'sales')).toMatchObject({ status: 'pass' })
    // From here on no sale is taken: by the next evening the day has none.
    demo.setFault('no-sales')
    clock.set('2026-11-25T18:00:00+09:00')
    expect(await itemOf('evening', 'sales')).toMatchObject({
      status: 'fail',
      evidence: { value: { count: 0, changePercent: -100 } },
      next: expect.stringContaining('mts playbook sales-drop'),
    })
  } finally {
    world.dispose()
    await close()
  }
}, 20_000)
