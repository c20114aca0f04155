import { OPTIONAL_BYTES_SCHEMA, OPTIONAL_STRING_SCHEMA, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { JsonConverter } from '../../converters/json/json-converter.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { ByType } from './by-type.ts'

const config = configDef({
  'output.schema.type': {
    type: 'string',
    default: 'STRING',
    oneOf: ['STRING', 'BYTES'],
    importance: 'medium',
    doc: 'What the JSON becomes: a text or bytes.',
  },
  'schemas.enable': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Whether the schema is written with it.',
  },
})

/** Makes the JSON that JsonConverter writes of a struct or map (`com.github.jcustenborder…transform.common.ToJSON`). */
export class ToJSON extends ByType {
  readonly #converter = new JsonConverter()
  #isText = true

  config(): ConfigDef {
    return config
  }

  /** What else is given is for the converter. */
  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const enable = String(parsed['schemas.enable'])
    this.#converter.configure({ ...props, 'schemas.enable': enable }, false)
    this.#isText = parsed['output.schema.type'] === 'STRING'
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    return this.#written(record, this.side.schemaOf(record) ?? struct.schema, struct)
  }

  protected override ofNull(record: ConnectRecord, schema: Schema): ConnectRecord {
    return this.#written(record, schema, null)
  }

  protected override ofMap(record: ConnectRecord, map: SchemalessMap): ConnectRecord {
    return this.#written(record, null, map)
  }

  protected override ofString(
    record: ConnectRecord,
    schema: Schema,
    value: unknown,
  ): ConnectRecord {
    return this.side.replace(record, schema, value)
  }

  protected override ofBytes(record: ConnectRecord, schema: Schema, value: unknown): ConnectRecord {
    return this.side.replace(record, schema, value)
  }

  #written(record: ConnectRecord, schema: Schema | null, value: unknown): ConnectRecord {
    const bytes = this.#converter.fromConnectData('', null, schema, value)
    if (!this.#isText) return this.side.replace(record, OPTIONAL_BYTES_SCHEMA, bytes)
    const text = bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
    return this.side.replace(record, OPTIONAL_STRING_SCHEMA, text)
  }
}
