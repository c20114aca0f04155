import { Headers, SinkRecord, SourceRecord } from '../../src/api/index.ts'
import type { ConnectRecord, ConnectorConfig, Schema, Transformation } from '../../src/api/index.ts'
import { transformClasses as aivenClasses } from '../../src/transforms/aiven/index.ts'
import { transformClasses as commonClasses } from '../../src/transforms/common/index.ts'
import { transformClasses as confluentClasses } from '../../src/transforms/confluent/index.ts'
import { transformClasses } from '../../src/transforms/index.ts'

const kafka = 'org.apache.kafka.connect.transforms'
const others = new Map([...aivenClasses, ...commonClasses, ...confluentClasses])

/** A transformation by its Java class name, configured; of Kafka's the end of it will do. */
export function transformation(name: string, config: ConnectorConfig = {}): Transformation {
  const made = instanceOf(name) as Transformation
  made.configure(config)
  return made
}

/** An instance of a plugin, named likewise. */
export function instanceOf(name: string): unknown {
  const found = transformClasses.get(`${kafka}.${name}`) ?? others.get(name)
  const Class = found as (new () => unknown) | undefined
  if (Class === undefined) throw new Error(`There is no ${name}.`)
  return new Class()
}

/** What a test says of a record; the rest is the same for all. */
export interface RecordParts {
  readonly topic?: string
  readonly partition?: number | null
  readonly keySchema?: Schema | null
  readonly key?: unknown
  readonly schema?: Schema | null
  readonly value?: unknown
  readonly timestamp?: number | null
  readonly headers?: readonly (readonly [key: string, schema: Schema | null, value: unknown])[]
}

export function sourceRecord(parts: RecordParts): SourceRecord {
  return new SourceRecord(
    { file: 'a' },
    { position: 1 },
    parts.topic ?? 'topic',
    parts.partition ?? null,
    parts.keySchema ?? null,
    parts.key ?? null,
    parts.schema ?? null,
    parts.value ?? null,
    parts.timestamp ?? null,
    headersOf(parts),
  )
}

export function sinkRecord(parts: RecordParts): SinkRecord {
  return new SinkRecord(
    parts.topic ?? 'topic',
    parts.partition ?? 0,
    parts.keySchema ?? null,
    parts.key ?? null,
    parts.schema ?? null,
    parts.value ?? null,
    42,
    parts.timestamp ?? null,
    'CreateTime',
    headersOf(parts),
  )
}

function headersOf({ headers }: RecordParts): Headers | null {
  if (headers === undefined) return null
  const made = new Headers()
  for (const [key, schema, value] of headers) made.add(key, value, schema)
  return made
}

/** The result of a transformation that drops nothing. */
export function applied(made: Transformation, record: ConnectRecord): ConnectRecord {
  const result = made.apply(record)
  if (result === null || result instanceof Promise) throw new Error('It gave no record.')
  return result
}
