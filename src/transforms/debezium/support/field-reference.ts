import { DataError, isStruct } from '../../../api/index.ts'
import type { Field, Schema, Struct } from '../../../api/index.ts'
import { IllegalArgumentError } from '../../support/java-errors.ts'
import { javaTrimmed } from '../../support/java-number.ts'
import { javaSplit } from '../../support/java-split.ts'
import { copyBasics } from '../../support/schemas.ts'
import { member } from './envelope.ts'

/** A part of the change event that is added to the row or to the headers, as `add.fields` and `add.headers` name it. */
export interface FieldReference {
  /** The member that holds it; null where it is one itself. */
  readonly parent: string | null
  readonly field: string
  /** What it is called where it is added. */
  readonly newName: string
}

/** Parts that need not be named with their parent. */
const parentOf: Readonly<Record<string, string | null>> = {
  id: member.transaction,
  data_collection_order: member.transaction,
  total_order: member.transaction,
  op: null,
  ts_ms: null,
  ts_us: null,
  ts_ns: null,
  // Of MongoDB's events.
  updateDescription: 'updateDescription',
}

/** Reads `op,source.ts_ms,table:name`. */
export function fieldReferences(prefix: string, text: string): readonly FieldReference[] {
  if (text === '') return []
  return javaSplit(text, ',').map((part) => fieldReference(prefix, javaTrimmed(part)))
}

function fieldReference(prefix: string, text: string): FieldReference {
  const [name, alias, ...more] = text === '' ? [''] : javaSplit(text, ':')
  const [first, second] = name === undefined || name === '' ? [name] : javaSplit(name, '.')
  if (first === undefined || more.length > 0) {
    throw new IllegalArgumentError(`Unexpected field name: ${text}`)
  }
  const isQualified = second !== undefined
  const field = second ?? first
  const parent = isQualified ? first : ownParent(field)
  const ownName = isQualified ? `${first}_${field}` : field
  return { parent, field, newName: prefix + (alias ?? ownName) }
}

function ownParent(field: string): string | null {
  return Object.hasOwn(parentOf, field) ? (parentOf[field] ?? null) : member.source
}

/** A reference found in the change events of one schema. */
export class FoundReference {
  readonly newName: string
  /** Always optional. */
  readonly schema: Schema
  readonly #parent: Field | null
  readonly #field: Field
  readonly #isWithin: boolean

  constructor(
    newName: string,
    places: { readonly parent: Field | null; readonly field: Field; readonly isWithin: boolean },
  ) {
    this.newName = newName
    this.#parent = places.parent
    this.#field = places.field
    this.#isWithin = places.isWithin
    this.schema = copyBasics(places.field.schema).optional().build()
  }

  /** Null where the parent is. */
  read(envelope: Struct): unknown {
    const { index } = this.#field
    if (this.#parent === null) return envelope.values[index] ?? null
    const parent = envelope.values[this.#parent.index]
    if (!isStruct(parent)) return null
    return (this.#isWithin ? parent : envelope).values[index] ?? null
  }
}

/** Those of the references that events of this schema have. A DataError where the parent of one is not there. */
export function foundReferences(
  schema: Schema,
  references: readonly FieldReference[],
): readonly FoundReference[] {
  return references.flatMap((reference) => foundReference(schema, reference) ?? [])
}

function foundReference(schema: Schema, reference: FieldReference): FoundReference | null {
  const { parent: parentName, field: name, newName } = reference
  const parent = parentName === null ? null : parentField(schema, parentName, name)
  const within = parent?.schema.field(name)
  // What another transformation has put beside the parent may be meant, too.
  const field = within ?? schema.field(name)
  if (field === undefined) return null
  return new FoundReference(newName, { parent, field, isWithin: within !== undefined })
}

function parentField(schema: Schema, parent: string, name: string): Field {
  const field = schema.field(parent)
  if (field !== undefined) return field
  throw new DataError(
    `The change event has no field "${parent}", in which "${name}" is looked for. Name a part that it has in "add.fields" or "add.headers".`,
  )
}
