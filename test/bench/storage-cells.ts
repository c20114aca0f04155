import { parquetMetadataAsync } from 'hyparquet'
import { readAvroFile } from '../../connectors/storage/index.ts'
import type { Place } from './storage-places.ts'
import { rowSchemaContent } from './storage-topics.ts'
import type { TopicKind } from './storage-topics.ts'

/** A way from records to objects. */
export interface Cell {
  readonly name: string
  readonly topic: TopicKind
  readonly place: Place
  readonly config: Readonly<Record<string, string>>
  /** How many records an object holds. */
  count(body: Uint8Array): Promise<number>
}

type Config = Readonly<Record<string, string>>

/** What is measured at each place. */
export function cellsWith(registry: string, places: readonly Place[]): readonly Cell[] {
  return places.flatMap((place) => cellsOf(place, registry))
}

function cellsOf(place: Place, registry: string): readonly Cell[] {
  const json = 'org.apache.kafka.connect.json.JsonConverter'
  const bytes = { 'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter' }
  const plainJson = { 'value.converter': json, 'value.converter.schemas.enable': 'false' }
  const jsonWithSchema = {
    'value.converter': json,
    'value.converter.schemas.enable': 'true',
    'value.converter.schema.content': rowSchemaContent,
  }
  const avro = {
    'value.converter': 'io.confluent.connect.avro.AvroConverter',
    'value.converter.schema.registry.url': registry,
  }
  const to = (format: string): Config => ({ 'format.class': place.format(format) })
  const cell = (
    name: string,
    topic: TopicKind,
    count: Cell['count'],
    ...config: readonly Config[]
  ): Cell => ({ name, topic, place, count, config: Object.assign({}, ...config) as Config })
  const through = { 'format.bytearray.extension': '.json' }
  return [
    cell('JSON lines', 'json', countLines, plainJson, to('Json')),
    // Confluent's sink for HDFS has no format that takes bytes.
    ...(place.name === 'S3'
      ? [cell('bytes through', 'json', countLines, bytes, to('ByteArray'), through)]
      : []),
    cell('Avro to Avro', 'avro', countAvro, avro, to('Avro')),
    cell('JSON to Avro', 'json', countAvro, jsonWithSchema, to('Avro')),
    cell('Avro to Parquet', 'avro', countParquet, avro, to('Parquet')),
    cell('small JSON lines', 'smalljson', countLines, plainJson, to('Json')),
    cell('small Avro to Avro', 'smallavro', countAvro, avro, to('Avro')),
  ]
}

function countLines(body: Uint8Array): Promise<number> {
  let count = 0
  for (let at = body.indexOf(10); at >= 0; at = body.indexOf(10, at + 1)) count++
  return Promise.resolve(count)
}

async function countAvro(body: Uint8Array): Promise<number> {
  let count = 0
  for await (const _record of readAvroFile(Buffer.from(body))) count++
  return count
}

async function countParquet(body: Uint8Array): Promise<number> {
  const { num_rows: rows } = await parquetMetadataAsync(new Uint8Array(body).buffer)
  return Number(rows)
}
