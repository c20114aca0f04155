/** `sluice/codecs`: the compression that Kafka's batches have, for connectors that write files. Snappy is raw, LZ4 in frames. */
export { codecByName, loadCodec } from './compression.ts'
export type { CodecName, CompressionCodec } from './compression.ts'
