import { Values, configDefOf } from '../api/index.ts'
import type { ConfigDef, HeaderConverter, Schema, SchemaAndValue } from '../api/index.ts'
import { asBuffer } from './bytes.ts'

const noConfig = configDefOf([])

/**
 * Headers as text (`org.apache.kafka.connect.storage.SimpleHeaderConverter`), whose value and type are guessed when it is read: `5`
 * comes back as an INT8, `1.5` as a FLOAT32, whatever it was.
 */
export class SimpleHeaderConverter implements HeaderConverter {
  config(): ConfigDef {
    return noConfig
  }

  fromConnectHeader(
    _topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    const text = Values.convertToString(schema, value)
    return text === null ? null : Buffer.from(text)
  }

  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null }
    const source = asBuffer(bytes)
    return Values.parseString(source.utf8Slice(0, source.length))
  }
}
