import { isStruct } from '../../../src/api/index.ts'
import type { Schema, Struct } from '../../../src/api/index.ts'
import { AvroData } from '../../../src/converters/avro/index.ts'
import { JsonConverter } from '../../../src/converters/json/json-converter.ts'
import { SourceRecord } from '../../../src/data/records.ts'
import type { ConnectRecord } from '../../../src/data/records.ts'
import type { Instantiate } from '../../../src/runtime/converters.ts'
import { TransformationChain } from '../../../src/runtime/transformation-chain.ts'
import { transformClasses } from '../../../src/transforms/index.ts'
import { isPromise } from '../../../src/util/maybe-promise.ts'
import type { ConverterTask } from './converter-task.ts'
import { envelopesOf, Kept, linesOf, pack, Target } from './documents.ts'
import { serve } from './serve.ts'
import type { Work } from './serve.ts'
import { textOf } from './text-of.ts'

/** Our converters as the worker uses them: JSON in place, in the buffers of a fetch and a batch. */
export async function main(): Promise<void> {
  await serve(prepare)
}

async function prepare(task: ConverterTask): Promise<Work> {
  if (task.work === 'transform') return await transformer(task)
  if (task.format === 'avro') return task.work === 'read' ? avroReader(task) : avroWriter(task)
  return task.work === 'read' ? jsonReader(task) : jsonWriter(task)
}

function jsonConverter(config: Readonly<Record<string, string>>): JsonConverter {
  const converter = new JsonConverter()
  converter.configure(config, false)
  return converter
}

interface Values {
  readonly schema: Schema | null
  readonly values: readonly unknown[]
}

function valuesOf(task: ConverterTask): Values {
  const converter = jsonConverter(
    task.structs ? { 'schema.content': task.schema } : { 'schemas.enable': 'false' },
  )
  const values = linesOf(task).map((line) => {
    const bytes = Buffer.from(line)
    return withOwnTexts(converter.decodeAt(bytes, 0, bytes.length))
  })
  return { schema: converter.decodedSchema, values }
}

/** Its strings are slices of the document, as no source has them: they become strings of their own. */
function withOwnTexts(value: unknown): unknown {
  const members = (isStruct(value) ? value.values : value) as Record<string, unknown>
  for (const [name, member] of Object.entries(members)) {
    if (typeof member === 'string') members[name] = Buffer.from(member).toString()
  }
  return value
}

function jsonReader(task: ConverterTask): Work {
  const converter = jsonConverter({ 'schemas.enable': String(task.envelope) })
  const lines = linesOf(task)
  const { bytes, starts } = pack(task.envelope ? envelopesOf(lines, task) : lines)
  const kept = new Kept()
  const idOf = task.envelope ? idOfStruct : idOfMap
  return {
    count: lines.length,
    step(i) {
      const value = converter.decodeAt(bytes, starts[i] ?? 0, starts[i + 1] ?? 0)
      kept.add(value)
      return idOf(value)
    },
    last: () => textOf(kept.last),
  }
}

function jsonWriter(task: ConverterTask): Work {
  const converter = jsonConverter({ 'schemas.enable': String(task.envelope) })
  const { schema, values } = valuesOf(task)
  const target = new Target()
  return {
    count: values.length,
    step(i) {
      const value = values[i]
      const at = target.next()
      // The runtime asks this before it writes, to know that there is room.
      if (converter.maxEncodedBytes(schema, value) < 0) throw new Error('It cannot be written.')
      return target.written(converter.encodeAt(target.buffer, at, schema, value))
    },
    last: () => target.last(),
  }
}

/** What a registry's converter puts before a datum. */
const prefix = Buffer.from('0000000001', 'hex')

function avroWriter(task: ConverterTask): Work {
  const { schema, values } = valuesOf(task)
  const encoder = new AvroData().encoder(schema)
  const kept = new Kept<Buffer>()
  return {
    count: values.length,
    step(i) {
      const bytes = encoder.encode(values[i], prefix)
      kept.add(bytes)
      return bytes.length * 31 + (bytes[bytes.length >> 1] ?? 0)
    },
    last: () => kept.last ?? '',
  }
}

function avroReader(task: ConverterTask): Work {
  const { schema, values } = valuesOf(task)
  const data = new AvroData()
  const encoder = data.encoder(schema)
  const decoder = data.decoder(encoder.avroSchema)
  const { bytes, starts } = pack(values.map((value) => encoder.encode(value, prefix)))
  const kept = new Kept()
  return {
    count: values.length,
    step(i) {
      const datum = bytes.subarray(starts[i], starts[i + 1])
      const { value } = decoder.decode(datum, prefix.length)
      kept.add(value)
      return idOfStruct(value)
    },
    last: () => textOf(kept.last),
  }
}

async function transformer(task: ConverterTask): Promise<Work> {
  const { schema, values } = valuesOf(task)
  const records = values.map(
    (value) => new SourceRecord(null, null, 'orders', 0, null, null, schema, value, 1.7e12),
  )
  const chain = await openChain(task)
  const kept = new Kept<ConnectRecord>()
  const idOf = task.structs ? idOfStruct : idOfMap
  return {
    count: values.length,
    step(i) {
      const record = records[i]
      const result = record === undefined ? null : chain.apply(record)
      if (result === null || isPromise(result)) throw new Error('There is no record.')
      kept.add(result)
      return idOf(result.value)
    },
    last: () => `${kept.last?.topic ?? ''} ${textOf(kept.last?.value)}`,
  }
}

/** With all that the worker does around each transformation. */
async function openChain({ transforms }: ConverterTask): Promise<TransformationChain> {
  const config: Record<string, string> = { transforms: transforms.map((_, at) => at).join() }
  for (const [at, { type, props }] of transforms.entries()) {
    config[`transforms.${at}.type`] = type
    for (const [key, value] of Object.entries(props)) config[`transforms.${at}.${key}`] = value
  }
  const instantiate = ((_type: string, className: string) => {
    const Class = transformClasses.get(className) as new () => unknown
    return Promise.resolve({ instance: new Class(), className })
  }) as Instantiate
  const chain = await TransformationChain.open(instantiate, config, (_stage, call) => call())
  if (chain === null) throw new Error('There is nothing to apply.')
  return chain
}

function idOfMap(value: unknown): number {
  return (value as { readonly id: number }).id
}

function idOfStruct(value: unknown): number {
  return (value as Struct).values[0] as number
}
