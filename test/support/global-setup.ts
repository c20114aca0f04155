import { execFileSync } from 'node:child_process'

/** Threads and commands run `dist`, so it is built before any test. */
export default function setup(): void {
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'inherit' })
}
