/** `sluice/storage`: what connectors to object stores and file systems share. Directories, names, rotation and formats of files. */
export { refuseConflicts, withConflicts } from './config/conflicts.ts'
export type { Conflict } from './config/conflicts.ts'
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
export { ByteOutput } from './formats/byte-output.ts'
export { BytesFormat, TextFormat } from './formats/bytes-format.ts'
export { compressionExtensions, loadCompression } from './formats/compression.ts'
export type { Compressor, FileCompression } from './formats/compression.ts'
export type { FileEncoder, FileFormat } from './formats/file-format.ts'
export { JsonFormat } from './formats/json-format.ts'
export { loadAvroCodec } from './formats/avro/avro-codec.ts'
export type { AvroCodec } from './formats/avro/avro-codec.ts'
export { readAvroFile } from './formats/avro/avro-file-reader.ts'
export { AvroFormat } from './formats/avro/avro-format.ts'
export { loadParquetCodec } from './formats/parquet/parquet-codec.ts'
export type { ParquetCodec } from './formats/parquet/parquet-codec.ts'
export { ParquetFormat } from './formats/parquet/parquet-format.ts'
export { AvroReader } from './formats/readers/avro-reader.ts'
export type { CsvOptions } from './formats/readers/csv/csv-options.ts'
export { CsvReader } from './formats/readers/csv/csv-reader.ts'
export { compressionOf } from './formats/readers/decompress.ts'
export { UnreadableError } from './formats/readers/file-reader.ts'
export type { FileReader, ReadOptions, RecordBatch } from './formats/readers/file-reader.ts'
export { ParquetReader } from './formats/readers/parquet-reader.ts'
export { chunkBytes, rangedBytes } from './formats/readers/ranged-bytes.ts'
export type { RangedBytes } from './formats/readers/ranged-bytes.ts'
export {
  blocksReader,
  bytesReader,
  jsonDocumentsReader,
  jsonReader,
  textReader,
} from './formats/readers/text-readers.ts'
export { CommittedOffsets, partitionKey, sinkWorkerOf, wakeAt } from './sink/sink-worker.ts'
export type { Committing, SinkWorker } from './sink/sink-worker.ts'
export { giveBack } from './spool/own-bytes.ts'
export { PieceQueue } from './spool/piece-queue.ts'
export { SpillFile } from './spool/spill-file.ts'
