/** `sluice/storage`: what connectors to object stores and file systems share. Directories, names and rotation of files. */
export { partitionerClasses, partitionerKeys } from './config/partitioner-keys.ts'
export { storageCommonKeys, storageSinkKeys } from './config/storage-keys.ts'
export { directoryName, fileName, objectName } from './object-name.ts'
export type { FileName, NameStyle } from './object-name.ts'
export {
  createPartitioner,
  partitionerConfig,
  simpleName,
} from './partitioners/create-partitioner.ts'
export type { PartitionerConfig } from './partitioners/create-partitioner.ts'
export { JodaPattern } from './partitioners/joda-pattern.ts'
export { JodaZone } from './partitioners/joda-zone.ts'
export { PartitionError } from './partitioners/partitioner.ts'
export type { Partitioner } from './partitioners/partitioner.ts'
export { createTimestampExtractor } from './partitioners/timestamp-extractor.ts'
export type { TimestampExtractor } from './partitioners/timestamp-extractor.ts'
export { Rotation } from './rotation/rotation.ts'
export type { Candidate, RotationReason, RotationRules } from './rotation/rotation.ts'
export { nextRotation } from './rotation/rotation-schedule.ts'
export { projectTo, schemaChange, schemaCompatibilityOf } from './rotation/schema-compatibility.ts'
export type { SchemaChange, SchemaCompatibility } from './rotation/schema-compatibility.ts'
