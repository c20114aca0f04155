import { distributedCommand } from './run-distributed.ts'
import { runWorker } from './run-worker.ts'

// The threads run the build that this is part of.
const threadEntry = new URL('./plugin-thread.js', import.meta.url)
const args = process.argv.slice(2)

// Standard input, a timer or a socket that is still open must not hold the process back.
process.exit(await runWorker(distributedCommand, args, process.env, threadEntry))
