#!/usr/bin/env -S node --liftoff-only --min-semi-space-size=8
// Starts the built program. The flag keeps V8 from optimising the HTTP parser of a process that
// lives for a fraction of a second; it has to be there from the start.
const program = await import('../dist/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('dist')) throw error
  process.stderr.write('mts is not built yet: npm run build\n')
  process.exit(70)
})
program.start()
