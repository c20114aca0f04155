import {
  BOOLEAN_SCHEMA,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import {
  Rotation,
  createPartitioner,
  partitionerConfig,
} from '../../../connectors/storage/index.ts'
import type { Partitioner, RotationRules } from '../../../connectors/storage/index.ts'

export const partitioners = 'io.confluent.connect.storage.partitioner'

/** The record that the connectors' own tests use, and its next version. */
export const schemaV1 = recordSchema(1).build()
export const schemaV2 = recordSchema(2)
  .field('string', SchemaBuilder.string().defaultValue('abc').build())
  .build()

function recordSchema(version: number): SchemaBuilder {
  return SchemaBuilder.struct()
    .name('record')
    .version(version)
    .field('boolean', BOOLEAN_SCHEMA)
    .field('int', INT32_SCHEMA)
    .field('long', INT64_SCHEMA)
    .field('float', FLOAT32_SCHEMA)
    .field('double', FLOAT64_SCHEMA)
}

export function struct(int = 12, schema: Schema = schemaV1): Struct {
  const value = new Struct(schema)
  value.put('boolean', true).put('int', int).put('long', 12).put('float', 12.2).put('double', 12.2)
  if (schema.field('string') !== undefined) value.put('string', 'def')
  return value
}

export interface RecordParts {
  readonly offset: number
  readonly value?: unknown
  readonly schema?: Schema | null
  readonly timestamp?: number | null
  readonly key?: unknown
}

export function record({ offset, value = struct(), ...more }: RecordParts): SinkRecord {
  const schema = more.schema ?? (value instanceof Struct ? value.schema : null)
  return new SinkRecord(
    'test-topic',
    12,
    null,
    more.key ?? null,
    schema,
    value,
    offset,
    more.timestamp ?? null,
    'CreateTime',
  )
}

export function partitioner(
  config: Readonly<Record<string, string>>,
  delimiter = '/',
): Partitioner {
  return createPartitioner(partitionerConfig.parse(config), delimiter)
}

export const neverRotates: RotationRules = {
  flushSize: 1_000_000,
  intervalMs: -1,
  scheduleMs: -1,
  zone: null,
  onPartitionChange: true,
  compatibility: 'NONE',
  maxOpenFiles: -1,
  tombstoneDirectory: null,
}

/** What a sink would write: `<directory> <start>:<records>` of the files that were completed, in the order of their starts. */
export function filesOf(
  records: readonly SinkRecord[],
  rules: Partial<RotationRules>,
  by: Partitioner = partitioner({}),
  nowMs = 0,
): string[] {
  const rotation = new Rotation({ ...neverRotates, ...rules }, nowMs)
  const open = new Map<string, { readonly start: number; count: number }>()
  const done: { readonly start: number; readonly text: string }[] = []
  const rotate = (): void => {
    for (const [directory, { start, count }] of open) {
      done.push({ start, text: `${directory} ${start}:${count}` })
    }
    open.clear()
    rotation.reset(nowMs)
  }
  for (const each of records) {
    const timestampMs = by.timestampOf(each, nowMs)
    const directory = by.encode(each, timestampMs)
    const candidate = { directory, schema: each.valueSchema, timestampMs }
    if (rotation.before(candidate, nowMs) !== null) {
      rotate()
      rotation.before(candidate, nowMs)
    }
    const file = open.get(directory) ?? { start: Number(each.kafkaOffset), count: 0 }
    file.count++
    open.set(directory, file)
    if (rotation.written(candidate)) rotate()
  }
  return done.sort((a, b) => a.start - b.start).map(({ text }) => text)
}
