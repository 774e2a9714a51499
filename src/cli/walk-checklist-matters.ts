/** What the daily asks beside the meters: open follow-ups of the journal, ends of certificates and tokens. */
import type { Journal } from '../core/journal.ts'
import type { Settings } from '../core/settings.ts'
import { cleanText } from '../core/sanitize.ts'
import type { OpenFollowUp, RunningOut } from '../checklist/open-matters-probe.ts'
import { readCertificate } from '../externals/read-certificate.ts'
import { foldRun } from '../playbook/fold.ts'
import { followUpsOf, isToDo } from '../report/follow-ups.ts'

/** More runs than a quarter of bad nights leaves. */
const MAX_RUNS = 500
const CERTIFICATE_TIMEOUT_MS = 3000

export function openFollowUps(journal: Journal, url: string): readonly OpenFollowUp[] {
  return journal
    .runs({ kind: 'playbook', limit: MAX_RUNS })
    .filter((header) => header.url === url)
    .flatMap((header) =>
      followUpsOf(foldRun(journal.events(header.run)))
        .filter((item) => isToDo(item))
        .map(({ id, run, text, due }) => ({
          id: id ?? run,
          text,
          ...(due === undefined ? {} : { due }),
        })),
    )
}

export async function runningOut(
  settings: Settings,
  signal: AbortSignal,
): Promise<readonly RunningOut[]> {
  const addresses = [
    settings.url,
    settings.prometheusUrl,
    settings.alertmanagerUrl,
    ...settings.externals.map(({ target }) => target),
  ].filter((address) => address !== undefined && /^https:\/\//i.test(address)) as string[]
  // One server is asked once, whatever its paths.
  const servers = new Map(addresses.map((address) => [new URL(address).host, address]))
  const certificates = [...servers].map(async ([name, address]): Promise<RunningOut> => {
    const read = await readCertificate(address, { timeoutMs: CERTIFICATE_TIMEOUT_MS, signal })
    return read.kind === 'read'
      ? { kind: 'certificate', name, untilMs: read.untilMs }
      : { kind: 'certificate', name, problem: cleanText(read.problem, 60) }
  })
  return [...(await Promise.all(certificates)), ...tokensOf(settings)]
}

function tokensOf(settings: Settings): readonly RunningOut[] {
  const holders = [
    ['token', settings.headers],
    ['prometheus', settings.prometheusHeaders],
    ['alertmanager', settings.alertmanagerHeaders],
  ] as const
  return holders.flatMap(([name, headers]) =>
    Object.entries(headers ?? {}).flatMap(([header, value]) => {
      const untilMs = header.toLowerCase() === 'authorization' ? tokenEndMs(value) : undefined
      return untilMs === undefined ? [] : [{ kind: 'token' as const, name, untilMs }]
    }),
  )
}

/** The `exp` of a JSON Web Token; a token of another kind does not say when it ends. */
function tokenEndMs(authorization: string): number | undefined {
  const body = /^Bearer\s+[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization.trim())?.[1]
  if (body === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
    const end = (claims as { readonly exp?: unknown } | null)?.exp
    return typeof end === 'number' && Number.isFinite(end) ? end * 1000 : undefined
  } catch {
    // Three parts with dots and yet no JSON: not that kind of token.
    return undefined
  }
}
