import {
  AvroFormat,
  BytesFormat,
  JsonFormat,
  ParquetFormat,
  loadAvroCodec,
  loadCompression,
  loadParquetCodec,
  simpleName,
} from 'sluice/storage'
import type { Compressor, FileFormat } from 'sluice/storage'
import { EOL } from 'node:os'
import type { RecordSide } from './open-file.ts'
import { plainHeaders, plainKeys, wrappedHeaders, wrappedKeys } from './record-sides.ts'
import type { S3SinkConfig } from './s3-sink-config.ts'

/** What one kind of object holds. */
export interface ObjectFormat {
  readonly format: FileFormat
  /** With the compression's. */
  readonly extension: string
  readonly compressor: () => Compressor
}

/** What the objects of a task hold. */
export interface SinkFormats {
  readonly values: ObjectFormat
  /** Null where they are not kept. */
  readonly keys: (ObjectFormat & { readonly side: RecordSide }) | null
  readonly headers: (ObjectFormat & { readonly side: RecordSide }) | null
}

/** Loads what the configuration asks for. Rejects where a codec is missing. */
export async function loadFormats(config: S3SinkConfig): Promise<SinkFormats> {
  const [keysClass, headersClass] = [config['keys.format.class'], config['headers.format.class']]
  return {
    values: await objectFormat(config['format.class'], config),
    keys: config['store.kafka.keys']
      ? {
          ...(await objectFormat(keysClass, config)),
          side: isParquet(keysClass) ? wrappedKeys : plainKeys,
        }
      : null,
    headers: config['store.kafka.headers']
      ? {
          ...(await objectFormat(headersClass, config)),
          side: simpleName(headersClass) === 'AvroFormat' ? plainHeaders : wrappedHeaders,
        }
      : null,
  }
}

function isParquet(className: string): boolean {
  return simpleName(className) === 'ParquetFormat'
}

async function objectFormat(className: string, config: S3SinkConfig): Promise<ObjectFormat> {
  const format = await fileFormat(className, config)
  const compression = config['s3.compression.type']
  const compresses =
    compression === 'gzip' && /^(?:Json|ByteArray)Format$/.test(simpleName(className))
  const compressor = await loadCompression(
    compresses ? 'gzip' : 'none',
    config['s3.compression.level'],
  )
  return { format, extension: format.extension + (compresses ? '.gz' : ''), compressor }
}

async function fileFormat(className: string, config: S3SinkConfig): Promise<FileFormat> {
  const mapping = {
    'connect.meta.data': String(config['connect.meta.data']),
    'enhanced.avro.schema.support': String(config['enhanced.avro.schema.support']),
    'allow.optional.map.keys': String(config['allow.optional.map.keys']),
    'schemas.cache.config': String(config['schemas.cache.config']),
  }
  switch (simpleName(className)) {
    case 'JsonFormat':
      return new JsonFormat(
        config['json.decimal.format'].toUpperCase() === 'NUMERIC' ? 'NUMERIC' : 'BASE64',
      )
    case 'ByteArrayFormat':
      return new BytesFormat(
        config['format.bytearray.extension'],
        config['format.bytearray.separator'] ?? EOL,
      )
    case 'ParquetFormat':
      return new ParquetFormat(mapping, await loadParquetCodec(config['parquet.codec']))
    default:
      return new AvroFormat(mapping, await loadAvroCodec(config['avro.codec']))
  }
}
