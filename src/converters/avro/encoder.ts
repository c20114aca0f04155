import { DataError, isStruct, schemaEquals } from '../../api/index.ts'
import type { Field, Schema } from '../../api/index.ts'
import { anythingSchema } from './anything-schema.ts'
import { writeAnything } from './anything.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import type { AvroOutput } from './avro-output.ts'
import type { AvroField, AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts'
import { avroFieldName, isAvroMap, isUnionStruct } from './connect-schemas.ts'
import { defaultFromJson } from './default-from-json.ts'
import { pickBranch } from './pick-branch.ts'
import { ToConnectSchema, isAnything, isMapEntry } from './to-connect-schema.ts'
import { invalidType, scalarWriter } from './write-scalar.ts'

/** Writes one value. Null only where the schema is optional. */
export type ValueWriter = (value: unknown, output: AvroOutput) => void

/**
 * Compiles how values of a Connect schema are written under an Avro schema: the one made of it, or another that a registry holds,
 * whose fields are found by their names. A DataError where that schema cannot take them (invariant 6).
 */
export function compileWriter(
  schema: Schema | null,
  avro: AvroSchema,
  options: AvroDataOptions,
): ValueWriter {
  if (schema === null) {
    if (isAnything(avro)) return writeAnything
    throw mismatch('Schemaless data', avro)
  }
  if (avro === anythingSchema) throw mismatch(schema.toString(), avro)
  const write = presentWriter(schema, avro, options)
  return (value, output) => {
    if (value === null || value === undefined) {
      if (!schema.optional) throw new DataError('Found null value for non-optional schema')
      write(null, output)
    } else write(value, output)
  }
}

/** For a value that may be null where the Avro schema is a union that has null. */
function presentWriter(schema: Schema, avro: AvroSchema, options: AvroDataOptions): ValueWriter {
  if (isUnionStruct(schema)) return unionWriter(schema, avro, options)
  if (avro.type !== 'union') return requiredWriter(schema, typedWriter(schema, avro, options))
  const index = pickBranch(schema, avro, options)
  const branch = avro.branches[index]
  if (branch === undefined) throw mismatch(schema.toString(), avro)
  const write = typedWriter(schema, branch, options)
  return branchWriter(avro, index, write)
}

function requiredWriter(schema: Schema, write: ValueWriter): ValueWriter {
  const text = schema.toString()
  return (value, output) => {
    if (value !== null && value !== undefined) write(value, output)
    else if (schema.optional) {
      throw new DataError(`Found null value for ${text}, which the Avro schema has as required.`)
    } else throw new DataError('Found null value for non-optional schema')
  }
}

/** The index of the branch, then the value; of null that of null. */
function branchWriter(avro: AvroUnion, index: number, write: ValueWriter): ValueWriter {
  const nullIndex = avro.branches.findIndex(({ type }) => type === 'null')
  return (value, output) => {
    if (value !== null && value !== undefined) {
      output.writeInt(index)
      write(value, output)
    } else if (nullIndex >= 0) output.writeInt(nullIndex)
    else throw new DataError('Found null value for non-optional schema')
  }
}

function typedWriter(schema: Schema, avro: AvroSchema, options: AvroDataOptions): ValueWriter {
  if (schema.type === 'ARRAY' && avro.type === 'array') {
    return arrayWriter(elementWriter(schema.valueSchema, avro.items, options))
  }
  if (schema.type === 'MAP') return mapWriter(schema, avro, options)
  if (schema.type === 'STRUCT' && avro.type === 'record') return recordWriter(schema, avro, options)
  const write = scalarWriter(schema, avro)
  if (write === null) throw mismatch(schema.toString(), avro)
  return write
}

/** Of an element that is null without a schema for it, the one that holds anything. */
function elementWriter(
  schema: Schema | null,
  avro: AvroSchema,
  options: AvroDataOptions,
): ValueWriter {
  return compileWriter(schema, avro, options)
}

function arrayWriter(write: ValueWriter): ValueWriter {
  return (value, output) => {
    if (!Array.isArray(value)) throw invalidType('ARRAY', value)
    const { length } = value
    if (length > 0) output.writeInt(length)
    for (let i = 0; i < length; i++) write(value[i], output)
    output.writeByte(0)
  }
}

function mapWriter(schema: Schema, avro: AvroSchema, options: AvroDataOptions): ValueWriter {
  if (avro.type === 'map' && isAvroMap(schema, options)) {
    return stringMapWriter(elementWriter(schema.valueSchema, avro.values, options))
  }
  if (avro.type !== 'array' || !isMapEntry(avro.items)) throw mismatch(schema.toString(), avro)
  const writers = avro.items.fields.map(({ name, schema: member }) => {
    return elementWriter(name === 'key' ? schema.keySchema : schema.valueSchema, member, options)
  })
  const [first, second] = writers
  if (first === undefined || second === undefined) throw mismatch(schema.toString(), avro)
  const keyFirst = avro.items.fields[0]?.name === 'key'
  return (value, output) => {
    if (!(value instanceof Map)) throw invalidType('MAP', value)
    if (value.size > 0) output.writeInt(value.size)
    for (const [key, member] of value) {
      first(keyFirst ? key : member, output)
      second(keyFirst ? member : key, output)
    }
    output.writeByte(0)
  }
}

function stringMapWriter(write: ValueWriter): ValueWriter {
  return (value, output) => {
    if (!(value instanceof Map)) throw invalidType('MAP', value)
    if (value.size > 0) output.writeInt(value.size)
    for (const [key, member] of value) {
      if (typeof key !== 'string') throw invalidType('STRING', key)
      output.writeString(key)
      write(member, output)
    }
    output.writeByte(0)
  }
}

/** A field of the Avro record; `index` is that of the struct's member, -1 where only the default is written. */
interface FieldWriter {
  readonly index: number
  readonly write: ValueWriter
  readonly byDefault: unknown
}

/** Hot: the members in the order of the Avro record. */
function recordWriter(schema: Schema, avro: AvroRecord, options: AvroDataOptions): ValueWriter {
  const fields = fieldWriters(schema, avro, options)
  return (value, output) => {
    if (!isStruct(value)) throw invalidType('STRUCT', value)
    if (!schemaEquals(value.schema, schema)) throw new DataError('Mismatching struct schema')
    const { values } = value
    for (const { index, write, byDefault } of fields) {
      const member = index < 0 ? byDefault : (values[index] ?? byDefault)
      write(member, output)
    }
  }
}

function fieldWriters(
  schema: Schema,
  avro: AvroRecord,
  options: AvroDataOptions,
): readonly FieldWriter[] {
  const byName = new Map<string, Field>()
  for (const field of schema.fields ?? []) byName.set(avroFieldName(field.name, options), field)
  const writers = avro.fields.map((target): FieldWriter => {
    const field = byName.get(target.name)
    if (field === undefined) return defaultWriter(schema, avro, target, options)
    byName.delete(target.name)
    const byDefault = options.ignoreDefaultForNullables ? null : field.schema.defaultValue
    const write = presentWriter(field.schema, target.schema, options)
    return { index: field.index, write, byDefault }
  })
  const [left] = byName.keys()
  if (left === undefined) return writers
  throw new DataError(
    `The Avro record ${avro.name} has no field ${left}, which ${schema.toString()} has: its value would be lost. Add the field to the registered schema, or drop it with a transformation.`,
  )
}

/** For a field that the struct has not. */
function defaultWriter(
  schema: Schema,
  avro: AvroRecord,
  field: AvroField,
  options: AvroDataOptions,
): FieldWriter {
  if (field.default === undefined) {
    throw new DataError(
      `The Avro record ${avro.name} has a field ${field.name} without a default, which ${schema.toString()} has not. Give it a default in the registered schema, or insert the field with a transformation.`,
    )
  }
  const own = new ToConnectSchema({ ...options, connectMetaData: false }).map(field.schema, null)
  const write = compileWriter(own, field.schema, options)
  const byDefault = own === null ? null : defaultFromJson(own, field.schema, field.default)
  return { index: -1, write, byDefault }
}

/** Of a struct that stands for a union, the first member that is set. */
function unionWriter(schema: Schema, avro: AvroSchema, options: AvroDataOptions): ValueWriter {
  if (avro.type !== 'union') throw mismatch(schema.toString(), avro)
  const taken = new Set<number>()
  const writers = (schema.fields ?? []).map((field) => {
    const index = pickBranch(field.schema, avro, options, taken)
    const branch = avro.branches[index]
    if (branch === undefined) throw mismatch(field.schema.toString(), avro)
    taken.add(index)
    const write = isUnionStruct(field.schema)
      ? unionWriter(field.schema, branch, options)
      : typedWriter(field.schema, branch, options)
    const byDefault = options.ignoreDefaultForNullables ? null : field.schema.defaultValue
    return { write: branchWriter(avro, index, write), byDefault }
  })
  const nullIndex = avro.branches.findIndex(({ type }) => type === 'null')
  return (value, output) => {
    if (value !== null && value !== undefined) {
      if (!isStruct(value)) throw invalidType('STRUCT', value)
      if (!schemaEquals(value.schema, schema)) throw new DataError('Mismatching struct schema')
      for (let i = 0; i < writers.length; i++) {
        const member = value.values[i] ?? writers[i]?.byDefault ?? null
        if (member === null) continue
        writers[i]?.write(member, output)
        return
      }
    }
    if (nullIndex < 0) throw new DataError('Found null value for non-optional schema')
    output.writeInt(nullIndex)
  }
}

function mismatch(what: string, avro: AvroSchema): DataError {
  const name = 'name' in avro ? `${avro.type} ${avro.name}` : avro.type
  return new DataError(`${what} cannot be written as Avro's ${name}: the schemas do not match.`)
}
