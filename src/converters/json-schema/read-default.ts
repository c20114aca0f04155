import { Decimal, isDecimal } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { JsonCursor } from '../json/json-cursor.ts'
import { jsonText } from '../json/json-node.ts'
import { compileReader } from './decoder.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'

/** A default of a JSON Schema as a value of `schema`. A DataError where it does not fit. */
export function readDefault(
  schema: Schema,
  json: unknown,
  options: JsonSchemaDataOptions,
): unknown {
  const bytes = Buffer.from(jsonText(json))
  const cursor = new JsonCursor()
  cursor.open(bytes, 0, bytes.length)
  const value = compileReader(schema, options).read(cursor)
  return isDecimal(value) ? withScaleOf(schema, value) : value
}

/** The zeros at the end of a number are left out of a default. */
function withScaleOf({ parameters }: Schema, value: Decimal): Decimal {
  const scale = Number(parameters?.get(Decimal.SCALE_FIELD) ?? value.scale)
  const missing = scale - value.scale
  // Beyond any scale that is meant, nothing is missing.
  if (!(missing > 0 && missing <= 1000)) return value
  return new Decimal(value.unscaled * 10n ** BigInt(missing), scale)
}
