import { afterEach, describe, expect, it } from 'vitest'
import type { CommandContext, CommandSpec, Outcome } from '../../src/cli/command.ts'
import { MtsError } from '../../src/core/errors.ts'
import { EXIT } from '../../src/core/exit-code.ts'
import type { Notice } from '../../src/core/dialog.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeOptions, FakeWorld } from '../support/ports.ts'

const worlds: FakeWorld[] = []

function worldOf(
  task: (context: CommandContext) => Promise<Outcome | undefined>,
  options: FakeOptions = {},
): FakeWorld {
  const specs: readonly CommandSpec[] = [
    {
      faces: { probe: ['csv'] },
      declare(program, perform) {
        program.command('probe').action(() => perform(task))
      },
    },
  ]
  const world = createFakeWorld({ specs, ...options })
  worlds.push(world)
  return world
}

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

const notice = (words: string, weight?: Notice['weight']): Notice => ({
  code: 'X',
  text: { ko: words, en: `${words} (en)` },
  ...(weight === undefined ? {} : { weight }),
})

const done: Outcome = {
  value: { kind: 'Probe' },
  exitCode: EXIT.ok,
  faces: { table: () => 'done', csv: () => 'done' },
}

const talk = async (context: CommandContext): Promise<Outcome> => {
  context.dialog.notify(notice('첫째', 'progress'))
  context.dialog.notify(notice('둘째', 'progress'))
  context.dialog.notify(notice('보통'))
  context.dialog.notify(notice('중요', 'important'))
  context.dialog.notify(notice('셋째', 'progress'))
  return done
}

describe('what a command says while it works', () => {
  it('is plain lines where standard error is no terminal, and never on standard output', async () => {
    const { stdout, stderr } = await worldOf(talk).mts('probe', '-o', 'json')
    expect(stderr).toBe('첫째\n둘째\n보통\n중요\n셋째\n')
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Probe' })
  })

  it('overwrites progress on a terminal and leaves none behind', async () => {
    const { stderr } = await worldOf(talk, { stderrColumns: 80 }).mts('probe')
    const clear = '\r\u001b[2K'
    expect(stderr).toBe(`첫째${clear}둘째${clear}보통\n중요\n셋째${clear}`)
  })

  it('is cut to one line of the terminal, so that it can be overwritten', async () => {
    const long = async (context: CommandContext): Promise<Outcome> => {
      context.dialog.notify(notice('가'.repeat(100), 'progress'))
      return done
    }
    const { stderr } = await worldOf(long, { stderrColumns: 40 }).mts('probe')
    expect(stderr.split('\r')[0]).toBe(`${'가'.repeat(19)}…`)
  })

  it('is only what is important with -q', async () => {
    const { stderr } = await worldOf(talk).mts('probe', '-q')
    expect(stderr).toBe('중요\n')
  })

  it('carries no control characters', async () => {
    const nasty = async (context: CommandContext): Promise<Outcome> => {
      context.dialog.notify(notice('a\u001b]0;title\u0007b'))
      return done
    }
    expect((await worldOf(nasty).mts('probe')).stderr).toBe('a]0;titleb\n')
  })
})

describe('asking a person', () => {
  const look = {
    date: '2026-11-15',
    before: null,
    sales: { kind: 'not_checked', reason: { ko: 'x', en: 'x' } },
    facts: { dependencies: { database: 'UP', redis: 'UP', rabbitmq: 'UP' } },
  }
  const ask = async (context: CommandContext): Promise<Outcome> => {
    const answer = await context.dialog.approve?.({
      kind: 'approval',
      code: 'APPROVE',
      expected: '15',
      prompt: { ko: '번호를 입력하세요', en: 'type the id' },
      value: { action: 'settlement.run', look },
    })
    return {
      ...done,
      value: { kind: 'Probe', answer: answer ?? 'nobody' } as never,
      faces: {
        table: (value) => (value as unknown as { answer: string }).answer,
        csv: (value) => (value as unknown as { answer: string }).answer,
      },
    }
  }

  it.each([
    ['15', 'yes'],
    [' 15 ', 'yes'],
    ['', 'no'],
    ['y', 'no'],
    ['1', 'no'],
    ['150', 'no'],
  ])('takes %j for %s', async (typed, answer) => {
    const world = worldOf(ask, { answers: [typed] })
    expect((await world.mts('probe')).stdout).toBe(`${answer}\n`)
  })

  it('shows the evidence before, in the language of the reader', async () => {
    const world = worldOf(ask, { answers: ['15'] })
    await world.mts('probe')
    expect(world.asked[0]?.shown).toContain('2026-11-15')
    expect(world.asked[0]?.question.prompt.ko).toBe('번호를 입력하세요')
  })

  it.each([['json'], ['csv']])('never happens with -o %s', async (output) => {
    const world = worldOf(ask, { answers: ['15'] })
    const { stdout } = await world.mts('probe', '-o', output)
    expect(stdout).toContain('nobody')
    expect(world.asked).toEqual([])
  })

  it('never happens without a terminal', async () => {
    expect((await worldOf(ask).mts('probe')).stdout).toBe('nobody\n')
  })

  it('never happens for an action that nobody can show', async () => {
    const unseen = async (context: CommandContext): Promise<Outcome> => {
      await context.dialog.approve?.({
        kind: 'approval',
        code: 'APPROVE',
        expected: '15',
        prompt: { ko: 'x', en: 'x' },
        value: { action: 'something.else', look },
      })
      return done
    }
    const world = worldOf(unseen, { answers: ['15'] })
    expect((await world.mts('probe')).code).toBe(70)
    expect(world.asked).toEqual([])
  })

  it('ends 130 when the answer is Ctrl-C', async () => {
    const world = worldOf(ask, { answers: [{ interrupt: true }] })
    expect((await world.mts('probe')).code).toBe(130)
  })
})

describe('Ctrl-C', () => {
  it('aborts the signal, closes what was opened and ends 130', async () => {
    let closed = false
    const world = worldOf(
      async (context) => {
        await context.service()
        return new Promise((_resolve, reject) => {
          context.signal.addEventListener('abort', () => {
            reject(context.signal.reason as Error)
          })
          world.interrupt()
        })
      },
      { service: () => ({ close: async () => void (closed = true) }) as never },
    )
    expect((await world.mts('probe')).code).toBe(130)
    expect(closed).toBe(true)
  })

  it('makes a read that failed because of it 130, not 69', async () => {
    const world = worldOf(async () => {
      world.interrupt('SIGTERM')
      throw new MtsError({
        code: 'UNREACHABLE',
        exitCode: EXIT.unreachable,
        message: { ko: '연결 불가', en: 'unreachable' },
      })
    })
    const result = await world.mts('probe', '-o', 'json')
    expect(result.code).toBe(130)
    expect(result.json()).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' })
  })

  it('does not take away the verdict of a command that finished all the same', async () => {
    const world = worldOf(async () => {
      world.interrupt()
      return { ...done, exitCode: EXIT.critical }
    })
    expect(await world.mts('probe')).toMatchObject({ code: 2, stdout: 'done\n' })
  })

  it('the second time ends a command that hears nothing', async () => {
    const world = worldOf(() => {
      world.interrupt()
      world.interrupt()
      return new Promise(() => undefined)
    })
    expect((await world.mts('probe')).code).toBe(130)
  })

  it('leaves a command that listens in charge, and counts for it, until the third time', async () => {
    const counts: number[] = []
    const world = worldOf((context) => {
      context.onInterrupt((count) => counts.push(count))
      world.interrupt()
      world.interrupt()
      return new Promise((resolve) => {
        setImmediate(() => {
          resolve(done)
        })
      })
    })
    expect((await world.mts('probe')).code).toBe(0)
    expect(counts).toEqual([1, 2])
    const stubborn = worldOf((context) => {
      context.onInterrupt(() => undefined)
      for (let count = 0; count < 3; count++) stubborn.interrupt()
      return new Promise(() => undefined)
    })
    expect((await stubborn.mts('probe')).code).toBe(130)
  })

  it('ends what runs in the foreground without a value with 130', async () => {
    const world = worldOf(async () => {
      world.interrupt()
      return undefined
    })
    expect((await world.mts('probe')).code).toBe(130)
  })
})
