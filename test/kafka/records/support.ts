import { readFileSync } from 'node:fs'
import { BatchCursor } from '../../../src/kafka/records/batch-cursor.ts'
import { BatchWriter } from '../../../src/kafka/records/batch-writer.ts'
import type { ValueEncoder } from '../../../src/kafka/types.ts'

/** A record as text, for comparing. */
export interface TextRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

/** A batch as Kafka's own classes wrote it. */
export interface JavaBatch {
  readonly name: string
  readonly baseOffset: number
  readonly nextOffset: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly control: boolean
  readonly transactional: boolean
  readonly timestampType: string
  readonly hex: string
  readonly records: readonly TextRecord[]
}

const fixture = new URL('../../fixtures/kafka/record-batches.json', import.meta.url)
export const javaBatches = JSON.parse(readFileSync(fixture, 'utf8')) as readonly JavaBatch[]

export function javaBatch(name: string): JavaBatch {
  const found = javaBatches.find((each) => each.name === name)
  if (!found) throw new Error(`no batch called ${name} in the fixture`)
  return found
}

export const unstamped = { producerId: -1, producerEpoch: -1, baseSequence: -1 }

/** A string's UTF-8, as a converter would write it in place; the schema counts what it announces too much. */
export const utf8: ValueEncoder<number> = {
  maxEncodedBytes: (slack, value) => (value as string).length * 3 + slack,
  encodeAt: (target, at, _slack, value) => at + target.write(value as string, at),
}

const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text))

export function writeText(writer: BatchWriter, record: Omit<TextRecord, 'offset'>): void {
  const headers = record.headers.map(([key, value]) => ({ key, value: bytes(value) }))
  writer.append(record.timestamp, bytes(record.key), bytes(record.value), headers)
}

/** Every record of the batch at the start of `batch`. */
export function readText(batch: Buffer): TextRecord[] {
  const cursor = new BatchCursor()
  if (!cursor.open(batch, 0, batch.length, true)) throw new Error('no whole batch')
  const records: TextRecord[] = []
  while (cursor.advance()) records.push(textOf(cursor))
  return records
}

export function textOf(cursor: BatchCursor): TextRecord {
  return {
    offset: cursor.offset,
    timestamp: cursor.timestamp,
    key: cursor.key()?.toString() ?? null,
    value: cursor.value()?.toString() ?? null,
    headers: cursor.headers().map(({ key, value }) => [key, value?.toString() ?? null]),
  }
}

export function batchOf(values: readonly string[], baseOffset = 0): Buffer {
  const writer = new BatchWriter(64)
  for (const value of values) writer.append(1000, null, Buffer.from(value), null)
  const batch = Buffer.from(writer.close(unstamped))
  batch.writeBigInt64BE(BigInt(baseOffset), 0)
  return batch
}
