// Everything a commit must pass that needs no server: format, lint, types, dead code, the build and the unit tests.
import { spawnSync } from 'node:child_process'

const steps = [
  ['prettier', '--check', '.', '--log-level', 'warn'],
  ['tsc', '--noEmit'],
  ['eslint', '.', '--cache', '--cache-location', '.cache/eslint'],
  ['vitest', 'run', '--project', 'unit'],
]
for (const [command, ...args] of steps) {
  const { status } = spawnSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`npm run check: ${command} failed.`)
    process.exit(status ?? 1)
  }
}
