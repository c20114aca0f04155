/** Debezium's transformations, known without importing them. */

/** The release whose names, keys and defaults these have. */
export const debeziumVersion = '3.5.0.Final'

const packageName = 'io.debezium.transforms'

export const debeziumTransforms: readonly string[] = [
  'ByLogicalTableRouter',
  'ExtractChangedRecordState',
  'SchemaChangeEventFilter',
].map((name) => `${packageName}.${name}`)
