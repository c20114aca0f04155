import { expect } from 'vitest'
import { AvroData, parseAvroSchema } from '../../../src/converters/avro/index.ts'

export const plain = new AvroData()
export const enhanced = new AvroData({ 'enhanced.avro.schema.support': 'true' })

/** What the bytes are read as; and they are what is written of it. */
export function roundTrip(avro: string, hex: string, data = plain): unknown {
  const schema = parseAvroSchema(avro)
  const bytes = Buffer.from(hex, 'hex')
  const { schema: connect, value } = data.decoder(schema).decode(bytes)
  const written = data.encoder(connect, schema).encode(value)
  expect(written.toString('hex')).toBe(hex)
  return value
}
