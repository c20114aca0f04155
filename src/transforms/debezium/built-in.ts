/** Debezium's transformations, known without importing them. */

/** The release whose names, keys and defaults these have. */
export const debeziumVersion = '3.5.0.Final'

const packageName = 'io.debezium.transforms'

export const debeziumTransforms: readonly string[] = [
  'ByLogicalTableRouter',
  'ExtractChangedRecordState',
  'ExtractNewRecordState',
  'HeaderToValue',
  'SchemaChangeEventFilter',
  'TimezoneConverter',
  'outbox.EventRouter',
  'partitions.PartitionRouting',
].map((name) => `${packageName}.${name}`)
