import { Decimal } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import type { AvroSchema, AvroUnion } from './avro-schema.ts'
import { avroName, intParameter, isAvroMap, isFixedBytes } from './connect-schemas.ts'
import { defaultName, parameter, prop } from './connect-names.ts'
import { isMapEntry } from './to-connect-schema.ts'
import { takesScalar } from './write-scalar.ts'

/**
 * The branch of a union that takes values of a Connect schema: the one that fits best, and of several the first; -1 where none
 * does. Those in `taken` are left out.
 */
export function pickBranch(
  schema: Schema,
  union: AvroUnion,
  options: AvroDataOptions,
  taken: ReadonlySet<number> = new Set(),
): number {
  let best = -1
  let bestFit = 0
  for (const [index, branch] of union.branches.entries()) {
    const fit = taken.has(index) ? 0 : fitOf(schema, branch, options)
    if (fit > bestFit) {
      best = index
      bestFit = fit
    }
  }
  return best
}

/** 0 for not at all; more for a better fit. */
function fitOf(schema: Schema, branch: AvroSchema, options: AvroDataOptions): number {
  const entries = branch.type === 'array' && isMapEntry(branch.items)
  switch (schema.type) {
    case 'STRUCT':
      return branch.type === 'record' ? fitOfName(schema, branch.name, options) : 0
    case 'ARRAY':
      return branch.type === 'array' && !entries ? 3 : 0
    case 'MAP':
      if (branch.type === 'map') return isAvroMap(schema, options) ? 3 : 0
      return entries ? 2 : 0
    case 'STRING':
      if (branch.type !== 'enum') return fitOfScalar(schema, branch)
      if (enumName(schema) === branch.name) return 4
      return 1
    case 'BYTES':
      if (branch.type !== 'fixed') return fitOfScalar(schema, branch)
      if (!isFixedBytes(schema)) return 0
      if (intParameter(schema, parameter.fixedSize) !== branch.size) return 0
      return fitOfName(schema, branch.name, options)
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'FLOAT32':
    case 'FLOAT64':
    case 'BOOLEAN':
      return fitOfScalar(schema, branch)
  }
}

function fitOfName(schema: Schema, name: string, options: AvroDataOptions): number {
  if (schema.name === null) return name.startsWith(defaultName) ? 3 : 1
  return avroName(schema.name, options) === name ? 4 : 1
}

function enumName(schema: Schema): string | undefined {
  const parameters = schema.parameters
  return parameters?.get(parameter.generalEnum) ?? parameters?.get(parameter.enum)
}

/** The very type comes before a wider one, and of bytes the decimal for a decimal. */
function fitOfScalar(schema: Schema, branch: AvroSchema): number {
  const exactly = takesScalar(schema, branch)
  if (exactly === 'wider') return 1
  if (exactly === 'no') return 0
  const isDecimal = schema.name === Decimal.LOGICAL_NAME
  return isDecimal === (branch.props.get(prop.logicalType) === 'decimal') ? 3 : 2
}
