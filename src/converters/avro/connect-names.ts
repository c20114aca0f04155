/** What the mapping between Connect's and Avro's schemas calls things; Confluent's names, to the letter. */

export const namespace = 'io.confluent.connect.avro'
/** Name of what has none in Connect. */
export const defaultName = `${namespace}.ConnectDefault`
export const mapEntry = 'MapEntry'
export const mapEntryName = `${namespace}.${mapEntry}`
export const anythingName = `${namespace}.Anything`

export const prop = {
  name: 'connect.name',
  doc: 'connect.doc',
  version: 'connect.version',
  default: 'connect.default',
  parameters: 'connect.parameters',
  type: 'connect.type',
  internalType: 'connect.internal.type',
  logicalType: 'logicalType',
  scale: 'scale',
  precision: 'precision',
} as const

export const parameter = {
  recordDoc: `${namespace}.record.doc`,
  recordDocOnly: 'connect.record.doc',
  enumDoc: `${namespace}.enum.doc.`,
  enumDocOnly: 'connect.enum.doc',
  enumDefault: `${namespace}.enum.default.`,
  fieldDoc: `${namespace}.field.doc.`,
  /** Says that a default comes from the field of a record. */
  fieldDefault: `${namespace}.field.default`,
  fixedSize: 'connect.fixed.size',
  precision: 'connect.decimal.precision',
  enum: `${namespace}.Enum`,
  generalEnum: 'org.apache.kafka.connect.data.Enum',
  generalUnion: 'org.apache.kafka.connect.data.Union',
} as const

export const unionName = `${namespace}.Union`
export const generalUnionPrefix = 'connect_union_'
export const generalUnionField = 'connect_union_field_'

/** Properties and parameters of this prefix are carried over as they are. */
export const avroPrefix = 'avro'

export const defaultPrecision = 64
