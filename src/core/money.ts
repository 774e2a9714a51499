/**
 * Money is a canonical decimal string of won with at most two decimals (`60000`, `198000.5`, `-12`).
 * Sums are made in hundredths as bigint, so that no float ever rounds a settlement.
 */
export type Won = string

/** Canonical form, or undefined when the text is no amount with at most two significant decimals. */
export function parseWon(value: string): Won | undefined {
  const match = /^(-?)(\d{1,20})(?:\.(\d+))?$/.exec(value)
  if (match === null) return undefined
  const decimals = (match[3] ?? '').replace(/0+$/, '')
  if (decimals.length > 2) return undefined
  return fromHundredths(BigInt(`${match[1]}${match[2]}${decimals.padEnd(2, '0')}`))
}

/**
 * A JSON number as money, or undefined when it is no finite number, has more than two decimals,
 * or is too large to have survived the trip through a float.
 */
export function wonOfNumber(value: number): Won | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > 90_071_992_547_409) return undefined
  const hundredths = Math.round(value * 100)
  if (Math.abs(value * 100 - hundredths) > 0.001) return undefined
  return fromHundredths(BigInt(hundredths))
}

function toHundredths(value: Won): bigint {
  const [whole = '0', decimals = ''] = value.split('.')
  return BigInt(`${whole}${decimals.padEnd(2, '0')}`)
}

function fromHundredths(value: bigint): Won {
  const sign = value < 0n ? '-' : ''
  const digits = (value < 0n ? -value : value).toString().padStart(3, '0')
  const decimals = digits.slice(-2).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -2)}${decimals === '' ? '' : `.${decimals}`}`
}

export function sumWon(values: Iterable<Won>): Won {
  let total = 0n
  for (const value of values) total += toHundredths(value)
  return fromHundredths(total)
}

export function subtractWon(left: Won, right: Won): Won {
  return fromHundredths(toHundredths(left) - toHundredths(right))
}

export function isZeroWon(value: Won): boolean {
  return toHundredths(value) === 0n
}

export function equalWon(left: Won, right: Won): boolean {
  return toHundredths(left) === toHundredths(right)
}

/** `60,000원` / `60,000 won`: grouped, decimals kept. */
export function groupedWon(value: Won): string {
  const [whole = '0', decimals] = value.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}
