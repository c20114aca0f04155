import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  STRING_SCHEMA,
  SchemaBuilder,
  createLogger,
  javaToString,
} from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { anythingSchema } from './anything-schema.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import { shortName, textProp } from './avro-schema.ts'
import type {
  AvroEnum,
  AvroField,
  AvroPrimitive,
  AvroRecord,
  AvroSchema,
  AvroUnion,
} from './avro-schema.ts'
import {
  anythingName,
  avroPrefix,
  defaultPrecision,
  generalUnionPrefix,
  mapEntry,
  mapEntryName,
  parameter,
  prop,
  unionName,
} from './connect-names.ts'
import {
  addName,
  addVersion,
  optionalOnce,
  parameterText,
  withParameters,
} from './schema-attributes.ts'
import { branchFieldName } from './connect-schemas.ts'
import { defaultFromJson } from './default-from-json.ts'
import { jsonInteger, jsonText, objectEntries } from '../json/json-node.ts'
import { avroSchemaText } from './schema-text.ts'

const logger = createLogger('io.confluent.connect.avro.AvroData')

/** What the field of a record says of its schema. */
interface OfField {
  readonly default?: unknown
  readonly doc?: string | null
}

/** Whether this is the schema of schemaless data. */
export function isAnything(schema: AvroSchema): boolean {
  if (schema === anythingSchema) return true
  if (schema.type !== 'record' || schema.name !== anythingName) return false
  return avroSchemaText(schema) === avroSchemaText(anythingSchema)
}

/** Whether the items of an array are the entries of a map. */
export function isMapEntry(items: AvroSchema): items is AvroRecord {
  if (items.type !== 'record') return false
  return items.name === mapEntryName || items.props.get(prop.internalType) === mapEntry
}

/** The branch of a union that is no null, where there is just one and the union is nothing but that branch made optional. */
export function optionalBranch({ branches }: AvroUnion): AvroSchema | null {
  if (branches.length !== 2) return null
  const [first, second] = branches
  if (first?.type === 'null') return second ?? null
  return second?.type === 'null' ? (first ?? null) : null
}

/** The Connect schema of an Avro schema. A DataError where Connect has none. */
export class ToConnectSchema {
  readonly #options: AvroDataOptions
  /** Names unions, which have none of their own. */
  #unions = 0
  /** Records that are being read: one that contains itself cannot be. */
  readonly #open = new Set<AvroSchema>()
  /** The fields of records that came before: such a record differs in what its own field says of it alone. */
  readonly #known = new WeakMap<AvroRecord, readonly (readonly [string, Schema])[]>()

  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  /** `version` is the registry's; what the schema itself says comes first. Null for schemaless data. */
  map(schema: AvroSchema, version: number | null): Schema | null {
    if (isAnything(schema)) return null
    this.#open.clear()
    return this.#map(schema, false, {}, version)
  }

  #map(
    schema: AvroSchema,
    optional: boolean,
    ofField: OfField,
    version: number | null = null,
  ): Schema {
    if (schema.type === 'union') {
      const only = this.#options.flattenSingletonUnions && schema.branches.length === 1
      const [first] = schema.branches
      const doc = ofField.doc ?? null
      if (only && first !== undefined) return this.#map(first, false, { doc })
      const inner = optionalBranch(schema)
      if (inner !== null) return this.#map(inner, true, { doc })
    }
    const builder = this.#builder(schema)
    this.#addDoc(builder, schema, ofField)
    addVersion(builder, schema, version)
    this.#addParameters(builder, schema)
    this.#addDefault(builder, schema, ofField)
    addName(builder, schema)
    if (optional) optionalOnce(builder)
    return builder.build()
  }

  #builder(schema: AvroSchema): SchemaBuilder {
    switch (schema.type) {
      case 'null':
        throw new DataError('Standalone null schemas are not supported by this converter')
      case 'int':
        return intBuilder(schema)
      case 'long':
        return isLogical(schema, 'timestamp-millis')
          ? ConnectTimestamp.builder()
          : SchemaBuilder.int64()
      case 'bytes':
        return bytesBuilder(schema)
      case 'fixed':
        return bytesBuilder(schema).parameter(parameter.fixedSize, String(schema.size))
      case 'enum':
        return this.#enum(schema)
      case 'array':
        return isMapEntry(schema.items)
          ? this.#entries(schema.items)
          : SchemaBuilder.array(this.#map(schema.items, false, {}))
      case 'map':
        return SchemaBuilder.map(STRING_SCHEMA, this.#map(schema.values, false, {}))
      case 'record':
        return this.#record(schema)
      case 'union':
        return this.#union(schema)
      case 'boolean':
      case 'float':
      case 'double':
      case 'string':
        return new SchemaBuilder(plainTypes[schema.type])
    }
  }

  #entries(entry: AvroRecord): SchemaBuilder {
    const key = entry.fields.find(({ name }) => name === 'key')
    const value = entry.fields.find(({ name }) => name === 'value')
    if (entry.fields.length !== 2 || key === undefined || value === undefined) {
      throw new DataError(
        'Found map encoded as array of key-value pairs, but array elements do not match the expected format.',
      )
    }
    return SchemaBuilder.map(this.#map(key.schema, false, {}), this.#map(value.schema, false, {}))
  }

  #record(schema: AvroRecord): SchemaBuilder {
    if (this.#open.has(schema)) {
      throw new DataError(
        `The Avro record ${schema.name} contains itself. Schemas that do cannot be read; give the records that are nested schemas of their own.`,
      )
    }
    const { discardTypeDocDefault, connectMetaData } = this.#options
    const keepsDocs = !discardTypeDocDefault && connectMetaData
    const builder = SchemaBuilder.struct()
    if (keepsDocs && schema.doc !== null) builder.parameter(parameter.recordDoc, schema.doc)
    for (const field of schema.fields) {
      if (keepsDocs && field.doc !== null) {
        builder.parameter(parameter.fieldDoc + field.name, field.doc)
      }
    }
    for (const [name, member] of this.#fieldsOf(schema)) builder.field(name, member)
    return builder
  }

  #fieldsOf(schema: AvroRecord): readonly (readonly [string, Schema])[] {
    const known = this.#known.get(schema)
    if (known !== undefined) return known
    this.#open.add(schema)
    const fields = schema.fields.map((field) => [field.name, this.#field(field)] as const)
    this.#open.delete(schema)
    // With numbers in their names, unions differ each time that they come.
    if (!this.#options.generalizedSumTypes) this.#known.set(schema, fields)
    return fields
  }

  #field(field: AvroField): Schema {
    const schema = this.#map(field.schema, false, { default: field.default, doc: field.doc })
    if (!this.#options.connectMetaData) return schema
    const parameters = objectEntries(field.props.get(prop.parameters))
    return parameters === null ? schema : withParameters(schema, parameters)
  }

  #enum(schema: AvroEnum): SchemaBuilder {
    const { discardTypeDocDefault, connectMetaData, generalizedSumTypes } = this.#options
    const builder = SchemaBuilder.string()
    const short = shortName(schema.name)
    if (connectMetaData && schema.doc !== null) {
      const key = discardTypeDocDefault ? parameter.enumDocOnly : parameter.enumDoc + short
      builder.parameter(key, schema.doc)
    }
    if (connectMetaData && !discardTypeDocDefault && schema.default !== null) {
      builder.parameter(parameter.enumDefault + short, schema.default)
    }
    const key = generalizedSumTypes ? parameter.generalEnum : parameter.enum
    builder.parameter(key, schema.name)
    for (const [index, symbol] of schema.symbols.entries()) {
      builder.parameter(`${key}.${symbol}`, generalizedSumTypes ? String(index) : symbol)
    }
    return builder
  }

  #union({ branches }: AvroUnion): SchemaBuilder {
    const { generalizedSumTypes } = this.#options
    const name = generalizedSumTypes ? `${generalUnionPrefix}${this.#unions++}` : unionName
    const builder = SchemaBuilder.struct().name(name)
    if (generalizedSumTypes) builder.parameter(parameter.generalUnion, name)
    const names = new Set<string>()
    for (const [index, branch] of branches.entries()) {
      if (branch.type === 'null') {
        builder.optional()
        continue
      }
      const field = branchFieldName(branch, index, this.#options)
      if (names.has(field)) {
        throw new DataError(
          `Multiple union schemas map to the Connect union field name ${field}. Set enhanced.avro.schema.support=true to tell them apart by their full names.`,
        )
      }
      names.add(field)
      builder.field(field, this.#map(branch, true, {}))
    }
    return builder
  }

  #addDoc(builder: SchemaBuilder, schema: AvroSchema, ofField: OfField): void {
    const own = textProp(schema, prop.doc)
    if (!this.#options.discardTypeDocDefault) {
      if (this.#options.connectMetaData && own !== null) builder.doc(own)
      return
    }
    const ofType = 'doc' in schema ? schema.doc : null
    const doc = ofField.doc ?? ofType ?? own
    if (doc !== null) builder.doc(doc)
    if (this.#options.connectMetaData && ofType !== null) {
      builder.parameter(parameter.recordDocOnly, ofType)
    }
  }

  #addParameters(builder: SchemaBuilder, schema: AvroSchema): void {
    const parameters = schema.props.get(prop.parameters)
    if (this.#options.connectMetaData && parameters !== undefined && parameters !== null) {
      const entries = objectEntries(parameters)
      if (entries === null) {
        throw new DataError(
          `Expected JSON object for schema parameters but found: ${jsonText(parameters)}`,
        )
      }
      for (const [name, value] of entries) builder.parameter(name, parameterText(value))
    }
    for (const [name, value] of schema.props) {
      if (name.startsWith(avroPrefix)) builder.parameter(name, javaToString(value))
    }
  }

  /** Invalid defaults are left out, with a warning, as in Java. */
  #addDefault(builder: SchemaBuilder, schema: AvroSchema, ofField: OfField): void {
    const own = schema.props.get(prop.default)
    const { discardTypeDocDefault, connectMetaData } = this.#options
    if (ofField.default !== undefined && !discardTypeDocDefault && connectMetaData) {
      if (own === undefined) builder.parameter(parameter.fieldDefault, 'true')
    }
    const json = ofField.default ?? own ?? null
    if (json === null) return
    try {
      const value = defaultFromJson(builder.build(), schema, json)
      if (value !== null) builder.defaultValue(value)
    } catch (error) {
      logger.warn(`Ignoring invalid default for schema ${nameOf(schema)}`, error)
    }
  }
}

const plainTypes = {
  boolean: 'BOOLEAN',
  float: 'FLOAT32',
  double: 'FLOAT64',
  string: 'STRING',
} as const

function isLogical(schema: AvroSchema, type: string): boolean {
  return textProp(schema, prop.logicalType)?.toLowerCase() === type
}

/** The logical type comes before what Connect noted of the type. */
function intBuilder(schema: AvroPrimitive): SchemaBuilder {
  if (isLogical(schema, 'date')) return ConnectDate.builder()
  if (isLogical(schema, 'time-millis')) return ConnectTime.builder()
  const type = textProp(schema, prop.type)
  if (type === null || textProp(schema, prop.logicalType) !== null) return SchemaBuilder.int32()
  if (type === 'int8') return SchemaBuilder.int8()
  if (type === 'int16') return SchemaBuilder.int16()
  throw new DataError(
    `Connect type annotation for Avro int field is null: expected int8 or int16 as ${prop.type}, but found ${type}.`,
  )
}

function bytesBuilder(schema: AvroSchema): SchemaBuilder {
  if (!isLogical(schema, 'decimal')) return SchemaBuilder.bytes()
  const scale = jsonInteger(schema.props.get(prop.scale))
  const builder = Decimal.builder(Number(scale ?? 0))
  const precision = schema.props.get(prop.precision)
  if (precision === undefined || precision === null) return builder
  const digits = jsonInteger(precision)
  if (digits === null) {
    throw new DataError(
      `precision property must be a JSON Integer, but found ${jsonText(precision)}.`,
    )
  }
  return Number(digits) === defaultPrecision
    ? builder
    : builder.parameter(parameter.precision, String(digits))
}

function nameOf(schema: AvroSchema): string {
  return 'name' in schema ? schema.name : schema.type
}
