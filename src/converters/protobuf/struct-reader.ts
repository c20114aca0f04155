import { Struct, isStruct } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { wireType } from './proto-input.ts'
import type { ProtoInput } from './proto-input.ts'
import type { MessageValueReader } from './read-logical.ts'
import type { ScalarReader } from './read-scalar.ts'

/** Reads what stands behind a tag into the members of a struct. */
export type SlotReader = (input: ProtoInput, tag: number, values: unknown[]) => void

/** Where the members of a struct are read from. */
export interface Slots {
  readonly byNumber: Map<number, SlotReader>
  /** What members have that are not set. */
  readonly template: unknown[]
  /** Members that are lists and maps, which every struct has of its own. */
  readonly lists: number[]
  readonly maps: number[]
  /** Messages that are structs of defaults where they are not set. */
  readonly structs: (readonly [number, MessageValueReader])[]
}

/** Numbers below it are looked up in an array. */
const nearNumbers = 4096

/** Hot: reads messages as structs. */
export class StructReader {
  readonly #schema: Schema
  readonly #slots: Slots
  readonly #near: readonly (SlotReader | undefined)[]

  constructor(schema: Schema, slots: Slots) {
    this.#schema = schema
    this.#slots = slots
    const near: (SlotReader | undefined)[] = []
    const numbers = [...slots.byNumber.keys()].filter((number) => number < nearNumbers)
    for (let number = 0; number <= Math.max(0, ...numbers); number++) {
      near.push(slots.byNumber.get(number))
    }
    this.#near = near
  }

  /** A message behind its length. */
  read(input: ProtoInput): Struct {
    const outer = input.enter()
    const struct = this.readRest(input)
    input.leave(outer)
    return struct
  }

  readRest(input: ProtoInput): Struct {
    const values = this.#fresh(input)
    this.#fill(input, values)
    return this.#finish(input, values)
  }

  /** A message behind its length that was begun before. */
  merge(input: ProtoInput, struct: Struct): void {
    const outer = input.enter()
    this.#fill(input, struct.values as unknown[])
    input.leave(outer)
  }

  empty(input: ProtoInput): Struct {
    return this.#finish(input, this.#fresh(input))
  }

  #fresh(input: ProtoInput): unknown[] {
    const { template, lists, maps } = this.#slots
    input.countMembers(template.length + 1)
    const values = template.slice()
    for (const list of lists) values[list] = []
    for (const map of maps) values[map] = new Map()
    return values
  }

  #fill(input: ProtoInput, values: unknown[]): void {
    const near = this.#near
    while (input.at < input.end) {
      const tag = input.readTag()
      const number = tag >>> 3
      const read = number < near.length ? near[number] : this.#slots.byNumber.get(number)
      if (read === undefined) input.skip(tag)
      else read(input, tag, values)
    }
    input.requireEnd()
  }

  #finish(input: ProtoInput, values: unknown[]): Struct {
    for (const [index, message] of this.#slots.structs) values[index] ??= message.empty(input)
    return new Struct(this.#schema, values)
  }
}

export function scalarSlot(index: number, { wireType: type, read }: ScalarReader): SlotReader {
  return (input, tag, values) => {
    if ((tag & 7) !== type) {
      input.skip(tag)
      return
    }
    const value = read(input)
    if (value !== undefined) values[index] = value
  }
}

/** Each behind a tag of its own, or all of them in one run. */
export function scalarListSlot(index: number, { wireType: type, read }: ScalarReader): SlotReader {
  return (input, tag, values) => {
    const list = values[index] as unknown[]
    if ((tag & 7) === type) {
      const value = read(input)
      if (value !== undefined) list.push(value)
    } else if ((tag & 7) === wireType.bytes) {
      const outer = input.enter()
      while (input.at < input.end) {
        const value = read(input)
        if (value !== undefined) list.push(value)
      }
      input.leave(outer)
    } else input.skip(tag)
  }
}

export function structSlot(index: number, reader: StructReader): SlotReader {
  return (input, tag, values) => {
    const before = values[index]
    if ((tag & 7) !== wireType.bytes) input.skip(tag)
    else if (isStruct(before)) reader.merge(input, before)
    else values[index] = reader.read(input)
  }
}
