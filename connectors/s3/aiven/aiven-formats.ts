import {
  AvroFormat,
  ParquetFormat,
  compressionExtensions,
  loadAvroCodec,
  loadCompression,
  loadParquetCodec,
} from 'sluice/storage'
import type { Compressor } from 'sluice/storage'
import type { AivenSettings } from './aiven-config.ts'
import { csvLines } from './csv-text.ts'
import { Envelopes } from './envelope.ts'
import { jsonArray, jsonLines } from './json-text.ts'
import type { RecordFormat } from './record-format.ts'
import { StructuredFormat } from './structured-format.ts'

export interface AivenFormat {
  readonly format: RecordFormat
  readonly compressor: () => Compressor
}

type Output = AivenSettings['output']

/** Loads what the configuration asks for. Rejects where a codec is missing. */
export async function loadAivenFormat(output: Output): Promise<AivenFormat> {
  // Parquet compresses its pages, and is not compressed again.
  const whole = output.type === 'parquet' ? 'none' : output.compression
  return { format: await formatOf(output), compressor: await loadCompression(whole) }
}

/** What names end with where the configuration does not name files itself. */
export function defaultSuffix({ type, compression }: Pick<Output, 'type' | 'compression'>): string {
  return (type === 'avro' ? '.avro' : '') + compressionExtensions[compression]
}

async function formatOf(output: Output): Promise<RecordFormat> {
  const { type, fields, envelope, mapping } = output
  switch (type) {
    case 'csv':
      return csvLines(fields, output.valueEncoding)
    case 'json':
      return jsonArray(fields, envelope)
    case 'jsonl':
      return jsonLines(fields, envelope)
    case 'avro': {
      const format = new AvroFormat(mapping, await loadAvroCodec(output.avroCodec))
      return new StructuredFormat(
        format,
        new Envelopes(fields, envelope, 'io.aiven.avro.output.schema'),
      )
    }
    case 'parquet': {
      const format = new ParquetFormat(mapping, await loadParquetCodec(output.compression))
      return new StructuredFormat(
        format,
        new Envelopes(fields, envelope, 'io.aiven.parquet.output.schema'),
      )
    }
  }
}
