/** `sluice/json`: Connect's values as JSON, as JsonConverter writes and reads them, for connectors that write files. */
export { JsonConverter } from './json-converter.ts'
export type { JsonEncoderOptions } from './json-encoder-types.ts'
export { quote } from './json-text.ts'
export { JsonWriter } from './json-writer.ts'
