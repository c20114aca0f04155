import { afterEach, beforeEach } from 'vitest'
import { INT32_SCHEMA, STRING_SCHEMA, SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { MaybePromise, Schema, SchemaAndValue } from '../../../src/api/index.ts'
import { AvroConverter } from '../../../src/converters/registry/avro-converter.ts'
import { FakeRegistry } from '../../support/fake-registry.ts'

export const orders = SchemaBuilder.struct()
  .name('com.x.Order')
  .field('a', INT32_SCHEMA)
  .field('b', STRING_SCHEMA)
  .build()
export const order = new Struct(orders, [1, 'x'])
export const orderText =
  '{"type":"record","name":"Order","namespace":"com.x","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}],"connect.name":"com.x.Order"}'

/** A new one for each test. */
export let registry: FakeRegistry
export const open: AvroConverter[] = []

beforeEach(async () => {
  registry = await FakeRegistry.start()
})
afterEach(async () => {
  for (const converter of open.splice(0)) converter.close()
  await registry[Symbol.asyncDispose]()
})

export function converterOf(
  config: Readonly<Record<string, string>> = {},
  isKey = false,
): AvroConverter {
  const converter = new AvroConverter()
  const quick = { 'retries.wait.ms': '1', 'schema.registry.url': registry.url }
  converter.configure({ ...quick, ...config }, isKey)
  open.push(converter)
  return converter
}

export async function errorOf(attempt: () => unknown): Promise<Error> {
  try {
    await attempt()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('It did not fail.')
}

export const write = (
  converter: AvroConverter,
  value: unknown = order,
  schema: Schema | null = orders,
): MaybePromise<Buffer | null> => converter.fromConnectData('t', null, schema, value)
export const read = (
  converter: AvroConverter,
  bytes: Uint8Array | null,
): MaybePromise<SchemaAndValue> => converter.toConnectData('t', null, bytes)
