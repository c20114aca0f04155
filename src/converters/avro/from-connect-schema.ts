import { ConnectDate, ConnectTime, ConnectTimestamp, DataError, Decimal } from '../../api/index.ts'
import type { Field, Schema, SchemaType } from '../../api/index.ts'
import { anythingSchema } from './anything-schema.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import { isNamed, noProps, primitive, shortName } from './avro-schema.ts'
import type {
  AvroField,
  AvroProps,
  AvroSchema,
  NamedAvroSchema,
  PrimitiveType,
} from './avro-schema.ts'
import {
  avroPrefix,
  defaultName,
  defaultPrecision,
  mapEntry,
  mapEntryName,
  parameter,
  prop,
} from './connect-names.ts'
import {
  avroFieldName,
  avroName,
  intParameter,
  isAvroMap,
  isFixedBytes,
  isUnionStruct,
  required,
} from './connect-schemas.ts'
import { defaultToJson, isValidDefault } from './default-to-json.ts'
import { requireValidName } from './valid-names.ts'

const primitives: Partial<Record<SchemaType, PrimitiveType>> = {
  INT8: 'int',
  INT16: 'int',
  INT32: 'int',
  INT64: 'long',
  FLOAT32: 'float',
  FLOAT64: 'double',
  BOOLEAN: 'boolean',
}

/** Types that would be lost in Avro's. */
const connectTypes: Partial<Record<SchemaType, string>> = { INT8: 'int8', INT16: 'int16' }

/** Avro's names of Connect's logical types. */
const logicalTypes: Readonly<Record<string, string>> = {
  [Decimal.LOGICAL_NAME]: 'decimal',
  [ConnectDate.LOGICAL_NAME]: 'date',
  [ConnectTime.LOGICAL_NAME]: 'time-millis',
  [ConnectTimestamp.LOGICAL_NAME]: 'timestamp-millis',
}

/** The Avro schema of a Connect schema; of null the one that holds anything. A DataError where Avro has none. */
export function fromConnectSchema(schema: Schema | null, options: AvroDataOptions): AvroSchema {
  return new SchemaMapping(options).map(schema)
}

/** One conversion: what comes twice is one Avro schema, and unnamed records are numbered. */
class SchemaMapping {
  readonly #options: AvroDataOptions
  readonly #known = new Map<Schema, AvroSchema>()
  readonly #seenNames = new Set<string>()
  #unnamed = 0

  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  map(schema: Schema | null): AvroSchema {
    if (schema === null) return anythingSchema
    if (isUnionStruct(schema)) return this.#union(schema)
    const base = this.#base(required(schema))
    if (!schema.optional) return base
    const branches = [base, primitive('null')]
    if (schema.defaultValue === null) branches.reverse()
    return { type: 'union', branches, props: noProps }
  }

  #union(schema: Schema): AvroSchema {
    const branches = (schema.fields ?? []).map((field) => this.#branch(field.schema))
    if (schema.optional) branches.unshift(primitive('null'))
    return { type: 'union', branches, props: noProps }
  }

  #branch(schema: Schema): AvroSchema {
    return isUnionStruct(schema) ? this.#union(required(schema)) : this.#base(required(schema))
  }

  /** Of a schema that is not optional and no union. */
  #base(schema: Schema): AvroSchema {
    const known = this.#known.get(schema)
    if (known !== undefined) return known
    const base = this.#typed(schema)
    this.#known.set(schema, base)
    return base
  }

  #typed(schema: Schema): AvroSchema {
    const type = primitives[schema.type]
    if (type !== undefined) return primitive(type, this.#props(schema))
    if (schema.type === 'STRING') return this.#string(schema)
    if (schema.type === 'BYTES') return this.#bytes(schema)
    if (schema.type === 'MAP') return this.#map(schema)
    if (schema.type === 'STRUCT') return this.#record(schema)
    return { type: 'array', items: this.map(schema.valueSchema), props: this.#props(schema) }
  }

  #string(schema: Schema): AvroSchema {
    const { generalizedSumTypes, enhancedSchemas, discardTypeDocDefault } = this.#options
    const { parameters } = schema
    const key = generalizedSumTypes ? parameter.generalEnum : parameter.enum
    const name = parameters?.get(key)
    if (parameters === null || name === undefined || !(generalizedSumTypes || enhancedSchemas)) {
      return primitive('string', this.#props(schema))
    }
    const short = shortName(this.#nameOf(schema))
    const prefix = `${key}.`
    const symbols = [...parameters.keys()]
      .filter((entry) => entry.startsWith(prefix))
      .map((entry) => entry.slice(prefix.length))
    requireValidName(name)
    for (const symbol of symbols) requireValidName(symbol)
    const docKey = discardTypeDocDefault ? parameter.enumDocOnly : parameter.enumDoc + short
    const byDefault = discardTypeDocDefault
      ? undefined
      : parameters.get(parameter.enumDefault + short)
    return {
      type: 'enum',
      name,
      doc: parameters.get(docKey) ?? null,
      symbols,
      default: byDefault ?? null,
      aliases: [],
      props: this.#props(schema),
    }
  }

  #bytes(schema: Schema): AvroSchema {
    const decimal = new Map<string, unknown>()
    if (schema.name === Decimal.LOGICAL_NAME) {
      decimal.set(prop.scale, intParameter(schema, Decimal.SCALE_FIELD) ?? 0)
      decimal.set(prop.precision, intParameter(schema, parameter.precision) ?? defaultPrecision)
    }
    const props = this.#props(schema, decimal)
    if (!isFixedBytes(schema)) return primitive('bytes', props)
    const size = intParameter(schema, parameter.fixedSize) ?? 0
    return { type: 'fixed', name: this.#nameOf(schema), doc: null, size, aliases: [], props }
  }

  #map(schema: Schema): AvroSchema {
    const { keySchema, valueSchema, name } = schema
    if (isAvroMap(schema, this.#options)) {
      return { type: 'map', values: this.map(valueSchema), props: this.#props(schema) }
    }
    // The name of the record tells that the array is a map; where the map has one of its own, a property does.
    const props = name === null ? noProps : new Map([[prop.internalType, mapEntry]])
    const entry: NamedAvroSchema = {
      type: 'record',
      name: name === null ? mapEntryName : this.#nameOf(schema),
      doc: null,
      fields: [this.#entryField('key', keySchema), this.#entryField('value', valueSchema)],
      aliases: [],
      props,
    }
    return { type: 'array', items: entry, props: this.#props(schema) }
  }

  #entryField(name: string, schema: Schema | null): AvroField {
    if (schema === null)
      throw new DataError('A map whose keys or values have no schema cannot be written as Avro.')
    return this.#field(name, schema, null)
  }

  #record(schema: Schema): AvroSchema {
    const { discardTypeDocDefault } = this.#options
    const name = this.#nameOf(schema)
    const docKey = discardTypeDocDefault ? parameter.recordDocOnly : parameter.recordDoc
    const fields: AvroField[] = []
    for (const field of schema.fields ?? []) fields.push(this.#recordField(schema, field))
    const names = new Set(fields.map((field) => field.name))
    if (names.size < fields.length) {
      throw new DataError(
        `Two fields of ${schema.toString()} have the same name in Avro: ${[...names].join(', ')}.`,
      )
    }
    const doc = schema.parameters?.get(docKey) ?? null
    return { type: 'record', name, doc, fields, aliases: [], props: this.#props(schema) }
  }

  #recordField({ parameters }: Schema, { name, schema }: Field): AvroField {
    const doc = this.#options.discardTypeDocDefault
      ? undefined
      : parameters?.get(parameter.fieldDoc + name)
    const avro = avroFieldName(name, this.#options)
    requireValidName(avro)
    return this.#field(avro, schema, doc ?? null)
  }

  #field(name: string, schema: Schema, doc: string | null): AvroField {
    const { discardTypeDocDefault, connectMetaData } = this.#options
    const seen = schema.name !== null && this.#seenNames.has(schema.name)
    if (schema.name !== null) this.#seenNames.add(schema.name)
    const avro = this.map(schema)
    const props = new Map<string, unknown>()
    if (connectMetaData && seen && hasName(avro)) {
      const parameters = parametersJson(schema, discardTypeDocDefault)
      if (parameters !== null) props.set(prop.parameters, parameters)
    }
    return {
      name,
      schema: avro,
      doc: discardTypeDocDefault ? schema.doc : doc,
      default: this.#fieldDefault(schema, avro),
      aliases: [],
      props,
    }
  }

  /** Left out where Avro would refuse it. */
  #fieldDefault(schema: Schema, avro: AvroSchema): unknown {
    if (schema.defaultValue === null) return schema.optional ? null : undefined
    const json = defaultToJson(schema, schema.defaultValue, this.#options)
    return isValidDefault(avro, json) ? json : undefined
  }

  /** The full name; of what has none the next of the names made up for it. */
  #nameOf({ name }: Schema): string {
    if (name === null) {
      this.#unnamed++
      return this.#unnamed === 1 ? defaultName : `${defaultName}${this.#unnamed}`
    }
    const full = avroName(name, this.#options)
    for (const segment of full.split('.')) requireValidName(segment)
    return full
  }

  /** `first`, then what Connect knows beyond Avro, then Avro's logical type, then what was carried over. */
  #props(schema: Schema, first: AvroProps = noProps): AvroProps {
    const props = new Map(first)
    if (this.#options.connectMetaData) this.#addMetaData(schema, props)
    const logical = schema.name === null ? undefined : logicalTypes[schema.name]
    if (logical !== undefined) props.set(prop.logicalType, logical)
    for (const [name, value] of schema.parameters ?? []) {
      if (name.startsWith(avroPrefix)) props.set(name, value)
    }
    return props.size === 0 ? noProps : props
  }

  #addMetaData(schema: Schema, props: Map<string, unknown>): void {
    const { discardTypeDocDefault } = this.#options
    if (schema.doc !== null) props.set(prop.doc, schema.doc)
    if (schema.version !== null) props.set(prop.version, schema.version)
    const parameters = parametersJson(schema, discardTypeDocDefault)
    if (parameters !== null) props.set(prop.parameters, parameters)
    const ofField = schema.parameters?.has(parameter.fieldDefault) === true
    if (schema.defaultValue !== null && (discardTypeDocDefault || !ofField)) {
      props.set(prop.default, defaultToJson(schema, schema.defaultValue, this.#options))
    }
    if (schema.name !== null) props.set(prop.name, schema.name)
    const type = connectTypes[schema.type]
    if (type !== undefined) props.set(prop.type, type)
  }
}

function hasName(schema: AvroSchema): boolean {
  return schema.type === 'union' ? schema.branches.some(isNamed) : isNamed(schema)
}

/** Null where there is none. */
function parametersJson(schema: Schema, all: boolean): ReadonlyMap<string, string> | null {
  const kept = [...(schema.parameters ?? [])].filter(
    ([name]) => all || name !== parameter.fieldDefault,
  )
  return kept.length === 0 ? null : new Map(kept)
}
