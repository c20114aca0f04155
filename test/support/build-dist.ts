import { execFileSync } from 'node:child_process'

/** Threads and commands run `dist`, so it is built before any test, where it is not the one of these sources already. */
export default function setup(): void {
  execFileSync('node', ['scripts/build.mjs', '--if-stale'], { stdio: 'inherit' })
}
