import { DataError, isStruct } from 'sluice/api'
import type { SchemaType, SinkRecord, Struct } from 'sluice/api'
import { PartitionError } from './partitioner.ts'
import type { Partitioner } from './partitioner.ts'

const allowed: ReadonlySet<SchemaType> = new Set([
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'STRING',
  'BOOLEAN',
])

/** `f1=v1/f2=v2`: a directory for each value of the fields, in their order. A path (`user.city`) keeps its whole name. */
export class FieldPartitioner implements Partitioner {
  readonly byTime = false
  readonly deterministic = true
  readonly #fields: readonly { readonly name: string; readonly path: readonly string[] }[]
  readonly #delimiter: string

  constructor(names: readonly string[], delimiter: string) {
    this.#fields = names.map((name) => ({ name, path: name.split('.') }))
    this.#delimiter = delimiter
  }

  /** Hot. */
  encode(record: SinkRecord): string {
    const { value } = record
    if (!isStruct(value)) {
      throw new PartitionError('Error encoding partition.', {
        cause: new DataError(
          `The value of ${record.topic}-${record.kafkaPartition} at offset ${record.kafkaOffset} is no Struct: ` +
            'FieldPartitioner needs values with a schema. Use a converter that gives one.',
        ),
      })
    }
    let text = ''
    for (let index = 0; index < this.#fields.length; index++) {
      const field = this.#fields[index]
      if (field === undefined) continue
      if (index > 0) text += this.#delimiter
      text += `${field.name}=${textAt(value, field.name, field.path)}`
    }
    return text
  }

  timestampOf(): null {
    return null
  }
}

/** A null on the way makes the whole path null; a field that the schema lacks is a DataError. */
function textAt(struct: Struct, name: string, path: readonly string[]): string {
  let current: unknown = struct
  for (let depth = 0; depth < path.length; depth++) {
    if (!isStruct(current)) {
      if (current === null) return 'null'
      throw new DataError(
        `Unable to get field '${name}': ${path.slice(0, depth).join('.')} is no Struct.`,
      )
    }
    const field = current.schema.field(path[depth] ?? '')
    if (field === undefined) {
      throw new DataError(`The field '${name}' does not exist in ${current.schema.toString()}.`)
    }
    if (depth === path.length - 1 && !allowed.has(field.schema.type)) {
      throw new PartitionError('Error encoding partition.', {
        cause: new DataError(
          `Type ${field.schema.type} of the field '${name}' is not supported as a partition: expected an integer, a string or a boolean.`,
        ),
      })
    }
    current = current.get(field)
  }
  return String(current)
}
