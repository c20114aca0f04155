import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))))

/**
 * What a change must pass before any test runs: format, types, lint, dead code, the shape of the package. Each is a
 * tool and its arguments.
 */
export const checks = [
  ['prettier', '--check', '.', '--log-level', 'warn'],
  ['tsc', '--noEmit'],
  ['eslint', '.', '--cache', '--cache-location', '.cache/eslint'],
  ['knip'],
  ['publint'],
]

/** Runs a tool of node_modules at the root; whether it ended well. */
export function runTool([tool, ...args]) {
  const command = path.join(root, 'node_modules', '.bin', tool)
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0
}
