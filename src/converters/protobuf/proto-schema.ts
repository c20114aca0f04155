import type { EnumValue, FieldLabel, ScalarType } from './declarations.ts'

/** A Protobuf schema with all that it refers to. */
export interface ProtobufSchema {
  /** As a registry has it: a `.proto` file, or the descriptor of one in Base64. */
  readonly text: string
  readonly packageName: string
  /** Of the file itself, in the order in which a message index counts them. */
  readonly messages: readonly ProtoMessage[]
  /** The message that stands for the whole; null for a file without one. */
  readonly root: ProtoMessage | null
}

export interface ProtoMessage {
  readonly kind: 'message'
  readonly name: string
  /** With package and the messages around it. */
  readonly fullName: string
  readonly fields: readonly ProtoField[]
  readonly oneofs: readonly ProtoOneof[]
  readonly messages: readonly ProtoMessage[]
  readonly isMapEntry: boolean
}

export interface ProtoOneof {
  readonly name: string
  readonly fullName: string
  readonly index: number
  readonly fields: readonly ProtoField[]
}

export interface ProtoField {
  readonly name: string
  readonly number: number
  readonly label: FieldLabel | null
  readonly type: ScalarType | ProtoMessage | ProtoEnum
  readonly oneof: ProtoOneof | null
  /** Whether what is set to its default differs from what is not set. */
  readonly hasPresence: boolean
  /** Whether that is so by the syntax of the file, as in proto2. */
  readonly explicit: boolean
  readonly packed: boolean
  /** Of proto2, as it stands in the file. */
  readonly byDefault: string | null
  /** The parameters of `(confluent.field_meta)`. */
  readonly params: ReadonlyMap<string, string>
}

export interface ProtoEnum {
  readonly kind: 'enum'
  readonly name: string
  readonly fullName: string
  readonly values: readonly EnumValue[]
  readonly isClosed: boolean
}

/** Whether the keyword `optional` stands before the field. */
export function isOptional({ label, oneof }: ProtoField): boolean {
  return label === 'optional' && oneof === null
}

/** The message of a field; null for any other. */
export function messageOf({ type }: ProtoField): ProtoMessage | null {
  return typeof type !== 'string' && type.kind === 'message' ? type : null
}

export function enumOf({ type }: ProtoField): ProtoEnum | null {
  return typeof type !== 'string' && type.kind === 'enum' ? type : null
}
