import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const entry = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const globalSetup = ['test/support/build-dist.ts', 'test/support/kafka-service.ts']

/** What needs real services: its setup starts them, and only where one of these files is run. */
const withServices = ['integration', 'e2e', 'oracle', 'services'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
)
/** What holds threads and fills heaps on purpose, and is judged by the clock. */
const hostile = ['test/hostile/**/*.test.ts']

const { SLUICE_SEED } = process.env

/** The first tier asks the same questions every time: a change answers for what it broke, not for the luck of a draw. */
const firstTier = {
  env: { SLUICE_SEED: SLUICE_SEED ?? '20261121' },
  // What waits for real services may lose a race on a busy machine. `npm test` names what needed its second try.
  retry: 1,
  setupFiles: ['test/support/known-seed.ts'],
}

/** The second tier looks for what nobody has found yet. */
const secondTier = {
  env: { SLUICE_SEED: SLUICE_SEED ?? String(Date.now() % 1e9) },
  setupFiles: ['test/support/known-seed.ts'],
}

export default defineConfig({
  resolve: {
    alias: {
      'sluice/api': entry('./src/api/index.ts'),
      'sluice/avro': entry('./src/converters/avro/index.ts'),
      'sluice/codecs': entry('./src/kafka/records/codecs.ts'),
      'sluice/json': entry('./src/converters/json/index.ts'),
      'sluice/storage': entry('./connectors/storage/index.ts'),
    },
    conditions: ['source'],
  },
  test: {
    // A busy machine is slow, not wrong.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          ...firstTier,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...withServices, ...hostile, 'test/long/**', 'test/fixtures/**'],
          globalSetup: ['test/support/build-dist.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...firstTier,
          name: 'services',
          include: withServices,
          globalSetup,
          // These wait more than they compute; what computes (`unit`) runs before them, so that neither slows the other.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...firstTier,
          name: 'hostile',
          include: hostile,
          globalSetup,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...secondTier,
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup,
          testTimeout: 3_600_000,
        },
      },
    ],
  },
})
