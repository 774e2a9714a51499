import { describe, expect, it } from 'vitest'
import { shipped } from './support.ts'

describe('shipped', () => {
  it('validates', async () => {
    await shipped('playbooks', 'settlement-failure')
    await shipped('checklists', 'daily')
    expect(1).toBe(1)
  })
})
