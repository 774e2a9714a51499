import { describe, expect, it } from 'vitest'
import { createFakeWorld } from '../support/ports.ts'

describe('the front door', () => {
  it('prints its version', async () => {
    const world = createFakeWorld()
    const { code, stdout } = await world.mts('--version')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '0.1.0\n' })
  })
})
