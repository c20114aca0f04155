/** Values and their text, and from one type to another (`org.apache.kafka.connect.data.Values`). */
export * from './convert-to.ts'
export { convertToString } from './convert-to-string.ts'
export { inferSchema } from './infer-schema.ts'
export { parseString } from './parse-string.ts'
export { temporalText } from './temporal-text.ts'
