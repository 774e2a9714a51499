/** What went over the wire, for people who want to ask the same by hand: never with a secret in it. */
import type { WireRequest } from '../core/service.ts'
import type { Address } from '../wire/address.ts'

/** More than any one step asks. */
const KEPT = 200

export interface WireRecord {
  keep(method: WireRequest['method'], path: string, accept: string): void
  sent(): readonly WireRequest[]
  spell(method: WireRequest['method'], path: string, accept: string): WireRequest
}

/** Name, value, name, value: the headers that are this client's own. */
export function ownHeaders(accept: string): readonly string[] {
  return ['accept', accept, 'accept-encoding', 'gzip', 'cache-control', 'no-cache']
}

export function createWireRecord(address: Pick<Address, 'url' | 'headers'>): WireRecord {
  const kept: WireRequest[] = []
  const spell: WireRecord['spell'] = (method, path, accept) => ({
    method,
    url: `${address.url}${path}`,
    headers: [...pairs(ownHeaders(accept)), ...pairs(address.headers).map(asVariable)],
    body: null,
  })
  return {
    spell,
    sent: () => kept,
    keep(method, path, accept) {
      kept.push(spell(method, path, accept))
      if (kept.length > KEPT) kept.shift()
    },
  }
}

interface Header {
  readonly name: string
  readonly value: string
}

function pairs(list: readonly string[]): Header[] {
  return list.flatMap((name, index) =>
    index % 2 === 0 ? [{ name, value: list[index + 1] ?? '' }] : [],
  )
}

/** Every configured value counts as secret: the shell of whoever asks again has it under this name. */
function asVariable({ name, value }: Header): Header {
  if (name.toLowerCase() !== 'authorization') {
    return { name, value: `$MTS_HEADER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}` }
  }
  const scheme = /^(?:Bearer|Basic) /i.exec(value)?.[0] ?? ''
  const variable = scheme.toLowerCase() === 'basic ' ? '$MTS_BASIC_AUTH' : '$MTS_TOKEN'
  return { name, value: `${scheme}${variable}` }
}
