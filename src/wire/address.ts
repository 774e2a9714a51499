/** Where a server is and what every request carries: checked once, before anything is sent. */
import { readFile } from 'node:fs/promises'
import type { SecureContext } from 'node:tls'
import { messageOf, MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Settings } from '../core/settings.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'

export interface Address {
  /** Base URL to show: no credentials, no trailing slash. */
  readonly url: string
  readonly origin: string
  /** Path before every endpoint (a gateway's prefix): empty, or `/app`. */
  readonly prefix: string
  /** `host:port`, for messages. */
  readonly place: string
  /** Name, value, name, value. Secret. */
  readonly headers: readonly string[]
  readonly secureContext?: SecureContext
}

/** Which server it is about, for messages: its name, and the settings that hold its address and headers. */
interface AddressWords {
  readonly name: Text
  readonly urlKey: string
  readonly headersKey: string
}

export async function loadAddress(
  settings: Pick<Settings, 'url' | 'headers' | 'caFile'>,
  words: AddressWords,
): Promise<Address> {
  const address = parseAddress(settings.url, settings.headers, words)
  if (settings.caFile === undefined) return address
  return { ...address, secureContext: await loadSecureContext(settings.caFile) }
}

/** Throws CONFIG (78) for a URL or a header that cannot be sent; values are never repeated in the message. */
function parseAddress(
  url: string,
  headers: Readonly<Record<string, string>>,
  { name, urlKey, headersKey }: AddressWords,
): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw wrong(
      text(`${name.ko} 주소가 http(s) URL이 아닙니다`, `the url of ${name.en} is no http(s) URL`),
      urlKey,
    )
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw wrong(
      text(
        `${name.ko} 주소에 ?와 #은 쓸 수 없습니다`,
        `the url of ${name.en} must not hold ? or #`,
      ),
      urlKey,
    )
  }
  // Nobody can say which user or password a stray % belongs to.
  if (/%(?![\da-f]{2})/i.test(parsed.username + parsed.password)) {
    throw wrong(
      text(
        `${name.ko} 주소의 사용자나 비밀번호를 읽을 수 없습니다(%는 %25로 쓰세요)`,
        `the user or password in the url of ${name.en} cannot be read (write % as %25)`,
      ),
      urlKey,
    )
  }
  const prefix = parsed.pathname.replace(/\/+$/, '')
  const port = parsed.port === '' ? (parsed.protocol === 'https:' ? '443' : '80') : parsed.port
  return {
    url: `${parsed.origin}${prefix}`,
    origin: parsed.origin,
    prefix,
    place: `${parsed.hostname}:${port}`,
    headers: headerList(headers, parsed, headersKey),
  }
}

/** Decided by this client or by the connection: a configured one would change what an answer means. */
const RESERVED: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function headerList(
  headers: Readonly<Record<string, string>>,
  url: URL,
  headersKey: string,
): string[] {
  const list: string[] = []
  let authorized = false
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw wrong(
        text('쓸 수 없는 헤더 이름이 있습니다', 'a header has an impossible name'),
        headersKey,
      )
    }
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw wrong(
        text(
          `헤더 ${name}의 값에 쓸 수 없는 문자가 있습니다`,
          `the value of header ${name} holds characters that cannot be sent`,
        ),
        headersKey,
      )
    }
    if (RESERVED.has(name.toLowerCase())) {
      throw wrong(
        text(`헤더 ${name}은(는) 설정할 수 없습니다`, `header ${name} cannot be configured`),
        headersKey,
      )
    }
    authorized ||= name.toLowerCase() === 'authorization'
    list.push(name, value)
  }
  if (!authorized && (url.username !== '' || url.password !== '')) {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    list.push('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`)
  }
  return list
}

/** The usual authorities and the file's. Throws CONFIG (78) when the file cannot be read or holds no certificate. */
async function loadSecureContext(caFile: string): Promise<SecureContext> {
  let pem: string
  try {
    pem = await readFile(caFile, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error) ?? messageOf(error)
    throw wrong(
      text(
        `인증 기관 파일을 읽을 수 없습니다: ${caFile}(${code})`,
        `cannot read the certificate authority file: ${caFile} (${code})`,
      ),
      'caFile',
      error,
    )
  }
  const [tls, crypto] = await Promise.all([import('node:tls'), import('node:crypto')])
  try {
    // Node ignores a file without certificates; the operator then hunts a TLS failure instead.
    void new crypto.X509Certificate(pem)
    return tls.createSecureContext({ ca: [...tls.rootCertificates, pem] })
  } catch (error) {
    throw wrong(
      text(
        `인증서(PEM)가 아닌 파일입니다: ${caFile}`,
        `the file holds no certificate (PEM): ${caFile}`,
      ),
      'caFile',
      error,
    )
  }
}

function wrong(message: Text, key: string, cause?: unknown): MtsError {
  return new MtsError({
    code: 'CONFIG',
    exitCode: EXIT.config,
    message,
    next: ['mts config show', text(`설정 확인: ${key}`, `check the setting: ${key}`)],
    cause,
  })
}
