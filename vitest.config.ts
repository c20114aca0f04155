import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const api = fileURLToPath(new URL('./src/api/index.ts', import.meta.url))

export default defineConfig({
  resolve: { alias: { 'sluice/api': api }, conditions: ['source'] },
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
