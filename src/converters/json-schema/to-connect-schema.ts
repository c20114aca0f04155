import { DataError, RecursiveSchema, STRING_SCHEMA, SchemaBuilder } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { addAttributes } from './add-attributes.ts'
import { mergeProperties, pickPart } from './all-of.ts'
import {
  extrasField,
  generalUnionField,
  generalUnionPrefix,
  idPrefix,
  keyField,
  parameter,
  prop,
  unionName,
  valueField,
} from './connect-names.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'
import { choiceBuilder, extrasSchema, numberBuilder, variantBuilder } from './leaf-builders.ts'
import { intMember, resolved, textMember } from './schema-node.ts'
import type {
  ArrayNode,
  CombinedNode,
  ObjectNode,
  ReferenceNode,
  SchemaNode,
} from './schema-node.ts'

/** A struct that is being built, and what stands in it for itself. */
interface OpenStruct {
  readonly builder: SchemaBuilder
  readonly inner: RecursiveSchema[]
}

/** A schema that is nothing but another, which is being converted. */
interface Delegate {
  readonly to: SchemaNode
  readonly optional: boolean
}

/** How a schema is asked for. `version` is the registry's; what the schema itself says comes first. */
interface Asked {
  readonly optional: boolean
  readonly version: number | null
}
const required: Asked = { optional: false, version: null }
const optional: Asked = { optional: true, version: null }

/** The Connect schema of a JSON Schema. A DataError where Connect has none. One instance serves one conversion. */
export class ToConnectSchema {
  readonly #options: JsonSchemaDataOptions
  /** What is being converted; null for what is no struct, and so cannot contain itself. */
  readonly #open = new Map<SchemaNode, OpenStruct | Delegate | null>()
  readonly #known = new Map<SchemaNode, Map<string, Schema>>()
  #ids = 0
  #unions = 0

  constructor(options: JsonSchemaDataOptions) {
    this.#options = options
  }

  map(node: SchemaNode, version: number | null): Schema {
    return this.#map(node, { optional: false, version })
  }

  /** What is referred to from several places is converted once. */
  #map(reference: SchemaNode, asked: Asked): Schema {
    const node = resolved(reference)
    const open = this.#open.get(node)
    if (open !== undefined) return this.#within(open, asked)
    const variants = this.#known.get(node) ?? new Map<string, Schema>()
    this.#known.set(node, variants)
    const key = `${asked.optional} ${asked.version ?? ''}`
    let schema = variants.get(key)
    if (schema === undefined) {
      this.#open.set(node, null)
      schema = this.#convert(node, asked)
      this.#open.delete(node)
      variants.set(key, schema)
    }
    return schema
  }

  #within(open: OpenStruct | Delegate | null, asked: Asked): Schema {
    if (open !== null && 'to' in open) {
      return this.#map(open.to, { ...asked, optional: asked.optional || open.optional })
    }
    if (open === null) {
      throw new DataError(
        'The JSON Schema contains itself without an object between. Put what comes again into a property of an object.',
      )
    }
    open.builder.parameter(parameter.id, `${idPrefix}${++this.#ids}`)
    const inner = new RecursiveSchema(asked.optional)
    open.inner.push(inner)
    return inner
  }

  #convert(node: Exclude<SchemaNode, ReferenceNode>, asked: Asked): Schema {
    switch (node.kind) {
      case 'combined':
        return this.#combined(node, asked)
      case 'object':
        return textMember(node, prop.type) === 'map'
          ? this.#finish(SchemaBuilder.map(STRING_SCHEMA, this.#mapValue(node)), node, asked)
          : this.#object(node, asked)
      case 'array':
        return this.#finish(this.#array(node), node, asked)
      case 'boolean':
        return this.#finish(SchemaBuilder.bool(), node, asked)
      case 'number':
        return this.#finish(numberBuilder(node), node, asked)
      case 'string': {
        const isBytes = textMember(node, prop.type) === 'bytes'
        return this.#finish(isBytes ? SchemaBuilder.bytes() : SchemaBuilder.string(), node, asked)
      }
      case 'const':
      case 'enum':
        return this.#finish(choiceBuilder(node, this.#options.generalizedSumTypes), node, asked)
      case 'anything':
        return this.#finish(variantBuilder(), node, asked)
      case 'null':
      case 'nothing':
      case 'other':
        throw new DataError(
          `Unsupported schema type ${node.kind}: the JSON Schema allows no value that Connect has a type for.`,
        )
    }
  }

  #finish(builder: SchemaBuilder, node: SchemaNode, asked: Asked): Schema {
    addAttributes(builder, node, asked.version, this.#options)
    if (asked.optional) builder.optional()
    return builder.build()
  }

  #array(node: ArrayNode): SchemaBuilder {
    if (node.items === null) throw new DataError('Array schema did not specify the items type')
    const entry = textMember(node, prop.type) === 'map' ? node.items : null
    if (entry?.kind !== 'object') return SchemaBuilder.array(this.#map(node.items, required))
    return SchemaBuilder.map(this.#entryPart(entry, keyField), this.#entryPart(entry, valueField))
  }

  #entryPart({ properties }: ObjectNode, name: string): Schema {
    const part = properties.get(name)
    if (part !== undefined) return this.#map(part, required)
    throw new DataError(`The entries of a map have no property "${name}" in the JSON Schema.`)
  }

  #mapValue({ additional }: ObjectNode): Schema {
    if (typeof additional !== 'boolean') return this.#map(additional, required)
    throw new DataError(
      'Map schema did not specify the type of its values: expected a schema as "additionalProperties".',
    )
  }

  #combined(node: CombinedNode, asked: Asked): Schema {
    const { schemas, criterion } = node
    const [only] = schemas
    if (only !== undefined && schemas.length === 1 && this.#options.flattenSingletonUnions) {
      return this.#delegate(node, only, required)
    }
    if (criterion === 'allOf') return this.#allOf(node, asked)
    const present = schemas.filter(({ kind }) => kind !== 'null')
    const [other] = present
    if (other !== undefined && present.length === 1 && schemas.length === 2) {
      return this.#delegate(node, other, { ...asked, optional: true })
    }
    return this.#union(node, present, asked)
  }

  #delegate(node: SchemaNode, to: SchemaNode, asked: Asked): Schema {
    this.#open.set(node, { to, optional: asked.optional })
    return this.#map(to, asked)
  }

  /** What an `allOf` says of itself is left out, as Confluent's converter does. */
  #allOf(node: CombinedNode, asked: Asked): Schema {
    const merged = mergeProperties(node)
    if (merged.properties.size === 0) return this.#delegate(node, pickPart(node), asked)
    const builder = SchemaBuilder.struct()
    return this.#struct(node, builder, () => {
      this.#addFields(builder, merged.properties, merged.required)
      return asked.optional ? builder.optional().build() : builder.build()
    })
  }

  #union(node: CombinedNode, present: readonly SchemaNode[], asked: Asked): Schema {
    const { generalizedSumTypes } = this.#options
    const name = generalizedSumTypes ? `${generalUnionPrefix}${this.#unions++}` : unionName
    const field = generalizedSumTypes ? generalUnionField : `${name}.field.`
    const builder = SchemaBuilder.struct().name(name)
    if (generalizedSumTypes) builder.parameter(parameter.generalUnion, name)
    return this.#struct(node, builder, () => {
      for (const [index, schema] of present.entries()) {
        builder.field(`${field}${index}`, this.#map(schema, optional))
      }
      const hasNull = present.length < node.schemas.length
      return this.#finish(builder, node, { ...asked, optional: asked.optional || hasNull })
    })
  }

  #object(node: ObjectNode, asked: Asked): Schema {
    const hasExtras = this.#options.preserveAdditionalProperties && node.additional !== false
    if (hasExtras && node.properties.has(extrasField)) {
      throw new DataError(
        `JSON Schema property name '${extrasField}' collides with the reserved field name for preserve.additional.properties=true. Rename the property or disable the config.`,
      )
    }
    const builder = SchemaBuilder.struct()
    return this.#struct(node, builder, () => {
      this.#addFields(builder, byIndex(node.properties), node.required)
      if (hasExtras) builder.field(extrasField, extrasSchema())
      return this.#finish(builder, node, asked)
    })
  }

  /** Builds a struct, in which it may come again. */
  #struct(node: SchemaNode, builder: SchemaBuilder, build: () => Schema): Schema {
    const inner: RecursiveSchema[] = []
    this.#open.set(node, { builder, inner })
    const schema = build()
    for (const one of inner) one.resolve(schema)
    return schema
  }

  #addFields(
    builder: SchemaBuilder,
    properties: ReadonlyMap<string, SchemaNode>,
    requiredNames: ReadonlySet<string>,
  ): void {
    for (const [name, schema] of properties) {
      const isOptional = this.#options.optionalForNonRequired && !requiredNames.has(name)
      builder.field(name, this.#map(schema, isOptional ? optional : required))
    }
  }
}

/** In the order that Connect noted; what has no note keeps its place. */
function byIndex(properties: ReadonlyMap<string, SchemaNode>): ReadonlyMap<string, SchemaNode> {
  const placed = [...properties].map(([name, node], at) => ({
    entry: [name, node] as const,
    index: intMember(node, prop.index) ?? at,
  }))
  return new Map(placed.sort((a, b) => a.index - b.index).map(({ entry }) => entry))
}
