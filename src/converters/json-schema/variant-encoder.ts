import { DataError, isStruct, javaClassName } from '../../api/index.ts'
import type { JsonEncoder } from '../json/json-encoder-types.ts'
import { variantText } from './variant-reader.ts'

/** Writes structs that hold a variant as the JSON value that it is. */
export const variantEncoder: JsonEncoder = {
  maxBytes: (value) => Buffer.byteLength(textOf(value)),
  write: (target, at, value) => at + target.utf8Write(textOf(value), at, target.length - at),
}

function textOf(value: unknown): string {
  if (!isStruct(value)) {
    throw new DataError(
      `Invalid type for Variant, expected Struct but was class ${javaClassName(value)}`,
    )
  }
  return variantText(bytesOf(value.get('metadata')), bytesOf(value.get('value')))
}

function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  throw new DataError('Invalid variant: its metadata and its value have to be bytes.')
}
