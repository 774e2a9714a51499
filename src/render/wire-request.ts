/** Requests as they can be asked by hand, secrets as variables of the shell. */
import type { WireRequest } from '../core/service.ts'
import { quoteWords } from '../core/shell-words.ts'
import { text } from '../core/text.ts'
import { line } from './lines.ts'
import { say, type View } from './view.ts'

export type ShownRequest =
  | { readonly kind: 'wire'; readonly request: WireRequest; readonly isPlanned: boolean }
  /** The operator's own command. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }

/** By hand nobody waits longer for a reading; the service hangs for minutes when a dependency does. */
const READ_SECONDS = 10
const WRITE_SECONDS = 90

export function renderRequests(requests: readonly ShownRequest[], view: View): string {
  const lines = requests.map((shown) =>
    shown.kind === 'wire' ? curlOf(shown.request) : quoteWords(shown.argv),
  )
  const changes = requests.some((shown) => shown.kind === 'command' || shown.isPlanned)
  const variables = [...new Set(lines.join('\n').match(/\$MTS_\w+/g) ?? [])]
  return [
    ...lines,
    ...(variables.length === 0
      ? []
      : [
          line(
            view,
            text('변수', 'Variables'),
            say(
              view,
              text(
                `${variables.join(', ')}: 직접 설정하세요`,
                `${variables.join(', ')}: set them yourself`,
              ),
            ),
          ),
        ]),
    ...(changes
      ? [
          line(
            view,
            text('주의', 'Careful'),
            say(
              view,
              text(
                '직접 실행하지 마세요. 승인·재조회·중복 방지를 거치지 않고 기록되지 않습니다',
                'do not run it by hand: it passes no approval and no check, and is not recorded',
              ),
            ),
          ),
        ]
      : []),
  ].join('\n')
}

/** One header a line, so that nothing but a long address is wider than a screen. */
export function curlOf({ method, url, headers }: WireRequest): string {
  const seconds = method === 'GET' ? READ_SECONDS : WRITE_SECONDS
  const verb = method === 'GET' ? '' : ` -X ${method}`
  const own = headers
    .filter(({ name }) => name !== 'accept-encoding')
    .map(
      ({ name, value }) =>
        `  -H ${value.includes('$') ? doubleQuoted(name, value) : quoteWords([`${name}: ${value}`])}`,
    )
  return [
    `curl -sS --compressed --max-time ${seconds}${verb}`,
    ...own,
    `  ${quoteWords([url])}`,
  ].join(' \\\n')
}

/** A variable has to be expanded by the shell; nothing else in it can be. */
function doubleQuoted(name: string, value: string): string {
  return `"${name}: ${value.replaceAll(/["\\`]/g, '\\$&')}"`
}
