import { DataError } from '../../../api/index.ts'
import type { Field, Headers, Schema, Struct } from '../../../api/index.ts'
import { IllegalArgumentError } from '../../support/java-errors.ts'
import { PerSchema } from '../../support/per-schema.ts'
import { member } from './envelope.ts'
import { foundReferences } from './field-reference.ts'
import type { FieldReference, FoundReference } from './field-reference.ts'
import { RowPlan } from './row-plan.ts'

interface EnvelopeOptions {
  readonly addedFields: readonly FieldReference[]
  readonly addedHeaders: readonly FieldReference[]
  /** Whether rows say if they were deleted. */
  readonly isMarking: boolean
  readonly replaceNull: boolean
}

/** What is done to change events of one schema. */
export class EnvelopePlan {
  readonly after: Field
  readonly #before: Field | null
  readonly #headers: readonly FoundReference[]
  /** Rows with all that comes to them. */
  readonly whole: PerSchema<RowPlan>
  /** Rows with the mark alone, and those that have it already with what is added. */
  readonly marked: PerSchema<RowPlan>
  readonly extended: PerSchema<RowPlan>

  constructor(schema: Schema, options: EnvelopeOptions) {
    const { isMarking, addedFields } = options
    this.#headers = foundReferences(schema, options.addedHeaders)
    this.after = requireField(schema, member.after)
    this.#before = schema.field(member.before) ?? null
    const replaceNull = isMarking && options.replaceNull
    let found: readonly FoundReference[] | null = null
    const fields = (): readonly FoundReference[] => (found ??= fieldsFound(schema, addedFields))
    this.whole = new PerSchema((row) => {
      return new RowPlan(row, { isMarked: isMarking, replaceNull, added: fields() })
    })
    this.marked = new PerSchema((row) => {
      return new RowPlan(row, { isMarked: isMarking, replaceNull, added: [] })
    })
    this.extended = new PerSchema((row) => {
      return new RowPlan(row, { isMarked: false, replaceNull: false, added: fields() })
    })
  }

  /** The row after the event, null where there is none. */
  rowAfter(envelope: Struct): unknown {
    return envelope.values[this.after.index] ?? this.after.schema.defaultValue
  }

  rowBefore(envelope: Struct): unknown {
    const before = this.#before
    if (before === null) throw new IllegalArgumentError(`Unknown field: ${member.before}`)
    return envelope.values[before.index] ?? before.schema.defaultValue
  }

  addHeaders(headers: Headers, envelope: Struct): void {
    for (const reference of this.#headers) {
      headers.add(reference.newName, reference.read(envelope), reference.schema)
    }
  }
}

/** A row gets nothing of an event that does not say what was done. */
function fieldsFound(
  schema: Schema,
  references: readonly FieldReference[],
): readonly FoundReference[] {
  const field = schema.field(member.operation)
  if (field === undefined) throw new DataError(`${member.operation} is not a valid field name`)
  if (field.schema.type !== 'STRING') {
    throw new DataError(`Field '${member.operation}' is not of type STRING`)
  }
  return foundReferences(schema, references)
}

function requireField(schema: Schema, name: string): Field {
  const field = schema.field(name)
  if (field === undefined) throw new IllegalArgumentError(`Unknown field: ${name}`)
  return field
}
