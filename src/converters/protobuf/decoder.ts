import { DataError, Struct, isStruct } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { ProtobufDataOptions } from './protobuf-data-config.ts'
import { wireType } from './proto-input.ts'
import type { ProtoInput } from './proto-input.ts'
import { isOptional, messageOf } from './proto-schema.ts'
import type { ProtoField, ProtoMessage } from './proto-schema.ts'
import { logicalReader } from './read-logical.ts'
import type { MessageValueReader } from './read-logical.ts'
import { scalarReader } from './read-scalar.ts'
import { StructReader, scalarListSlot, scalarSlot, structSlot } from './struct-reader.ts'
import type { SlotReader, Slots } from './struct-reader.ts'
import { isMapField, unionFieldName } from './to-connect-schema.ts'
import { wrappedType } from './wrappers.ts'

/** Compiles how messages are read as values of the Connect schema that was made of them. */
export class MessageCompiler {
  readonly #options: ProtobufDataOptions
  readonly #readers = new Map<ProtoMessage, Map<Schema, StructReader>>()

  constructor(options: ProtobufDataOptions) {
    this.#options = options
  }

  /** Reads the rest of the input as one message. */
  compile(message: ProtoMessage, schema: Schema): (input: ProtoInput) => unknown {
    if (schema.type !== 'STRUCT') return this.#wrapped(message, schema, false).read
    const reader = this.#struct(message, schema)
    return (input) => reader.readRest(input)
  }

  #struct(message: ProtoMessage, schema: Schema): StructReader {
    let ofMessage = this.#readers.get(message)
    if (ofMessage === undefined) {
      ofMessage = new Map()
      this.#readers.set(message, ofMessage)
    }
    let reader = ofMessage.get(schema)
    if (reader === undefined) {
      reader = new StructReader(schema, this.#slots(message, schema))
      ofMessage.set(schema, reader)
    }
    return reader
  }

  #slots(message: ProtoMessage, schema: Schema): Slots {
    const template = new Array<unknown>(schema.fields?.length ?? 0).fill(null)
    const slots: Slots = { byNumber: new Map(), template, lists: [], maps: [], structs: [] }
    for (const field of message.fields) {
      if (field.oneof === null) this.#addField(slots, field, schema)
      else this.#addMember(slots, field, schema)
    }
    return slots
  }

  #addField(slots: Slots, field: ProtoField, schema: Schema): void {
    const index = indexOf(schema, field.name)
    const own = schemaAt(schema, index)
    if (isMapField(field)) {
      slots.maps.push(index)
      slots.byNumber.set(field.number, this.#mapSlot(index, field, own))
    } else if (field.label === 'repeated') {
      slots.lists.push(index)
      slots.byNumber.set(field.number, this.#listSlot(index, field, childOf(own)))
    } else {
      slots.byNumber.set(field.number, this.#singleSlot(index, field, own))
      this.#addDefault(slots, index, field, own)
    }
  }

  #addDefault(slots: Slots, index: number, field: ProtoField, schema: Schema): void {
    const message = messageOf(field)
    if (message !== null) {
      if (this.#options.structForNulls) {
        slots.structs.push([index, this.#message(message, schema)])
      }
      return
    }
    // An optional field of proto2 counts as optional where the option says so, one of proto3 always.
    const isNull = isOptional(field) && (!field.explicit || this.#options.optionalForProto2)
    if (!isNull) slots.template[index] = scalarReader(field, schema).byDefault ?? null
  }

  /** A member of a oneof: the one that comes last counts. */
  #addMember(slots: Slots, field: ProtoField, schema: Schema): void {
    const { oneof, number, name } = field
    if (oneof === null) return
    if (this.#options.flattenUnions) {
      const index = indexOf(schema, name)
      const others = oneof.fields
        .filter((other) => other !== field)
        .map((other) => indexOf(schema, other.name))
      const read = this.#singleSlot(index, field, schemaAt(schema, index))
      slots.byNumber.set(number, (input, tag, values) => {
        read(input, tag, values)
        if (values[index] !== null) for (const other of others) values[other] = null
      })
      return
    }
    const index = indexOf(schema, unionFieldName(oneof, this.#options))
    const union = schemaAt(schema, index)
    const at = indexOf(union, name)
    const size = union.fields?.length ?? 0
    const read = this.#singleSlot(at, field, schemaAt(union, at))
    slots.byNumber.set(number, (input, tag, values) => {
      const before = values[index]
      input.countMembers(size)
      const members = new Array<unknown>(size).fill(null)
      // A message that comes again is merged with what was read of it.
      if (isStruct(before)) members[at] = before.values[at]
      read(input, tag, members)
      if (members[at] !== null) values[index] = new Struct(union, members)
    })
  }

  #singleSlot(index: number, field: ProtoField, schema: Schema): SlotReader {
    const message = messageOf(field)
    if (message === null) return scalarSlot(index, scalarReader(field, schema))
    const special = this.#special(message, schema)
    if (special === null) return structSlot(index, this.#struct(message, schema))
    const { read } = special
    return (input, tag, values) => {
      if ((tag & 7) === wireType.bytes) values[index] = read(input)
      else input.skip(tag)
    }
  }

  #listSlot(index: number, field: ProtoField, schema: Schema): SlotReader {
    const message = messageOf(field)
    if (message === null) return scalarListSlot(index, scalarReader(field, schema))
    const { read } = this.#message(message, schema)
    return (input, tag, values) => {
      if ((tag & 7) === wireType.bytes) (values[index] as unknown[]).push(read(input))
      else input.skip(tag)
    }
  }

  #mapSlot(index: number, field: ProtoField, { keySchema, valueSchema }: Schema): SlotReader {
    const [key, value] = messageOf(field)?.fields ?? []
    if (key === undefined || value === undefined || keySchema === null || valueSchema === null) {
      throw mismatch()
    }
    const readKey = this.#singleSlot(0, key, keySchema)
    const readValue = this.#singleSlot(1, value, valueSchema)
    const emptyKey = this.#empty(key, keySchema)
    const emptyValue = this.#empty(value, valueSchema)
    const entry: unknown[] = []
    return (input, tag, values) => {
      if ((tag & 7) !== wireType.bytes) {
        input.skip(tag)
        return
      }
      entry[0] = null
      entry[1] = null
      const outer = input.enter()
      while (input.at < input.end) {
        const own = input.readTag()
        if (own >>> 3 === key.number) readKey(input, own, entry)
        else if (own >>> 3 === value.number) readValue(input, own, entry)
        else input.skip(own)
      }
      input.leave(outer)
      const map = values[index] as Map<unknown, unknown>
      map.set(entry[0] ?? emptyKey(input), entry[1] ?? emptyValue(input))
    }
  }

  /** What an entry has that was written without this part. */
  #empty(field: ProtoField, schema: Schema): (input: ProtoInput) => unknown {
    const message = messageOf(field)
    if (message !== null) return this.#message(message, schema).empty
    const { byDefault } = scalarReader(field, schema)
    return () => byDefault
  }

  #message(message: ProtoMessage, schema: Schema): MessageValueReader {
    const special = this.#special(message, schema)
    if (special !== null) return special
    const reader = this.#struct(message, schema)
    return { read: (input) => reader.read(input), empty: (input) => reader.empty(input) }
  }

  /** Of a message that is no struct in Connect. */
  #special(message: ProtoMessage, schema: Schema): MessageValueReader | null {
    if (schema.type === 'STRUCT') return null
    return logicalReader(message) ?? this.#wrapped(message, schema, true)
  }

  /** The primitive in a wrapper; `nested` where its length stands before it. */
  #wrapped(message: ProtoMessage, schema: Schema, nested: boolean): MessageValueReader {
    const [field] = message.fields
    if (field === undefined || wrappedType(message) === null) throw mismatch()
    const read = scalarSlot(0, scalarReader(field, schema))
    const { byDefault } = scalarReader(field, schema)
    const { number } = field
    const members: unknown[] = []
    return {
      empty: () => byDefault,
      read(input) {
        members[0] = byDefault
        const outer = nested ? input.enter() : input.end
        while (input.at < input.end) {
          const tag = input.readTag()
          if (tag >>> 3 === number) read(input, tag, members)
          else input.skip(tag)
        }
        input.leave(outer)
        return members[0]
      },
    }
  }
}

function indexOf(schema: Schema, name: string): number {
  const field = schema.field(name)
  if (field === undefined) throw mismatch()
  return field.index
}

function schemaAt({ fields }: Schema, index: number): Schema {
  const schema = fields?.[index]?.schema
  if (schema === undefined) throw mismatch()
  return schema
}

function childOf({ valueSchema }: Schema): Schema {
  if (valueSchema === null) throw mismatch()
  return valueSchema
}

function mismatch(): DataError {
  return new DataError('The Connect schema does not match the Protobuf schema.')
}
