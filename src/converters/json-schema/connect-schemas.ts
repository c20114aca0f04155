import type { Field, Schema } from '../../api/index.ts'
import { extrasField, parameter, unionName, variantName } from './connect-names.ts'

/** Questions about Connect schemas that both directions of the mapping ask. */

/** A struct that stands for a choice: of its fields, at most one is set. */
export function isUnion(schema: Schema): boolean {
  return schema.name === unionName || schema.parameters?.has(parameter.generalUnion) === true
}

/** A struct that holds a JSON value of any kind. */
export function isVariant(schema: Schema): boolean {
  return schema.name === variantName && schema.type === 'STRUCT'
}

/** Whether a map is an object in JSON, whose names are its keys; any other is an array of entries. */
export function isObjectMap({ keySchema }: Schema): boolean {
  return keySchema?.type === 'STRING' && !keySchema.optional
}

/** A field that keeps the members of an object which its schema does not name. */
export interface Extras {
  readonly field: Field
  /** Of the members. */
  readonly valueSchema: Schema
}

export function extrasOf(schema: Schema): Extras | null {
  const field = schema.field(extrasField)
  const { keySchema = null, valueSchema = null } = field?.schema ?? {}
  if (field === undefined || keySchema?.type !== 'STRING' || valueSchema === null) return null
  return isVariant(valueSchema) ? { field, valueSchema } : null
}

/** The symbols of an enum, as text, under the parameters of either kind; null where the schema is none. */
export function symbolsOf({ parameters }: Schema): ReadonlySet<string> | null {
  if (parameters === null) return null
  const name = [parameter.enum, parameter.generalEnum].find((one) => parameters.has(one))
  return name === undefined ? null : new Set(symbolNames(parameters, name))
}

export function symbolNames(parameters: ReadonlyMap<string, string>, name: string): string[] {
  const prefix = `${name}.`
  return [...parameters.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
}
