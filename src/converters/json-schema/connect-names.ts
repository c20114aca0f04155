/** What the mapping between Connect's schemas and JSON Schema calls things; Confluent's names, to the letter. */

export const namespace = 'io.confluent.connect.json'

/** Members of a JSON Schema that keep what Connect knows beyond it. */
export const prop = {
  type: 'connect.type',
  index: 'connect.index',
  version: 'connect.version',
  parameters: 'connect.parameters',
} as const

export const parameter = {
  /** Of a struct that contains itself: what it is referred to by, as `#id1`. */
  id: `${namespace}.Id`,
  enum: `${namespace}.Enum`,
  generalEnum: 'org.apache.kafka.connect.data.Enum',
  generalUnion: 'org.apache.kafka.connect.data.Union',
} as const

export const unionName = `${namespace}.OneOf`
export const generalUnionPrefix = 'connect_union_'
export const generalUnionField = 'connect_union_field_'
export const idPrefix = '#id'
/** Stands for null among the symbols of an enum. */
export const nullSymbol = '<NULL>'

/** A struct of two fields, which hold a JSON value of any kind. */
export const variantName = 'org.apache.kafka.connect.data.Variant'
/** The field that holds the members of an object which its schema does not name. */
export const extrasField = '__connect_additional_properties__'

export const keyField = 'key'
export const valueField = 'value'
