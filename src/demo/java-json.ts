/** JSON as Jackson writes it: BigDecimals keep their scale and doubles always show a fraction or an exponent. */

/** A number whose spelling matters (`60000.00`, `4.4881408E7`). */
export class JavaNumber {
  readonly spelling: string

  constructor(spelling: string) {
    this.spelling = spelling
  }
}

export type JavaValue =
  | string
  | number
  | boolean
  | null
  | JavaNumber
  | readonly JavaValue[]
  | { readonly [key: string]: JavaValue }

/** `Double.toString`: plain from 0.001 up to ten million, scientific outside. */
export function javaDouble(value: number): JavaNumber {
  return new JavaNumber(spellDouble(value))
}

export function spellDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  const size = Math.abs(value)
  if (size === 0) return '0.0'
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

/** An amount of hundredths as a column with two decimals: `60000.00`. */
export function javaDecimal(hundredths: number): JavaNumber {
  const sign = hundredths < 0 ? '-' : ''
  const digits = String(Math.abs(hundredths)).padStart(3, '0')
  return new JavaNumber(`${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`)
}

export function writeJson(value: JavaValue): string {
  if (value instanceof JavaNumber) return value.spelling
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map((item) => writeJson(item)).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item)}`)
    .join(',')}}`
}

function isList(value: object): value is readonly JavaValue[] {
  return Array.isArray(value)
}
