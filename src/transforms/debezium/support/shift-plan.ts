import { Struct, createLogger, isStruct } from '../../../api/index.ts'
import type { Field, Schema, ZoneRules } from '../../../api/index.ts'
import type { ValueChange } from '../../support/struct-rewrite.ts'
import { isUnsupported, shiftOf } from './time-shift.ts'
import type { FieldChoice, TimezoneChoice } from './timezone-lists.ts'

const logger = createLogger('io.debezium.transforms.TimezoneConverter')

/** A field that is shifted. */
interface ShiftedField {
  readonly index: number
  readonly fallback: unknown
  readonly shift: ValueChange
}

/** A member of the change event with fields that are shifted. */
interface ShiftedMember {
  readonly index: number
  readonly fields: readonly ShiftedField[]
}

/** What is shifted in change events of one schema. */
export class ShiftPlan {
  readonly #members: readonly ShiftedMember[]

  constructor(schema: Schema, choice: TimezoneChoice, rules: ZoneRules) {
    this.#members = (['before', 'after', 'source'] as const).flatMap((name) => {
      const field = schema.field(name)
      const fields = choice[name]
      if (field?.schema.type !== 'STRUCT' || fields === null) return []
      return { index: field.index, fields: shiftedFields(field, fields, rules) }
    })
  }

  /** A copy; the event itself where there is nothing to shift. */
  apply(envelope: Struct): Struct {
    let values: unknown[] | null = null
    for (const { index, fields } of this.#members) {
      const inner = envelope.values[index]
      if (fields.length === 0 || !isStruct(inner)) continue
      values ??= envelope.values.slice()
      values[index] = shifted(inner, fields)
    }
    return values === null ? envelope : new Struct(envelope.schema, values)
  }
}

function shifted(struct: Struct, fields: readonly ShiftedField[]): Struct {
  const values = struct.values.slice()
  for (const { index, fallback, shift } of fields) {
    const value = values[index] ?? fallback
    if (value !== null) values[index] = shift.apply(value)
  }
  return new Struct(struct.schema, values)
}

function shiftedFields(
  parent: Field,
  choice: FieldChoice,
  rules: ZoneRules,
): readonly ShiftedField[] {
  return (parent.schema.fields ?? [])
    .filter((field) => isChosen(field, choice))
    .flatMap((field) => {
      if (isUnsupported(field)) {
        const type = field.schema.name ?? ''
        logger.warn(
          `Skipping conversion for unsupported logical type: ${type} for field: ${field.name}`,
        )
        return []
      }
      const shift = shiftOf(field, rules, parent.name === 'source')
      return shift === null
        ? []
        : { index: field.index, fallback: field.schema.defaultValue, shift }
    })
}

function isChosen({ name }: Field, { kind, names }: FieldChoice): boolean {
  return kind === 'all' || names.has(name) === (kind === 'named')
}
