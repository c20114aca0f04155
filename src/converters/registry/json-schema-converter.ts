import { DataError, configDef } from '../../api/index.ts'
import type { ConnectorConfig, Schema } from '../../api/index.ts'
import { converterType } from '../converter-config.ts'
import { jsonSchemaDataKeys } from '../json-schema/json-schema-data-config.ts'
import { JsonSchemaData } from '../json-schema/json-schema-data.ts'
import type { JsonSchema } from '../json-schema/json-schema.ts'
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
const definition = configDef({ ...converterType, ...registryKeys, ...jsonSchemaDataKeys })

/** Connect data as JSON, whose schemas a registry keeps (`io.confluent.connect.json.JsonSchemaConverter`). */
export class JsonSchemaConverter extends RegistryConverter<JsonSchema> {
  constructor(openRegistry?: OpenRegistry) {
    super(new JsonSchemaFormat(), definition, openRegistry)
  }
}

class JsonSchemaFormat implements SchemaFormat<JsonSchema> {
  readonly type = 'JSON'
  readonly title = 'JSON'
  #data = new JsonSchemaData()

  configure(config: ConnectorConfig): void {
    this.#data = new JsonSchemaData(config)
  }

  failedToWrite(topic: string): string {
    return `Converting Kafka Connect data to byte[] failed due to serialization error of topic ${topic}`
  }

  failedToRead(topic: string): string {
    return `Converting byte[] to Kafka Connect data failed due to serialization error of topic ${topic}`
  }

  /** Null that a schema allows is written as JSON's `null`. */
  isTombstone(schema: Schema | null): boolean {
    return schema === null || !this.#data.writesNull(schema)
  }

  fromConnect(schema: Schema | null): JsonSchema {
    return this.#data.fromConnectSchema(schema)
  }

  textOf({ text }: JsonSchema): SchemaText {
    return { type: 'JSON', schema: text, references: [] }
  }

  parse({ schema }: SchemaText, references: readonly ResolvedReference[]): JsonSchema {
    const named = references.map(({ name, text }) => ({ name, schema: text.schema }))
    return this.#data.parse(schema, named)
  }

  recordName(parsed: JsonSchema): string | null {
    return parsed.title
  }

  incompatibilities(reader: JsonSchema, writer: JsonSchema): readonly string[] {
    return this.#data.incompatibilities(reader, writer)
  }

  /** JSON is written as it is, whichever schema the registry has for it. */
  writer(schema: Schema | null, _own: JsonSchema, target: JsonSchema): ValueEncoder {
    if (schema === null) throw new DataError('Schemaless data has no JSON Schema.')
    const encoder = this.#data.encoder(schema, target)
    return { idSuffix: noBytes, encode: (value, prefix) => encoder.encode(value, prefix) }
  }

  reader(parsed: JsonSchema, version: number | null): ValueDecoder {
    const decoder = this.#data.decoder(parsed, version)
    return { decode: (bytes, start) => decoder.decode(bytes, start) }
  }
}
