/**
 * The exposition format, read as it streams in: whole lines are taken as they come, the rest waits
 * for the next piece. What is broken off or no exposition at all is never taken for a scrape.
 */
import type { Exposition, ExpositionFamily, ExpositionSample } from '../core/exposition.ts'
import { parseLine } from './exposition-line.ts'
import type { ExpositionFormat } from './exposition-line.ts'

/** No line of a real scrape comes near it. */
const LONGEST_LINE_CHARS = 1024 * 1024

export interface ExpositionSink {
  sample(sample: ExpositionSample): void
  about(name: string, what: 'help' | 'type' | 'unit', words: string): void
}

export type ExpositionEnd =
  | { readonly kind: 'whole'; readonly samples: number }
  /** `line` counts from 1. */
  | { readonly kind: 'broken'; readonly line: number; readonly reason: string }

export interface ExpositionReader {
  /** After a fault the rest is ignored. */
  write(piece: Uint8Array | string): void
  end(): ExpositionEnd
}

export function createExpositionReader(
  format: ExpositionFormat,
  sink: ExpositionSink,
): ExpositionReader {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let lines = 0
  let samples = 0
  let ended = false
  let broken: Extract<ExpositionEnd, { readonly kind: 'broken' }> | undefined

  function breakOff(reason: string, line = lines): void {
    broken ??= { kind: 'broken', line, reason }
  }

  function take(line: string): void {
    lines++
    if (ended) {
      breakOff('more after # EOF')
      return
    }
    const parsed = parseLine(line, format)
    switch (parsed.kind) {
      case 'sample':
        samples++
        sink.sample(parsed.sample)
        break
      case 'about':
        sink.about(parsed.name, parsed.what, parsed.words)
        break
      case 'end':
        ended = true
        break
      case 'fault':
        breakOff(parsed.reason)
        break
      case 'nothing':
        break
    }
  }

  function feed(words: string): void {
    let start = 0
    for (let end = words.indexOf('\n'); end !== -1; end = words.indexOf('\n', start)) {
      const line = words.slice(start, end)
      take(rest === '' ? line : rest + line)
      rest = ''
      start = end + 1
      if (broken !== undefined) return
    }
    rest += words.slice(start)
    if (rest.length > LONGEST_LINE_CHARS) breakOff('a line that is too long', lines + 1)
  }

  return {
    write(piece) {
      if (broken !== undefined) return
      if (typeof piece === 'string') {
        feed(piece)
        return
      }
      try {
        feed(decoder.decode(piece, { stream: true }))
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
        breakOff('no UTF-8', lines + 1)
      }
    },
    end() {
      if (broken === undefined) {
        try {
          feed(decoder.decode())
        } catch (error) {
          if (!(error instanceof TypeError)) throw error
          breakOff('no UTF-8', lines + 1)
        }
      }
      // The format ends its last line too: without that, something may be missing.
      if (rest !== '' && !(format === 'openmetrics' && rest === '# EOF')) {
        breakOff('the last line does not end', lines + 1)
      } else if (rest !== '') ended = true
      if (format === 'openmetrics' && !ended) breakOff('no # EOF', lines + 1)
      return broken ?? { kind: 'whole', samples }
    },
  }
}

export type ParsedExposition =
  | { readonly kind: 'whole'; readonly exposition: Exposition }
  | Extract<ExpositionEnd, { readonly kind: 'broken' }>

/** A whole scrape at once. */
export function parseExposition(
  text: string | Uint8Array,
  format: ExpositionFormat,
): ParsedExposition {
  const samples: ExpositionSample[] = []
  const families = new Map<string, ExpositionFamily>()
  const reader = createExpositionReader(format, {
    sample: (sample) => void samples.push(sample),
    about: (name, what, words) => {
      families.set(name, { ...families.get(name), [what]: words })
    },
  })
  reader.write(text)
  const end = reader.end()
  return end.kind === 'broken' ? end : { kind: 'whole', exposition: { samples, families } }
}
