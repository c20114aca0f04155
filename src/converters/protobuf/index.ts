/** Protobuf for converters: Connect's schemas and values to Protobuf's and back, without a schema registry. */
export { messageAt, messageIndexBytes, pathOf, readMessageIndexes } from './message-indexes.ts'
export { counterpartOf, incompatibilities } from './compatibility.ts'
export { ProtobufData, parseProtobufFile, parseProtobufSchema } from './protobuf-data.ts'
export type { ProtobufDecoder } from './protobuf-data.ts'
export { protobufDataKeys } from './protobuf-data-config.ts'
export type { ProtoMessage, ProtobufSchema } from './proto-schema.ts'
