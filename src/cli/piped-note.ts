/** `… | mts run note -`: text from a pipe, as it may stand in a timeline for years. */
import { maskPrivate } from '../logs/private-data.ts'
import type { Ports } from './ports.ts'

/** Of what comes in, so much is read; a log that never ends is not waited for. */
const MAX_READ_BYTES = 256 * 1024
/** Of what was read, so much is kept: a note is read by people. */
const MAX_LINES = 60
const MAX_LENGTH = 4000

// What colours a terminal and names its window. Taken out whole, or their letters would stay behind.
// eslint-disable-next-line no-control-regex
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g

/** Lines without control characters, secrets and personal data; what was left out is said at the end. */
export async function readPipedNote(ports: Pick<Ports, 'streamStdin'>): Promise<string> {
  const { content, more } = await readBounded(ports)
  const lines = content
    .replace(SEQUENCES, '')
    .split(/\r\n|\r|\n/)
    .map((line) => maskPrivate(line))
  const words = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  const kept = words.split('\n').slice(0, MAX_LINES).join('\n').slice(0, MAX_LENGTH).trimEnd()
  if (kept === words && !more) return kept
  // Kept as data, in one language: whoever reads it later may use another.
  return `${kept}\n… (cut: ${more ? `over ${MAX_READ_BYTES / 1024} KB` : `${words.length} characters`} in all)`
}

async function readBounded(
  ports: Pick<Ports, 'streamStdin'>,
): Promise<{ readonly content: string; readonly more: boolean }> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of ports.streamStdin()) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= MAX_READ_BYTES) break
  }
  const whole = Buffer.concat(chunks)
  return {
    content: new TextDecoder().decode(whole.subarray(0, MAX_READ_BYTES)),
    more: whole.length >= MAX_READ_BYTES,
  }
}
