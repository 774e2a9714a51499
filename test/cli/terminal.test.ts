import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createTerminal } from '../../src/cli/terminal.ts'
import type { ApprovalQuestion } from '../../src/core/dialog.ts'

const QUESTION: ApprovalQuestion = {
  kind: 'approval',
  code: 'APPROVE',
  expected: '41',
  prompt: { ko: '번호를 입력하세요', en: '번호를 입력하세요' },
  value: null,
}

/** A terminal at which `keys` are typed as soon as the question is there. */
function ask(
  keys: string,
  signal?: AbortSignal,
): { readonly answer: Promise<string>; drawn(): string } {
  const input = new PassThrough()
  const output = new PassThrough()
  let drawn = ''
  let typed = false
  output.on('data', (chunk: Buffer) => {
    drawn += chunk.toString()
    if (typed || !drawn.includes(QUESTION.prompt.ko)) return
    typed = true
    // The prompt listens from the turn after it has drawn: what is typed ahead is not an answer.
    setImmediate(() => setImmediate(() => input.write(keys)))
  })
  const terminal = createTerminal(
    () => input as unknown as NodeJS.ReadStream,
    () => output as unknown as NodeJS.WriteStream,
  )
  return { answer: terminal.approve(QUESTION, '증적\n', signal), drawn: () => drawn }
}

describe('approving at a terminal', () => {
  it.each([
    ['41\r', 'yes'],
    [' 41 \r', 'yes'],
    ['\r', 'no'],
    ['y\r', 'no'],
    ['예\r', 'no'],
    ['4\r', 'no'],
    ['411\r', 'no'],
    ['042\u007f\u007f\u007f41\r', 'yes'],
  ])('takes %j for %s', async (keys, answer) => {
    expect(await ask(keys).answer).toBe(answer)
  })

  it('shows the evidence before it asks', async () => {
    const question = ask('\r')
    await question.answer
    const drawn = question.drawn()
    expect(drawn.indexOf('증적')).toBeGreaterThanOrEqual(0)
    expect(drawn.indexOf('증적')).toBeLessThan(drawn.indexOf('번호를 입력하세요'))
  })

  it('takes Ctrl-C for an interruption, never for an answer', async () => {
    await expect(ask('41\u0003').answer).rejects.toMatchObject({
      code: 'INTERRUPTED',
      exitCode: 130,
    })
  })

  it('takes a closed terminal (Ctrl-D) for a no, and does not end the program without a word', async () => {
    expect(await ask('\u0004').answer).toBe('no')
  })

  it('ends when the program is asked to stop', async () => {
    const controller = new AbortController()
    const question = ask('4', controller.signal)
    controller.abort()
    await expect(question.answer).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
  })
})
