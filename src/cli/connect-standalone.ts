import { runStandalone } from './run-standalone.ts'

// The threads run the build that this is part of.
const threadEntry = new URL('./plugin-thread.js', import.meta.url)

// Standard input, a timer or a socket that is still open must not hold the process back.
process.exit(await runStandalone(process.argv.slice(2), process.env, threadEntry))
