import { INT32_SCHEMA, STRING_SCHEMA, SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { expect } from 'vitest'
import { UnreadableError, rangedBytes } from '../../../connectors/storage/index.ts'
import type { FileReader, RangedBytes, ReadOptions } from '../../../connectors/storage/index.ts'

export const never = new AbortController().signal
export const pair = SchemaBuilder.struct()
  .name('pair')
  .field('id', INT32_SCHEMA)
  .field('s', STRING_SCHEMA)
  .build()
export const pairs = (count: number): Struct[] =>
  Array.from({ length: count }, (_, id) => new Struct(pair, [id, `text ${id % 100}`]))

export interface Found {
  readonly values: unknown[]
  readonly schema: Schema | null
  readonly sizes: number[]
}

/** All that a reader gives; indexes must follow each other. */
export async function read(
  reader: FileReader,
  file: Buffer | RangedBytes,
  options: Partial<ReadOptions> = {},
): Promise<Found> {
  const source = Buffer.isBuffer(file) ? rangedBytes('the/file', file) : file
  const found = { values: [] as unknown[], schema: null as Schema | null, sizes: [] as number[] }
  let next = options.from ?? 0
  const all = {
    from: 0,
    batchRecords: 100,
    compression: 'none',
    signal: never,
    ...options,
  } as const
  for await (const batch of reader.read(source, all)) {
    expect(batch.first).toBe(next)
    expect(batch.values.length).toBeGreaterThan(0)
    next += batch.values.length
    found.schema = batch.schema
    found.values.push(...batch.values)
    found.sizes.push(batch.values.length)
  }
  return found
}

export async function failure(
  reader: FileReader,
  file: Buffer,
  from = 0,
): Promise<UnreadableError> {
  const error: unknown = await read(reader, file, { from }).catch((caught: unknown) => caught)
  if (error instanceof UnreadableError) return error
  throw new Error(`It did not fail as it should: ${String(error)}`)
}
