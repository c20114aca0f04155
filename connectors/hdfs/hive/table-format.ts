import { SchemaBuilder } from 'sluice/api'
import type { Schema } from 'sluice/api'
import { AvroData, avroSchemaText } from 'sluice/avro'
import { hiveColumns, mostDigits } from './hive-types.ts'
import { addColumns, changeColumn, setProperties } from './statements.ts'
import type { CreateTable, HiveColumn, HiveTableName } from './statements.ts'

/** What tables of a kind of file look like. Schemas are those of records, without the columns that directories stand for. */
export interface TableFormat {
  describe(schema: Schema): Pick<CreateTable, 'columns' | 'properties' | 'storage'>
  /** The statements that make a table that has these columns fit a schema. */
  evolve(name: HiveTableName, columns: readonly HiveColumn[], schema: Schema): readonly string[]
}

const schemaProperty = 'avro.schema.literal'

/** Hive takes the columns of Avro from a schema, which it reads all files by: fields that a file lacks have their defaults. */
export class AvroTableFormat implements TableFormat {
  readonly #data: AvroData

  /** `mapping` is that of the files. */
  constructor(mapping: Readonly<Record<string, string>>) {
    this.#data = new AvroData(mapping)
  }

  describe(schema: Schema): ReturnType<TableFormat['describe']> {
    return {
      columns: [],
      properties: { [schemaProperty]: this.#literalOf(schema) },
      storage: {
        serde: 'org.apache.hadoop.hive.serde2.avro.AvroSerDe',
        inputFormat: 'org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat',
      },
    }
  }

  evolve(name: HiveTableName, _columns: readonly HiveColumn[], schema: Schema): string[] {
    return [setProperties(name, { [schemaProperty]: this.#literalOf(schema) })]
  }

  #literalOf(schema: Schema): string {
    const text = avroSchemaText(this.#data.encoder(schema).avroSchema)
    return JSON.stringify(withoutLongDecimals(JSON.parse(text)))
  }
}

/** Hive refuses a table with a decimal of more digits than its own have: such a column is binary. */
function withoutLongDecimals(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutLongDecimals)
  if (node === null || typeof node !== 'object') return node
  const members = Object.entries(node)
  const long = members.some(([key, value]) => key === 'precision' && Number(value) > mostDigits)
  return Object.fromEntries(
    members
      .filter(([key, value]) => !(long && key === 'logicalType' && value === 'decimal'))
      .map(([key, value]) => [key, withoutLongDecimals(value)]),
  )
}

/** From narrow to wide: the values of files with a narrower type are read as the wider one. */
const wider = ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double']

/** Hive finds the columns of Parquet by their names. */
export const parquetTableFormat: TableFormat = {
  describe: (schema) => ({
    columns: hiveColumns(schema),
    properties: {},
    storage: {
      serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
      inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    },
  }),
  /** Columns only come and widen: what files of before hold stays readable. */
  evolve(name, columns, schema) {
    const types = new Map(columns.map((column) => [column.name.toLowerCase(), column.type]))
    const wanted = hiveColumns(schema)
    const added = wanted.filter((column) => !types.has(column.name.toLowerCase()))
    const changed = wanted.filter((column) => {
      const type = types.get(column.name.toLowerCase())
      return type !== undefined && isWider(column.type, type)
    })
    return [
      ...changed.map((column) => changeColumn(name, column)),
      ...(added.length === 0 ? [] : [addColumns(name, added)]),
    ]
  },
}

function isWider(type: string, before: string): boolean {
  const [from, to] = [wider.indexOf(before), wider.indexOf(type)]
  if (from >= 0 || to >= 0) return from >= 0 && to > from
  const plain = type.replaceAll('`', '').toLowerCase()
  return plain.includes('<') && plain !== before
}

/** The schema without the fields of these names, whatever their case. */
export function withoutFields(schema: Schema, names: readonly string[]): Schema {
  const fields = schema.fields ?? []
  const left = fields.filter(({ name }) => !names.includes(name.toLowerCase()))
  if (left.length === fields.length) return schema
  const builder = SchemaBuilder.struct()
  if (schema.name !== null) builder.name(schema.name)
  if (schema.version !== null) builder.version(schema.version)
  if (schema.doc !== null) builder.doc(schema.doc)
  for (const [key, value] of schema.parameters ?? []) builder.parameter(key, value)
  for (const field of left) builder.field(field.name, field.schema)
  return builder.build()
}
