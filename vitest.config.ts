import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const entry = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const globalSetup = ['test/support/build-dist.ts', 'test/support/kafka-service.ts']

/** What needs real services: its setup starts them, and only where one of these files is run. */
const withServices = ['integration', 'e2e', 'oracle', 'services', 'hostile'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
)

export default defineConfig({
  resolve: {
    alias: {
      'sluice/api': entry('./src/api/index.ts'),
      'sluice/avro': entry('./src/converters/avro/index.ts'),
    },
    conditions: ['source'],
  },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine is slow, not wrong.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...withServices, 'test/long/**', 'test/fixtures/**'],
          globalSetup: ['test/support/build-dist.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          include: withServices,
          globalSetup,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup,
          testTimeout: 3_600_000,
        },
      },
    ],
  },
})
