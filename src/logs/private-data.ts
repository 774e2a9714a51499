/**
 * Takes secrets and personal data out of log text, before anything is made of it. A log holds what
 * nobody thought of: what looks like an account, a card, a telephone or a business number goes, and
 * so does every value that is called a name, an address or a secret, quoted or not.
 */
import { maskSensitive, stripControls } from '../core/sanitize.ts'

const MASK = '***'

const SECRET_KEY =
  '(?:[\\w.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|routing[-_]?key|credentials?|signature|session[-_]?id|jsessionid|authorization|cookie|otp|cvc|비밀번호|암호))'
const PERSON_KEY =
  '(?:(?:owner|store|customer|user|member|buyer|payer|holder|merchant|contact|first|last|full|real|account|card|ceo|sender|receiver|recipient|shop|company|biz|business)?[ _-]?(?:name|nm)|' +
  '(?:[a-z]*_?)(?:phone|tel|mobile|cell|fax|e?mail|addr(?:ess)?|birth(?:day|date)?|ssn|rrn|nickname)(?:_?(?:no|num|number|1|2))?|' +
  '(?:business|biz|account|card|corp)_?(?:no|num|number)|' +
  '이름|성명|성함|고객명|회원명|대표자(?:명)?|가맹점명|상호(?:명)?|예금주|수신자|발신자|전화(?:번호)?|연락처|휴대폰(?:번호)?|주소|이메일|생년월일|주민(?:등록)?번호|계좌(?:번호)?|카드번호|사업자(?:등록)?번호)'

/** `"key":"value"`, also inside a string that is quoted itself, and unclosed at the end of the text. */
const JSON_VALUE = new RegExp(
  `((?<!\\\\)\\\\*["'](?:${SECRET_KEY}|${PERSON_KEY})\\\\*["']\\s*:\\s*)` +
    `(?:(\\\\+")(?:[^"\\\\]|\\\\(?!"))*|(")(?:[^"\\\\]|\\\\.?)*|(')[^']*|[^\\s,}\\]"'[{]+)`,
  'gi',
)
/** Where a key that is not quoted may begin. */
const KEY_START = `(?<![\\w가-힣"'.-])(?:[\\w.-]*[.-])?`
/** `key=value` as Java prints objects: up to the next `, key=` or the closing bracket. */
const JAVA_VALUE = new RegExp(
  `(${KEY_START}(?:${SECRET_KEY}|${PERSON_KEY})\\s*=\\s*)` +
    `(?:"[^"]*"?|'[^']*'?|[^)\\]}=]*?(?=\\s*(?:[,;&|]\\s*[\\w.가-힣-]+\\s*[=:]|[)\\]}]|$))|[^\\s,)\\]}]+)`,
  'gi',
)
/** `성명: 홍길동`, `password: x`: up to the next separator. A bare `name:` is too common to be a person's. */
const COLON_VALUE = new RegExp(
  `(${KEY_START}(?!(?:name|nm)\\s*:)(?:${SECRET_KEY}|${PERSON_KEY})\\s*:\\s*)` +
    `(?:"[^"]*"?|'[^']*'?|[^,;|)\\]}]+)`,
  'gi',
)

// What a value looks like, wherever it stands.
const BIND_VALUE =
  /(binding parameter \[\d+\] as \[\w+\] - \[|extracted value \(\[[^\]]*\] : \[\w+\]\) - \[)[^\n]*/g
const JWT = /\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?/g
const RESIDENT = /(?<!\d)\d{6}\s?-\s?[1-8]\d{6}(?!\d)/g
const CARD = /(?<!\d)\d{4}[- ]?(?:\d{4}|\*{4})[- ]?(?:\d{4}|\*{4})[- ]?\d{3,4}(?!\d)/g
const PHONE =
  /(?<![\w-])(?:\+?82[-. ]?0?|0)(?:1[016-9]|2|[3-6]\d|70|50\d?)[-. )]?\d{3,4}[-. ]?\d{4}(?![\w-])/g
/** Business numbers (3-2-5), accounts: groups of digits that are no date. */
const GROUPED =
  /(?<![\w.:-])(?!(?:19|20)\d\d-(?:0\d|1[0-2])-[0-3]\d(?!\d))\d{2,6}-\d{2,6}-\d{2,8}(?:-\d{1,6})?(?![\w-])/g
const LONG_TOKEN = /(?<![\w+/=.-])[A-Za-z0-9+/_-]{24,}={0,2}/g
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Without any of these, nothing below can fit. */
const SUSPICIOUS = /[:=@/\d]/
const AUTHORIZATION = /bearer|basic/i

/** One line, without secrets, personal data or control characters. */
export function maskPrivate(value: string): string {
  const line = stripControls(value)
  if (!SUSPICIOUS.test(line) && !AUTHORIZATION.test(line)) return line
  const named = maskNamed(line)
  return maskSensitive(DIGIT.test(named) ? maskShaped(named) : named)
}

const DIGIT = /\d/

/** Values by what they are called. */
function maskNamed(line: string): string {
  let masked = line
  if (masked.includes(':')) {
    masked = masked
      .replace(
        JSON_VALUE,
        (_whole, key: string, escaped?: string, double?: string, single?: string) =>
          `${key}${escaped ?? double ?? single ?? ''}${MASK}`,
      )
      .replace(COLON_VALUE, `$1${MASK}`)
  }
  if (masked.includes('=')) masked = masked.replace(JAVA_VALUE, `$1${MASK}`)
  return masked.includes('- [') ? masked.replace(BIND_VALUE, `$1${MASK}]`) : masked
}

/** Values by what they look like. */
function maskShaped(line: string): string {
  return line
    .replace(JWT, MASK)
    .replace(RESIDENT, MASK)
    .replace(CARD, MASK)
    .replace(PHONE, MASK)
    .replace(GROUPED, MASK)
    .replace(LONG_TOKEN, (token) => (looksRandom(token) ? MASK : token))
}

/** A key or a session, no class name: digits scattered among letters of both cases or many of them. */
function looksRandom(token: string): boolean {
  if (UUID.test(token)) return false
  const digits = token.replace(/\D/g, '').length
  return digits >= 4 && /[A-Za-z]/.test(token) && digits < token.length
}
