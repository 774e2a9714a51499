import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { createProgram } from '../../src/cli/program.ts'
import type { Lang } from '../../src/core/text.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createFakeWorld } from '../support/ports.ts'

const world = createFakeWorld()

afterAll(() => {
  world.dispose()
})

function programIn(lang: Lang): Command {
  return createProgram({
    specs: COMMANDS,
    lang,
    version: '0',
    perform: () => Promise.resolve(),
    write: () => undefined,
    beforeCommand: () => undefined,
  })
}

function everyCommand(command: Command, path: readonly string[] = []): string[][] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((sub) => sub.name() !== 'help')
    .flatMap((sub) => [[...path, sub.name()], ...everyCommand(sub, [...path, sub.name()])])
}

const commands = everyCommand(programIn('ko')).map((path) => path.join(' '))

describe('help', () => {
  it('knows the commands of the contract', () => {
    expect(commands).toEqual(
      expect.arrayContaining([
        ...['health', 'playbook', 'checklist', 'dlq', 'sales', 'demo', 'completion'],
        ...['settle show', 'settle list', 'settle run', 'settle reprocess', 'settle sheet'],
        ...['run list', 'run status', 'run resume', 'run abort'],
        ...['config show', 'config check', 'config init', 'config path'],
      ]),
    )
  })

  it.each(commands)(
    'of mts %s has examples and the global options, within 80 cells',
    async (command) => {
      for (const [lang, examples, globals] of [
        ['ko', '예:', '공통 옵션:'],
        ['en', 'Examples:', 'Global Options:'],
      ] as const) {
        const { code, stdout, stderr } = await world.mts(
          ...command.split(' '),
          '--help',
          '--lang',
          lang,
        )
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(stdout).toContain(globals)
        expect(stdout).toContain('--profile')
        expect(stdout).toMatch(new RegExp(`\n${examples}\n  .*mts `))
        for (const line of stdout.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
      }
    },
  )

  it.each(commands)('of mts %s is English where English is asked for', async (command) => {
    const { stdout } = await world.mts(...command.split(' '), '--help', '--lang', 'en')
    // Example arguments are what a Korean operator types.
    const words = stdout.replace(/^ {2}mts .*$/gm, '')
    expect(words).not.toMatch(/\p{Script=Hangul}/u)
  })

  it('is the same by `mts help settle` and `mts settle --help`', async () => {
    const asked = await world.mts('settle', '--help')
    expect(await world.mts('help', 'settle')).toMatchObject({ code: 0, stdout: asked.stdout })
  })
})

describe('completion', () => {
  it.each(['zsh', 'bash', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
    const { code, stdout } = await world.mts('completion', shell)
    expect(code).toBe(0)
    expect(stdout).toMatch(/mts complete '?--/)
  })

  it('refuses other shells with 64', async () => {
    expect((await world.mts('completion', 'tcsh')).code).toBe(64)
  })

  const suggestions = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await world.mts('complete', '--', ...words)
    return stdout
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(':'))
      .map((line) => line.split('\t')[0] ?? '')
  }

  it('suggests commands, options and their values', async () => {
    expect(await suggestions('se')).toEqual(['settle'])
    expect(await suggestions('settle', '')).toEqual(['show', 'list', 'sheet', 'run', 'reprocess'])
    expect(await suggestions('settle', 're')).toEqual(['reprocess'])
    expect(await suggestions('health', '--le')).toEqual(['--level'])
    expect(await suggestions('health', '--level', '')).toEqual(['1', '2', '3'])
    expect(await suggestions('settle', 'list', '--pro')).toEqual(['--profile'])
    expect(await suggestions('completion', '')).toEqual(['zsh', 'bash', 'fish', 'powershell'])
  })

  it('works in a real bash', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mts-bash-'))
    try {
      const { stdout } = await world.mts('completion', 'bash')
      const answers = await world.mts('complete', '--', 'settle', 're')
      writeFileSync(join(directory, 'script'), stdout)
      writeFileSync(join(directory, 'answers'), answers.stdout)
      // The shell's own library, as far as the script uses it; `mts` answers what it answered above.
      const session = `
        _get_comp_words_by_ref() { words=(mts settle re); cword=2; cur=re; prev=settle; }
        mts() { [[ "$*" == 'complete -- settle re' ]] && cat ${directory}/answers; }
        source ${directory}/script
        complete -p mts
        COMPREPLY=(); __mts_complete; printf '%s\\n' "\${COMPREPLY[@]}"
      `
      const shown = execFileSync('bash', ['--norc', '-c', session], {
        encoding: 'utf8',
        // `compopt` complains when it is not a Tab that asks.
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      expect(shown).toContain('mts')
      expect(shown.trim().split('\n').at(-1)?.trim()).toMatch(/^reprocess/)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
