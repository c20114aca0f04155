import { EOL } from 'node:os'
import {
  AvroReader,
  ParquetReader,
  bytesReader,
  jsonDocumentsReader,
  jsonReader,
} from 'sluice/storage'
import { csvReader } from './confluent-csv.ts'
import { formatName, isGeneric } from './confluent-source-config.ts'
import type { ConfluentSourceConfig } from './confluent-source-config.ts'
import type { ObjectKind } from './open-object.ts'
import { headersOf, unwrappedKeys } from './side-values.ts'
import type { SideFormat, SideFormats } from './side-objects.ts'

const gzipOf = (key: string): 'gzip' | 'none' => (key.endsWith('.gz') ? 'gzip' : 'none')
const none = (): 'none' => 'none'

interface NamedKind extends ObjectKind {
  /** What names end with, before what says that they are compressed. */
  readonly extension: string
}

/** How objects of values are read, and what their names end with; in RESTORE_BACKUP with what lies beside them. */
export function confluentKind(config: ConfluentSourceConfig): NamedKind {
  const kind = kindOf(config['format.class'], config)
  const sides = isGeneric(config) ? null : sidesOf(config, kind.extension)
  return sides === null ? kind : { ...kind, sides }
}

function kindOf(className: string, config: ConfluentSourceConfig): NamedKind {
  const mapping = {
    'enhanced.avro.schema.support': String(config['enhanced.avro.schema.support']),
    'schemas.cache.config': String(config['schema.cache.size']),
  }
  const atOnce = config['task.batch.size']
  switch (formatName(className)) {
    case 'JsonFormat': {
      const schemas = config['format.json.schema.enable']
      const reader = isGeneric(config) ? jsonDocumentsReader : jsonReader
      return { atOnce, compression: gzipOf, extension: '.json', reader: () => reader(schemas) }
    }
    case 'ByteArrayFormat': {
      const separator = config['format.bytearray.separator'] ?? EOL
      const extension = config['format.bytearray.extension']
      return { atOnce, compression: gzipOf, extension, reader: () => bytesReader(separator) }
    }
    case 'CsvFormat':
      return { atOnce, compression: gzipOf, extension: '.csv', reader: () => csvReader(config) }
    case 'ParquetFormat':
      // A row group of each would be in memory.
      return {
        ...{ atOnce: 1, compression: none, extension: '.parquet' },
        reader: () => new ParquetReader(mapping),
      }
    default:
      return {
        ...{ atOnce, compression: none, extension: '.avro' },
        reader: () => new AvroReader(mapping),
      }
  }
}

function sidesOf(config: ConfluentSourceConfig, extension: string): SideFormats | null {
  const keys = sideOf(config, 'keys')
  const headers = sideOf(config, 'headers')
  if (keys === null && headers === null) return null
  return { keys, headers, baseOf: (key) => baseOf(key, extension) }
}

function sideOf(config: ConfluentSourceConfig, side: 'keys' | 'headers'): SideFormat | null {
  if (!config[`store.kafka.${side}`]) return null
  const className = config[`${side}.format.class`]
  // The sink writes no schema beside a key or headers.
  const { compression, extension, reader } = kindOf(className, {
    ...config,
    'format.json.schema.enable': false,
  })
  const isWrapped = formatName(className) === 'ParquetFormat'
  return {
    ...{ side, extension, reader, compression },
    convert: side === 'headers' ? headersOf : isWrapped ? unwrappedKeys : null,
  }
}

/** A name without its extensions: those of keys and headers stand behind it. */
function baseOf(key: string, extension: string): string {
  const plain = key.endsWith('.gz') ? key.slice(0, -3) : key
  const base = plain.endsWith(extension) ? plain.slice(0, -extension.length) : plain
  return extension === '.parquet'
    ? base.replace(/\.(?:snappy|gz|lzo|br|zstd|lz4raw|lz4hadoop|lz4)$/, '')
    : base
}
