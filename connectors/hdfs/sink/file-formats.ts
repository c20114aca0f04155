import {
  AvroFormat,
  JsonFormat,
  ParquetFormat,
  TextFormat,
  loadAvroCodec,
  loadParquetCodec,
  simpleName,
} from 'sluice/storage'
import type { FileFormat } from 'sluice/storage'
import type { HdfsSinkConfig } from './hdfs-sink-config.ts'

/** How schemas become those of Avro. */
export function avroMapping(config: HdfsSinkConfig): Readonly<Record<string, string>> {
  return {
    'connect.meta.data': String(config['connect.meta.data']),
    'enhanced.avro.schema.support': String(config['enhanced.avro.schema.support']),
    'allow.optional.map.keys': String(config['allow.optional.map.keys']),
    'schemas.cache.config': String(config['schemas.cache.config']),
  }
}

/** What the files of a task hold. Rejects where a codec is missing. */
export async function loadFormat(config: HdfsSinkConfig): Promise<FileFormat> {
  const mapping = avroMapping(config)
  switch (simpleName(config['format.class'])) {
    case 'JsonFormat':
      return new JsonFormat('BASE64')
    case 'StringFormat':
      return new TextFormat()
    case 'ParquetFormat':
      return new PlainlyNamed(new ParquetFormat(mapping, await loadParquetCodec('snappy')))
    default:
      return new AvroFormat(mapping, await loadAvroCodec(config['avro.codec']))
  }
}

/** HDFS has no codec in the names of Parquet files. */
class PlainlyNamed implements FileFormat {
  readonly extension = '.parquet'
  readonly #format: FileFormat

  constructor(format: FileFormat) {
    this.#format = format
  }

  open(...schema: Parameters<FileFormat['open']>): ReturnType<FileFormat['open']> {
    return this.#format.open(...schema)
  }
}
