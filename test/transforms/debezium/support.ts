import {
  INT64_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig, Schema, Transformation } from '../../../src/api/index.ts'
import { transformClasses } from '../../../src/transforms/debezium/index.ts'

/** A transformation of Debezium's by the end of its class name, configured. */
export function debezium(name: string, config: ConnectorConfig): Transformation {
  const Class = transformClasses.get(`io.debezium.transforms.${name}`) as
    (new () => Transformation) | undefined
  if (Class === undefined) throw new Error(`There is no ${name}.`)
  const made = new Class()
  made.configure(config)
  return made
}

const sourceSchema = SchemaBuilder.struct()
  .field('connector', STRING_SCHEMA)
  .field('table', OPTIONAL_STRING_SCHEMA)
  .field('ts_ms', INT64_SCHEMA)
  .build()

/** The schema of change events of rows. */
export function envelopeOf(row: Schema): Schema {
  return SchemaBuilder.struct()
    .name('srv.db.t.Envelope')
    .field('before', row)
    .field('after', row)
    .field('source', sourceSchema)
    .field('op', STRING_SCHEMA)
    .field('ts_ms', OPTIONAL_INT64_SCHEMA)
    .build()
}

/** A change event. */
export function changeEvent(
  schema: Schema,
  op: string,
  rows: { readonly before?: Struct; readonly after?: Struct },
): Struct {
  const source = new Struct(sourceSchema).put('connector', 'pg').put('table', 't').put('ts_ms', 5)
  return new Struct(schema)
    .put('before', rows.before ?? null)
    .put('after', rows.after ?? null)
    .put('source', source)
    .put('op', op)
    .put('ts_ms', 9)
}
