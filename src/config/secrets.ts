/** How secrets get in: by variable, by a private file, or as `${NAME}` in the configuration. Never in the clear. */
import { readFile, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { systemCodeOf } from '../core/errors.ts'
import type { Text } from '../core/text.ts'

type Resolved =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'problem'; readonly message: Text }

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** `${NAME}` and `Bearer ${NAME}`: replaced from the environment; an unset variable is a problem. */
export function resolveReferences(
  value: string,
  env: Readonly<Record<string, string | undefined>>,
): Resolved {
  const missing: string[] = []
  const resolved = value.replace(REFERENCE, (_whole, name: string) => {
    const found = env[name]
    if (found === undefined || found === '') missing.push(name)
    return found ?? ''
  })
  if (missing.length === 0) return { kind: 'value', value: resolved }
  const names = missing.join(', ')
  return {
    kind: 'problem',
    message: {
      ko: `환경 변수가 비어 있습니다: ${names}`,
      en: `the environment variable is not set: ${names}`,
    },
  }
}

export function hasReference(value: string): boolean {
  return value.search(REFERENCE) !== -1
}

/** Headers that carry no secret may stand in a file as they are; these may not. */
export function isSecretHeader(name: string): boolean {
  return /auth|token|key|secret|pass|cookie|credential|session|sign/i.test(name)
}

/** The words for a secret found in a configuration file: why not, and how instead. */
export function secretInFile(variable: string): Text {
  return {
    ko: `비밀값은 설정 파일에 둘 수 없습니다. ${variable} 또는 ${variable}_FILE을 쓰거나 \${변수} 형태로 적으세요`,
    en: `a secret may not stand in this file: use ${variable} or ${variable}_FILE, or write \${NAME} of a variable`,
  }
}

/** Secrets are short; whatever is longer was not meant. */
const MAX_SECRET_BYTES = 64 * 1024

/** Reads a secret from a file that only its owner may read. */
export async function readSecretFile(path: string): Promise<Resolved> {
  try {
    const stats = await stat(path)
    if (!stats.isFile()) {
      return problem({ ko: `파일이 아닙니다: ${path}`, en: `not a file: ${path}` })
    }
    // Windows has no such bits: every file seems readable by all.
    if (sep === '/' && (stats.mode & 0o077) !== 0) {
      return problem({
        ko: `다른 사용자가 읽을 수 있는 파일입니다: ${path}. 먼저 실행하세요: chmod 600 ${path}`,
        en: `others can read ${path}; first run: chmod 600 ${path}`,
      })
    }
    if (stats.size > MAX_SECRET_BYTES) {
      return problem({ ko: `너무 큰 파일입니다: ${path}`, en: `too large for a secret: ${path}` })
    }
    const value = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
    if (value === '') return problem({ ko: `빈 파일입니다: ${path}`, en: `an empty file: ${path}` })
    return { kind: 'value', value }
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === undefined) throw error
    return problem({
      ko: `읽을 수 없습니다: ${path}(${code})`,
      en: `cannot be read: ${path} (${code})`,
    })
  }
}

function problem(message: Text): Resolved {
  return { kind: 'problem', message }
}
