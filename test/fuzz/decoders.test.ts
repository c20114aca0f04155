import { beforeAll, describe, expect, test } from 'vitest'
import { decoders, prepareDecoders } from './decoders.ts'
import { fuzz } from './fuzz.ts'

beforeAll(prepareDecoders)

describe('hostile bytes end in a value or in a typed error, in bounded memory', () => {
  test.each(decoders)('$name', async (decoder) => {
    // The answers are many, and read by one codec.
    await fuzz(decoder, decoder.name.includes('Response ') ? 150 : 1000)
  })
})

test.each(decoders)('$name is read where nothing is wrong with it', async (decoder) => {
  expect(decoder.samples.length).toBeGreaterThan(0)
  for (const sample of decoder.samples) await decoder.decode(sample)
})
