// The least a durable record can cost: a line and a sync for each event.
// `node append-sync.mjs FILE EVENTS`
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'

const [file, events] = process.argv.slice(2)
const descriptor = openSync(file, 'a')
for (let event = 0; event < Number(events); event++) {
  writeSync(
    descriptor,
    `${JSON.stringify({ event, kind: 'noteAdded', data: { words: 'bench' } })}\n`,
  )
  fdatasyncSync(descriptor)
}
closeSync(descriptor)
