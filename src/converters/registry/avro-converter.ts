import { DataError, configDef } from '../../api/index.ts'
import type { ConnectorConfig, Schema } from '../../api/index.ts'
import {
  AvroData,
  avroDataKeys,
  avroSchemaText,
  incompatibilities,
  parseAvroSchema,
} from '../avro/index.ts'
import type { AvroNames, AvroSchema } from '../avro/index.ts'
import { converterType } from '../converter-config.ts'
import type { SchemaText } from './registry-client.ts'
import { registryKeys } from './registry-config.ts'
import { RegistryConverter } from './registry-converter.ts'
import type { OpenRegistry } from './registry-converter.ts'
import type {
  ResolvedReference,
  SchemaFormat,
  ValueDecoder,
  ValueEncoder,
} from './schema-format.ts'

const noBytes = Buffer.alloc(0)
const definition = configDef({ ...converterType, ...registryKeys, ...avroDataKeys })

/**
 * Connect data as Avro, whose schemas a registry keeps (`io.confluent.connect.avro.AvroConverter`). Bytes alone, at the top, are
 * written as they are, without Avro's length, as Confluent's serializer does.
 */
export class AvroConverter extends RegistryConverter<AvroSchema> {
  constructor(openRegistry?: OpenRegistry) {
    super(new AvroFormat(), definition, openRegistry)
  }
}

class AvroFormat implements SchemaFormat<AvroSchema> {
  readonly type = 'AVRO'
  readonly title = 'Avro'
  #data = new AvroData()

  configure(config: ConnectorConfig): void {
    this.#data = new AvroData(config)
  }

  failedToWrite(topic: string): string {
    return `Failed to serialize Avro data from topic ${topic}`
  }

  failedToRead(topic: string): string {
    return `Failed to deserialize data for topic ${topic} to Avro`
  }

  isTombstone(schema: Schema | null): boolean {
    if (schema === null || schema.optional) return true
    throw new DataError('Found null value for non-optional schema')
  }

  fromConnect(schema: Schema | null): AvroSchema {
    return this.#data.fromConnectSchema(schema)
  }

  textOf(parsed: AvroSchema): SchemaText {
    return { type: 'AVRO', schema: avroSchemaText(parsed), references: [] }
  }

  parse({ schema }: SchemaText, references: readonly ResolvedReference[]): AvroSchema {
    const names: AvroNames = new Map()
    for (const { text } of references) parseAvroSchema(text.schema, names)
    return parseAvroSchema(schema, names)
  }

  recordName(parsed: AvroSchema): string | null {
    return parsed.type === 'record' ? parsed.name : null
  }

  incompatibilities(reader: AvroSchema, writer: AvroSchema): readonly string[] {
    return incompatibilities(reader, writer)
  }

  writer(schema: Schema | null, _own: AvroSchema, target: AvroSchema): ValueEncoder {
    const encoder = this.#data.encoder(schema, target)
    if (target.type !== 'bytes') {
      return { idSuffix: noBytes, encode: (value, prefix) => encoder.encode(value, prefix) }
    }
    return {
      idSuffix: noBytes,
      encode(value, prefix) {
        const bytes = encoder.encode(value)
        return Buffer.concat([prefix, bytes.subarray(lengthOf(bytes))])
      },
    }
  }

  reader(parsed: AvroSchema, version: number | null): ValueDecoder {
    const decoder = this.#data.decoder(parsed, version)
    if (parsed.type !== 'bytes') return { decode: (bytes, start) => decoder.decode(bytes, start) }
    return {
      decode(bytes, start) {
        const datum = bytes.subarray(start)
        return decoder.decode(Buffer.concat([varintOf(datum.length), datum]))
      },
    }
  }
}

/** How many bytes the length before `bytes` takes. */
function lengthOf(bytes: Buffer): number {
  let at = 0
  while ((bytes[at] ?? 0) > 0x7f) at++
  return at + 1
}

/** A length as Avro writes it before bytes. */
function varintOf(length: number): Buffer {
  const bytes: number[] = []
  let rest = length * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}
