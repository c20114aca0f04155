import { describe } from 'vitest'

process.env.SLUICE_S3_LINKS ??= '300'
console.log(`SLUICE_SEED=${process.env.SLUICE_SEED ?? ''}`)

describe('links to an S3 server, cut three hundred times at random', async () => {
  await import('../integration/s3/sink-links.test.ts')
})
