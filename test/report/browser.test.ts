import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNight, type Night } from './incident-world.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

const found = existsSync(CHROMIUM)

describe.skipIf(!found)(
  `the HTML in a browser${found ? '' : ` (skipped: there is no ${CHROMIUM}; apt-get install chromium)`}`,
  () => {
    let night: Night
    let browser: Browser
    const pages: Record<string, string> = {}

    beforeAll(async () => {
      const { chromium } = await import('playwright-core')
      const launching = chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
      night = await createNight()
      const made: readonly (readonly [string, readonly string[]])[] = [
        ['incident', [night.playbook]],
        ['action', [night.reprocessed]],
        ['english', [night.refused, '--lang', 'en']],
        ['daily', ['daily']],
      ]
      night.world.clock.set('2026-11-25T09:00:00+09:00')
      await night.world.mts('checklist', 'daily', '-o', 'json')
      for (const [name, words] of made) {
        await night.world.mts('report', ...words, '--file', `${name}.html`)
        pages[name] = pathToFileURL(join(night.world.home, `${name}.html`)).href
      }
      browser = await launching
    })
    afterAll(async () => {
      await browser?.close()
      await night?.world.close()
    })

    async function visit<T>(
      name: string,
      options: { width: number; dark: boolean },
      look: (page: Awaited<ReturnType<Browser['newPage']>>) => Promise<T>,
    ) {
      const context = await browser.newContext({
        viewport: { width: options.width, height: 900 },
        colorScheme: options.dark ? 'dark' : 'light',
      })
      const page = await context.newPage()
      const said: string[] = []
      const asked: string[] = []
      page.on('console', (message) => said.push(message.text()))
      page.on('pageerror', (error) => said.push(error.message))
      page.on('dialog', (dialog) => {
        said.push(dialog.message())
        void dialog.dismiss()
      })
      page.on('request', (request) => asked.push(request.url()))
      const url = pages[name] ?? ''
      await page.goto(url)
      const result = await look(page)
      await context.close()
      return { said, asked: asked.filter((at) => at !== url && !at.startsWith('data:')), result }
    }

    it.each(['incident', 'action', 'english', 'daily'])(
      '%s says nothing on the console, asks for nothing, and fits a phone',
      async (name) => {
        const { said, asked, result } = await visit(name, { width: 390, dark: false }, (page) =>
          page.evaluate<readonly [number, number]>(
            '[document.documentElement.scrollWidth, document.querySelectorAll("main section").length]',
          ),
        )
        expect(said).toEqual([])
        expect(asked).toEqual([])
        expect(result[0]).toBeLessThanOrEqual(390)
        expect(result[1]).toBeGreaterThan(4)
      },
    )

    it.each([
      ['incident', 390, false],
      ['incident', 1280, true],
      ['daily', 390, true],
      ['english', 1280, false],
    ])(
      '%s at %i px, dark %s: contrast, landmarks and all of axe pass',
      async (name, width, dark) => {
        const { result } = await visit(name, { width, dark }, (page) =>
          // Evaluated, not added to the page: its policy would not let a script run.
          page.evaluate<readonly Violation[]>(
            `${axe.source};axe.run(document).then(({ violations }) => violations)`,
          ),
        )
        expect(
          result.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        ).toEqual([])
      },
    )

    it('lets no script run and no style of others in, should one ever get in', async () => {
      const { result, said } = await visit('incident', { width: 390, dark: false }, (page) =>
        page.evaluate<readonly [unknown, string]>(
          `(() => {
            const script = document.createElement('script')
            script.textContent = 'window.ran = true'
            document.body.append(script)
            const style = document.createElement('style')
            style.textContent = 'h1 { color: rgb(1, 2, 3) }'
            document.body.append(style)
            return [window.ran, getComputedStyle(document.querySelector('h1')).color]
          })()`,
        ),
      )
      expect(result[0]).toBeFalsy()
      expect(result[1]).not.toBe('rgb(1, 2, 3)')
      expect(said.join('\n')).toContain('Content Security Policy')
    })

    it('has a table for each picture, and prints in black on white without what is only for screens', async () => {
      const { result } = await visit('incident', { width: 1280, dark: true }, async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
        return page.evaluate<readonly [number, number, string, string]>(
          `[document.querySelectorAll('svg').length, document.querySelectorAll('figure table').length,
            getComputedStyle(document.querySelector('nav')).display,
            getComputedStyle(document.body).color]`,
        )
      })
      expect(result[0]).toBeGreaterThan(0)
      expect(result[1]).toBe(result[0])
      expect(result.slice(2)).toEqual(['none', 'rgb(0, 0, 0)'])
    })
  },
)
