import { isStruct } from '../../../api/index.ts'
import type { Field, Schema, Struct } from '../../../api/index.ts'
import { member } from './envelope.ts'
import { DebeziumError } from './errors.ts'

/** Stands for the row after an event, and for the one before where it is a delete. */
const changed = 'change'

/** Where a configured field lies in the change events of one schema. */
export class MemberPath {
  readonly #ofDelete: MemberReader | null
  readonly #ofOther: MemberReader | null

  constructor(schema: Schema, steps: readonly string[]) {
    this.#ofDelete = memberReader(schema, resolved(schema, steps, member.before))
    this.#ofOther = memberReader(schema, resolved(schema, steps, member.after))
  }

  /** Null where such events have no such field. */
  readerFor(isDelete: boolean): MemberReader | null {
    return isDelete ? this.#ofDelete : this.#ofOther
  }
}

/** Reads one member. */
class MemberReader {
  readonly #fields: readonly Field[]
  /** Null where the last of the structs has no such field. */
  readonly last: Field | null

  constructor(fields: readonly Field[], last: Field | null) {
    this.#fields = fields
    this.last = last
  }

  /** The member or its default, else null. A DebeziumError where a struct on the way is null, as in Java. */
  read(envelope: Struct): unknown {
    let struct = envelope
    for (const { index, name } of this.#fields) {
      const next = struct.values[index]
      if (!isStruct(next)) {
        throw new DebeziumError(
          `Unprocessable message: "${name}" is null, and a field of it is named in "partition.payload.fields". ` +
            'Begin with "change" for the row that an event has.',
        )
      }
      struct = next
    }
    if (this.last === null) return null
    return struct.values[this.last.index] ?? this.last.schema.defaultValue
  }
}

/** Every step called `change` but the last is the row; null where there is no `op` to tell which. */
function resolved(schema: Schema, steps: readonly string[], row: string): readonly string[] | null {
  const last = steps.length - 1
  const isChange = (step: string, i: number): boolean => step === changed && i < last
  if (!steps.some(isChange)) return steps
  if (schema.field(member.operation)?.schema.type !== 'STRING') return null
  return steps.map((step, i) => (isChange(step, i) ? row : step))
}

function memberReader(schema: Schema, steps: readonly string[] | null): MemberReader | null {
  const name = steps?.at(-1)
  if (steps === null || name === undefined) return null
  const fields: Field[] = []
  let current = schema
  for (const step of steps.slice(0, -1)) {
    const field = current.field(step)
    if (field?.schema.type !== 'STRUCT') return null
    fields.push(field)
    current = field.schema
  }
  return new MemberReader(fields, current.field(name) ?? null)
}
