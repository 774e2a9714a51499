/**
 * What servers and files send is shown to people and kept for years: control characters are taken
 * out, secrets and personal data masked, lengths bounded. Applied where data comes in and, once
 * more, where it goes out.
 */

// C0, DEL, C1, zero-width and bidirectional controls, line and paragraph separators, BOM, tags.
const CONTROL =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** One line without control characters: every run of them becomes one space. */
export function stripControls(value: string): string {
  return value.replace(CONTROL, ' ').replace(/ {2,}/g, ' ').trim()
}

const MASK = '***'

/** Masks secrets and personal data in free text: passwords, tokens, credentials in URLs, telephone numbers, e-mail addresses. */
export function maskSensitive(value: string): string {
  return value
    .replace(/\b([a-z][a-z0-9+.:-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi, `$1${MASK}@`)
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9+/._~=-]{6,}/gi, `$1 ${MASK}`)
    .replace(
      /((?:pass(?:word|wd)?|pwd|secret|token|api[-_]?key|routing[-_]?key|authorization|credential)["']?\s*[=:]\s*["']?)[^\s"'&,;)}]+/gi,
      `$1${MASK}`,
    )
    .replace(/\bhooks\.slack\.com\/[^\s"')]+/gi, `hooks.slack.com/${MASK}`)
    .replace(/(?<![\d-])0\d{1,2}[-. ]\d{3,4}[-. ]\d{4}(?![\d-])/g, MASK)
    .replace(/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, MASK)
    .replace(/("(?:ownerName|phoneNumber|address)"\s*:\s*")[^"]*/g, `$1${MASK}`)
}

/** Free text of a server, fit to show and keep: one line, masked, at most `maxLength` characters. */
export function cleanText(value: string, maxLength = 500): string {
  const cleaned = maskSensitive(stripControls(value.slice(0, maxLength * 4)))
  return cleaned.length > maxLength ? `${cleaned.slice(0, maxLength - 1)}…` : cleaned
}
