import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startBroker } from '../services/kafka/broker.ts'
import { root } from '../services/paths.ts'

/** The last before 4.0: it has no transaction.version 2, so that transactions run in the old protocol. */
const releases = ['3.9.1']

/** What asks a broker for something: the suites of the first tier, on a broker of that release. */
const suites = [
  'producer',
  'transactions',
  'compression',
  'assigned-consumer',
  'topic-log',
  'group-consumer',
  'admin',
  'group-admin',
].map((name) => `test/integration/kafka/${name}.test.ts`)
const all = [
  ...suites,
  'test/integration/stores',
  'test/e2e/course.test.ts',
  'test/e2e/offsets.test.ts',
]

describe.each(releases)('against Apache Kafka %s', (release) => {
  test.each(all)('%s passes', async (suite) => {
    await using broker = await startBroker({ release })
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const ran = promisify(execFile)(
      process.execPath,
      [vitest, 'run', '--project', 'services', suite],
      {
        cwd: root,
        env: { ...process.env, SLUICE_TEST_BOOTSTRAP: broker.bootstrapServers, NO_COLOR: '1' },
        timeout: 900_000,
      },
    )
    // Where it fails, its output says what.
    const { stdout } = await ran.catch((error: unknown) => error as { readonly stdout: string })
    expect(stdout).toMatch(/Tests {2}\d+ passed \(\d+\)/)
  })
})
