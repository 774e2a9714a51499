import { afterEach, describe, expect, it } from 'vitest'
import type { CommandContext, CommandSpec, Outcome } from '../../src/cli/command.ts'
import { MtsError } from '../../src/core/errors.ts'
import { EXIT } from '../../src/core/exit-code.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeOptions, FakeWorld } from '../support/ports.ts'

const worlds: FakeWorld[] = []

function worldOf(options: FakeOptions = {}): FakeWorld {
  const world = createFakeWorld(options)
  worlds.push(world)
  return world
}

/** `mts probe`: a command of the tests, with whatever it does. */
function probe(
  task: (context: CommandContext) => Promise<Outcome | undefined>,
  more: Pick<CommandSpec, 'faces'> = {},
): readonly CommandSpec[] {
  return [
    {
      ...more,
      declare(program, perform) {
        program
          .command('probe [words...]')
          .option('--level <n>')
          .action(() => perform(task))
      },
    },
  ]
}

const value = (more: Record<string, unknown> = {}): Outcome => ({
  value: { kind: 'Probe', ...more },
  exitCode: EXIT.ok,
  faces: {
    table: () => 'table face',
    nagios: () => 'nagios face',
    csv: () => 'a,b\r\n1,2',
  },
})

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

describe('usage', () => {
  it('prints its version, whatever else is installed', async () => {
    const { code, stdout, stderr } = await worldOf().mts('--version')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
  })

  it('shows help on standard output and ends 0 when nothing is asked', async () => {
    const bare = await worldOf().mts()
    const asked = await worldOf().mts('--help')
    expect(bare).toMatchObject({ code: 0, stderr: '', stdout: asked.stdout })
    expect(bare.stdout).toContain('mts health')
  })

  it.each([
    [['helth'], 'helth', 'health'],
    [['settle', 'shwo'], 'shwo', 'show'],
    [['health', '--lvel', '1'], '--lvel', '--level'],
  ])('ends %j with 64 and the nearest name', async (argv, wrong, nearest) => {
    const { code, stdout, stderr } = await worldOf().mts(...argv)
    expect(code).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toContain(wrong)
    expect(stderr).toContain(nearest)
    expect(stderr).toContain('--help')
  })

  it.each([
    [['settle'], '<show|'],
    [['settle', 'show'], '<id|date>'],
    [['settle', 'show', '8', '9'], '인자가 너무 많습니다'],
    [['health', '--level', '9'], '1, 2, 3'],
    [['health', '--url'], '--url'],
    [['health', '--lang', 'fr'], '--lang'],
    [['health', '--timeout', 'soon'], '--timeout'],
    [['health', '--timeout', '0s'], '--timeout'],
    [['settle', 'show', '8', '-o', 'csv'], 'table, json'],
    [['settle', 'show', '8', '-o', 'nagios'], 'table, json'],
  ])('ends %j with 64 and says what is wrong', async (argv, words) => {
    const { code, stderr, stdout } = await worldOf().mts(...argv)
    const told = argv.includes('nagios') ? stdout : stderr
    expect(code).toBe(argv.includes('nagios') ? 3 : 64)
    expect(told).toContain(words)
  })

  it('tells usage errors as JSON when JSON was asked for, even if nothing else could be parsed', async () => {
    const result = await worldOf().mts('helth', '-o', 'json', '--lang', 'en')
    expect(result.code).toBe(64)
    expect(result.stderr).toBe('')
    expect(result.json()).toEqual({
      apiVersion: 'mts/v1',
      kind: 'Error',
      code: 'USAGE',
      message: 'unknown command: helth (did you mean health?)',
      next: ['mts health', 'mts --help'],
    })
  })

  it('refuses a format before the command runs, not after', async () => {
    let ran = false
    const specs = probe(async () => {
      ran = true
      return value()
    })
    const { code } = await worldOf({ specs }).mts('probe', '-o', 'csv')
    expect({ code, ran }).toEqual({ code: 64, ran: false })
  })

  it('takes global options before and after the command', async () => {
    const seen: unknown[] = []
    const specs = probe(async (context) => {
      seen.push([context.globals.url, context.output, context.lang])
      return value()
    })
    const world = worldOf({ specs })
    await world.mts('--url', 'http://a', '-o', 'json', '--lang', 'en', 'probe')
    await world.mts('probe', '--url=http://a', '--output=json', '--lang=en')
    expect(seen).toEqual([
      ['http://a', 'json', 'en'],
      ['http://a', 'json', 'en'],
    ])
  })
})

describe('a value', () => {
  it('is one JSON value, apiVersion first and kind second, in the language asked for', async () => {
    const specs = probe(async () =>
      value({ status: 'ok', title: { ko: '정상', en: 'fine' }, big: 12n, gone: undefined }),
    )
    const { stdout } = await worldOf({ specs }).mts('probe', '-o', 'json', '--lang', 'en')
    expect(Object.entries(JSON.parse(stdout) as object)).toEqual([
      ['apiVersion', 'mts/v1'],
      ['kind', 'Probe'],
      ['status', 'ok'],
      ['title', 'fine'],
      ['big', 12],
    ])
  })

  it('carries no control characters, in no face', async () => {
    const nasty = 'a\u001b[2J\u009b31mb\u202ec\u0007d\u200be'
    const specs = probe(async () => ({
      value: { kind: 'Probe', note: nasty, list: [{ deep: nasty }] },
      exitCode: EXIT.ok,
      faces: { table: () => nasty },
    }))
    const world = worldOf({ specs, stdoutColumns: 80 })
    for (const output of ['json', 'table']) {
      const { stdout } = await world.mts('probe', '-o', output)
      expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
      expect(stdout.replace(/\\u[0-9a-f]{4}/g, '')).toContain('b')
    }
  })

  it('carries no colour of a server either where none is wanted', async () => {
    const specs = probe(async () => ({ ...value(), faces: { table: () => 'a\u001b[31mb' } }))
    expect((await worldOf({ specs }).mts('probe')).stdout).toBe('ab\n')
  })

  it('is drawn as a table when piped too, without colour', async () => {
    const specs = probe(async (context) => {
      const { paint } = await context.view()
      return { ...value(), faces: { table: () => paint.critical('위험') } }
    })
    expect((await worldOf({ specs }).mts('probe')).stdout).toBe('위험\n')
    const terminal = worldOf({ specs, stdoutColumns: 80 })
    expect((await terminal.mts('probe')).stdout).toContain('\u001b[')
    expect((await terminal.mts('probe', '--no-color')).stdout).toBe('위험\n')
    const noColor = worldOf({ specs, stdoutColumns: 80, env: { NO_COLOR: '1' } })
    expect((await noColor.mts('probe')).stdout).toBe('위험\n')
  })

  it('keeps its line ends as CSV and its code up to 3 as Nagios', async () => {
    const specs = probe(async () => ({ ...value(), exitCode: EXIT.waiting }), {
      faces: { probe: ['csv', 'nagios'] },
    })
    const csv = await worldOf({ specs }).mts('probe', '-o', 'csv')
    expect(csv).toMatchObject({ code: 4, stdout: 'a,b\r\n1,2\r\n' })
    const nagios = await worldOf({ specs }).mts('probe', '-o', 'nagios')
    expect(nagios).toMatchObject({ code: 3, stdout: 'nagios face\n' })
  })
})

describe('an error', () => {
  const busy = (): never => {
    throw new MtsError({
      code: 'BUSY',
      exitCode: EXIT.busy,
      message: { ko: '다른 사람이 진행 중입니다', en: 'somebody else holds this run' },
      next: ['mts run status 1', { ko: '기다리세요', en: 'wait' }],
    })
  }

  it('says what failed and what to do, on standard error, with its own exit code', async () => {
    const specs = probe(async () => busy())
    const { code, stdout, stderr } = await worldOf({ specs }).mts('probe')
    expect({ code, stdout, stderr }).toEqual({
      code: 75,
      stdout: '',
      stderr: '오류   다른 사람이 진행 중입니다\n조치   mts run status 1 · 기다리세요\n',
    })
  })

  it('is a value on standard output with -o json', async () => {
    const specs = probe(async () => busy())
    const result = await worldOf({ specs }).mts('probe', '-o', 'json')
    expect(result.code).toBe(75)
    expect(result.json()).toMatchObject({
      kind: 'Error',
      code: 'BUSY',
      next: ['mts run status 1', '기다리세요'],
    })
  })

  it('is one UNKNOWN line ending 3 with -o nagios, also for configuration that cannot be read', async () => {
    const specs = probe(
      async (context) => {
        await context.settings()
        return value()
      },
      { faces: { probe: ['nagios'] } },
    )
    const { code, stdout } = await worldOf({ specs, env: { MTS_URL: 'nonsense' } }).mts(
      'probe',
      '-o',
      'nagios',
    )
    expect(code).toBe(3)
    expect(stdout).toMatch(/^MTS UNKNOWN - MTS_URL[^|\n]*\n$/)
  })

  it('that nobody foresaw is a defect and says so, without secrets', async () => {
    const specs = probe(async () => {
      throw new TypeError('cannot read http://ops:hunter2@host of undefined')
    })
    const world = worldOf({ specs })
    const quiet = await world.mts('probe', '--lang', 'en')
    expect(quiet.code).toBe(70)
    expect(quiet.stderr).toContain('a defect of mts')
    expect(quiet.stderr).not.toContain('    at ')
    const debug = await world.mts('probe', '--debug')
    expect(debug.code).toBe(70)
    expect(debug.stderr).toContain('    at ')
    expect(quiet.stderr + debug.stderr).not.toContain('hunter2')
  })

  it('never goes over 80 cells; a long command is continued so that it can be pasted', async () => {
    const command = `mts settle reprocess 1 --confirm ${'a'.repeat(64)} --url http://settlement.example:8080`
    const specs = probe(async () => {
      throw new MtsError({
        code: 'X',
        exitCode: EXIT.refused,
        message: { ko: '가나다 '.repeat(40), en: 'x '.repeat(80) },
        next: [command],
      })
    })
    const { stderr } = await worldOf({ specs }).mts('probe')
    const { cellsOf } = await import('../../src/render/columns.ts')
    for (const line of stderr.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
    const pasted = stderr
      .slice(stderr.indexOf('mts settle'))
      .replace(/ \\\n\s*/g, ' ')
      .trim()
    expect(pasted).toBe(command)
  })
})

describe('what a command is given', () => {
  it('opens client and journal once, and lets go of both however it ends', async () => {
    let opened = 0
    let closed = 0
    const service = (): never => {
      opened++
      return { close: async () => void closed++ } as never
    }
    const specs = probe(async (context) => {
      expect(await context.service()).toBe(await context.service())
      const journal = await context.journal()
      expect(await context.journal()).toBe(journal)
      journal.runs()
      throw new MtsError({ code: 'X', exitCode: EXIT.refused, message: { ko: 'x', en: 'x' } })
    })
    const { code } = await worldOf({ specs, service }).mts('probe')
    expect({ code, opened, closed }).toEqual({ code: 5, opened: 1, closed: 1 })
  })

  it('runs where configuration is broken, as long as it needs none', async () => {
    const specs = probe(async () => value())
    const world = worldOf({ specs, files: { 'config/config.yaml': 'nonsense: [' } })
    expect((await world.mts('probe')).code).toBe(0)
    const asking = probe(async (context) => {
      await context.settings()
      return value()
    })
    const other = worldOf({ specs: asking, files: { 'config/config.yaml': 'nonsense: [' } })
    expect((await other.mts('probe')).code).toBe(78)
  })

  it('names the url in every command to go on with, quoted for the shell, credentials left out', async () => {
    let line = ''
    const specs = probe(async (context) => {
      line = await context.commandLine(['settle', 'run', "it's", '2026-11-23'])
      return value()
    })
    await worldOf({ specs, files: { 'a b.yaml': 'profiles: {x: {lang: en}}' } }).mts(
      ...['probe', '--url', 'http://u:pw@h:1/', '--config', 'a b.yaml', '--profile', 'x'],
    )
    expect(line).toBe(
      `mts settle run 'it'\\''s' 2026-11-23 --url http://h:1 --config 'a b.yaml' --profile x`,
    )
  })

  it('speaks the language of the option, else the variable, else the file, else the locale', async () => {
    const seen: string[] = []
    const specs = probe(async (context) => {
      seen.push(context.lang)
      return value()
    })
    const files = { 'config/config.yaml': 'lang: en' }
    await worldOf({ specs, files, env: { MTS_LANG: 'ko' } }).mts('probe', '--lang', 'en')
    await worldOf({ specs, files, env: { MTS_LANG: 'ko' } }).mts('probe')
    await worldOf({ specs, files }).mts('probe')
    await worldOf({ specs, env: { LANG: 'en_US.UTF-8' } }).mts('probe')
    await worldOf({ specs, env: { LANG: 'C.UTF-8' } }).mts('probe')
    await worldOf({ specs, env: { LANG: '' } }).mts('probe')
    expect(seen).toEqual(['en', 'ko', 'en', 'en', 'ko', 'ko'])
  })
})
