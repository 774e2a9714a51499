// Logs of any size, made from the recorded one: its events in their order, with times that go on and
// ids, amounts and addresses that change from line to line, as in a log that was really written.

const HEADER = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}/

/** Calls `write` with blocks until `bytes` are written. `form`: service, unique or json. */
export function writeLog(
  form,
  recording,
  bytes,
  write,
  { startMs = Date.UTC(2026, 10, 24), seed = 1 } = {},
) {
  const random = createRandom(seed)
  const templates = templatesOf(recording)
  let written = 0
  let timeMs = startMs
  while (written < bytes) {
    let block = ''
    while (block.length < 1 << 18) {
      if (form === 'unique') {
        timeMs += random(20)
        block += `${stamp(timeMs)}  INFO 3789 --- [main] c.o.t.${letters(random)} : ${sentence(random)}\n`
        continue
      }
      const { head, rest, level, logger, message } = templates[random(templates.length)]
      timeMs += random(30)
      block +=
        form === 'json'
          ? `${JSON.stringify({ '@timestamp': new Date(timeMs).toISOString(), level, logger_name: logger, thread_name: `exec-${random(200)}`, message: varied(message, random), ...(rest === '' ? {} : { stack_trace: rest }) })}\n`
          : `${stamp(timeMs)}${varied(head, random)}\n${rest}`
    }
    const buffer = Buffer.from(block)
    written += buffer.length
    write(buffer)
  }
}

function templatesOf(recording) {
  const templates = []
  for (const line of recording.split('\n')) {
    const stampLength = HEADER.exec(line)?.[0].length
    if (stampLength === undefined) {
      const last = templates.at(-1)
      // One line of the recording is 54 KB of a single message.
      if (last !== undefined && line.length < 4000) last.rest += `${line}\n`
      continue
    }
    const parts = /^\s+(\w+) \d+ --- \[[^\]]*\] (\S+)\s*: (.*)$/.exec(line.slice(stampLength)) ?? []
    templates.push({
      head: line.slice(stampLength),
      rest: '',
      level: parts[1],
      logger: parts[2],
      message: parts[3] ?? '',
    })
  }
  return templates
}

/** Every digit behind the logger becomes another one, and so do identity hashes. */
function varied(head, random) {
  const from = head.indexOf(' : ') + 1
  return (
    head.slice(0, from) +
    head
      .slice(from)
      .replace(/@[0-9a-f]{6,8}\b/g, () => `@${random(0xfffffff).toString(16)}`)
      .replace(/\d+/g, (digits) => String(random(10 ** Math.min(digits.length, 8))))
  )
}

function sentence(random) {
  return Array.from({ length: 8 }, () => letters(random)).join(' ')
}

function letters(random) {
  let word = ''
  for (let length = 4 + random(8); length > 0; length--)
    word += String.fromCharCode(97 + random(26))
  return word
}

function stamp(timeMs) {
  return new Date(timeMs + 9 * 3_600_000).toISOString().replace('T', ' ').slice(0, 23)
}

function createRandom(seed) {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
