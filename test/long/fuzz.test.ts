import { beforeAll, describe, test } from 'vitest'
import { converterDecoders } from '../fuzz/converters.ts'
import { decoders, prepareDecoders } from '../fuzz/decoders.ts'
import { fuzz } from '../fuzz/fuzz.ts'

/** `SLUICE_FUZZ_MINUTE_MS` makes a minute shorter: every decoder still gets its share. */
const MINUTE = Number(process.env.SLUICE_FUZZ_MINUTE_MS ?? 60_000)

beforeAll(prepareDecoders)

describe('hostile bytes end in a value or in a typed error, in bounded memory', () => {
  test.each([...decoders, ...converterDecoders])('$name', async (decoder) => {
    // The answers are many, and read by one codec.
    await fuzz(decoder, decoder.name.includes('Response ') ? MINUTE / 4 : 3 * MINUTE)
  })
})
