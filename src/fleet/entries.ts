/** Sources in, entries out: Prometheus' service discovery files and its targets, as instances. Pure. */
import { cleanText, stripControls } from '../core/sanitize.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { FleetEntry, FleetInstance } from './fleet.ts'

const NAME_CHARS = 80

/** Where the service shows its metrics: what comes before is the path of the instance. */
const METRICS_PATHS = ['/actuator/prometheus', '/api/monitoring/prometheus']

type Labels = Readonly<Record<string, unknown>>

/**
 * A file of `file_sd_configs`: `[{targets: [host:port], labels: {}}]`. Undefined for any other shape:
 * what cannot be read whole is not read at all.
 */
export function parseTargetGroups(value: unknown): FleetEntry[] | undefined {
  if (!Array.isArray(value)) return undefined
  const entries: FleetEntry[] = []
  for (const group of value as unknown[]) {
    const { targets, labels = {} } = isRecord(group) ? group : {}
    if (!Array.isArray(targets) || !isRecord(labels)) return undefined
    for (const target of targets as unknown[]) {
      if (typeof target !== 'string') return undefined
      entries.push(entryOfTarget(target, labels))
    }
  }
  return entries
}

/** A target as Prometheus scrapes it; its url ends in the path of the metrics. */
export function entryOfScrape(
  scrapeUrl: string,
  labels: Readonly<Record<string, string>>,
): FleetEntry {
  const url = URL.canParse(scrapeUrl) ? new URL(scrapeUrl) : undefined
  const given = url === undefined ? scrapeUrl : `${url.origin}${withoutMetrics(url.pathname)}`
  return entryOf(nameOf(labels, url?.host ?? scrapeUrl), given, labels)
}

/** Whether a target is scraped where this service has its metrics. */
export function isServiceScrape(scrapeUrl: string): boolean {
  return METRICS_PATHS.some((path) => scrapeUrl.split('?')[0]?.endsWith(path) === true)
}

function entryOfTarget(target: string, labels: Labels): FleetEntry {
  const scheme = wordOf(labels['__scheme__']) ?? 'http'
  const path = withoutMetrics(wordOf(labels['__metrics_path__']) ?? '')
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(target)
  return entryOf(nameOf(labels, target), isUrl ? target : `${scheme}://${target}${path}`, labels)
}

/** Checks an address; the words for a wrong one never repeat it: it may hold a password. */
export function entryOf(name: string, given: string, labels: Labels = {}): FleetEntry {
  const unusable = (why: Text): FleetEntry => ({
    kind: 'unusable',
    name: shownName(name, '?'),
    why,
  })
  const url = /^https?:\/\/\S+$/i.test(given) && URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || url.hostname === '') {
    return unusable(text('주소가 http(s) URL이 아님', 'its address is no http(s) URL'))
  }
  if (url.username !== '' || url.password !== '') {
    return unusable(
      text(
        '주소에 계정 정보가 있음(MTS_TOKEN이나 MTS_USER를 쓰세요)',
        'its address holds credentials (use MTS_TOKEN or MTS_USER)',
      ),
    )
  }
  if (url.search !== '' || url.hash !== '') {
    return unusable(text('주소에 ?나 #이 있음', 'its address holds ? or #'))
  }
  const stores = storesOf(labels['stores'])
  if (stores === 'wrong')
    return unusable(text('stores 값이 올바르지 않음', 'its stores are not valid'))
  const address = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  const instance: FleetInstance = {
    name: shownName(name, url.host),
    url: address,
    ...(stores === undefined ? {} : { stores }),
  }
  return { kind: 'instance', instance }
}

/** The same address twice is one instance; the first name stays. */
export function withoutDuplicates(entries: readonly FleetEntry[]): {
  readonly entries: readonly FleetEntry[]
  readonly duplicates: number
} {
  const seen = new Set<string>()
  const kept = entries.filter((entry) => {
    if (entry.kind !== 'instance') return true
    if (seen.has(entry.instance.url)) return false
    seen.add(entry.instance.url)
    return true
  })
  return { entries: kept, duplicates: entries.length - kept.length }
}

function nameOf(labels: Labels, otherwise: string): string {
  return wordOf(labels['name']) ?? wordOf(labels['instance']) ?? otherwise
}

function shownName(name: string, otherwise: string): string {
  const clean = cleanText(stripControls(name), NAME_CHARS)
  return clean === '' ? cleanText(otherwise, NAME_CHARS) : clean
}

function withoutMetrics(path: string): string {
  const end = METRICS_PATHS.find((metrics) => path.endsWith(metrics))
  // A path that is not the service's own says nothing about where the service is.
  return end === undefined ? '' : path.slice(0, -end.length)
}

/** Labels are text: business numbers separated by commas. */
function storesOf(value: unknown): readonly string[] | undefined | 'wrong' {
  if (value === undefined) return undefined
  const words: unknown = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) return 'wrong'
  const stores = words.map((store) => store.trim()).filter((store) => store !== '')
  return stores.every((store) => /^[0-9][0-9-]{0,19}$/.test(store)) ? stores : 'wrong'
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
