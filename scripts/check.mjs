// Everything a commit must pass that needs no server: format, types, lint and the unit tests.
import { checks, runTool } from './lib/checks.mjs'

for (const step of [...checks, ['vitest', 'run', '--project', 'unit']]) {
  if (!runTool(step)) {
    console.error(`npm run check: ${step[0]} failed.`)
    process.exit(1)
  }
}
