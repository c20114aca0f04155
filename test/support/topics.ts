import { randomBytes } from 'node:crypto'

/**
 * A prefix for the topics and groups of one test file, e.g. `fetcher-3f9a1c-`: the broker is shared by a run, and
 * one named by `SLUICE_TEST_BOOTSTRAP` by many.
 */
export function topicPrefix(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}-`
}
