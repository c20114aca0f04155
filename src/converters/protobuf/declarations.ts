/** A `.proto` file as it is written: what it names is not looked up yet. */
export interface FileDeclaration {
  /** Empty where there is none. */
  readonly packageName: string
  readonly imports: readonly string[]
  readonly messages: readonly MessageDeclaration[]
  readonly enums: readonly EnumDeclaration[]
}

export interface MessageDeclaration {
  readonly name: string
  readonly fields: readonly FieldDeclaration[]
  /** Names of the oneofs, in their order; not those that `optional` of proto3 makes. */
  readonly oneofs: readonly string[]
  /** Nested messages, in their order, by which a message index counts them. */
  readonly messages: readonly MessageDeclaration[]
  /** Entries of `map<…>` fields, which are no part of that order. */
  readonly mapEntries: readonly MessageDeclaration[]
  readonly enums: readonly EnumDeclaration[]
  /** `option map_entry = true`: how a descriptor shows the entries of a map. */
  readonly isMapEntry: boolean
}

export type FieldLabel = 'optional' | 'required' | 'repeated'

export interface FieldDeclaration {
  readonly name: string
  readonly number: number
  readonly label: FieldLabel | null
  /** A scalar type, or the name of a message or an enum. */
  readonly typeName: string
  /** Name of the oneof that the field belongs to. */
  readonly oneof: string | null
  /** Whether a scalar of this field that is not set differs from its default. */
  readonly explicit: boolean
  /** Whether repeated numbers lie in one run. */
  readonly packed: boolean
  /** Of proto2, as it stands in the file. */
  readonly byDefault: string | null
  /** The parameters of `(confluent.field_meta)`. */
  readonly params: ReadonlyMap<string, string>
}

export interface EnumDeclaration {
  readonly name: string
  /** Of aliases all. */
  readonly values: readonly EnumValue[]
  /** Whether a number without a name counts as unknown, as in proto2. */
  readonly isClosed: boolean
}

export interface EnumValue {
  readonly name: string
  readonly number: number
}

export const scalarTypes = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const
export type ScalarType = (typeof scalarTypes)[number]

const scalars: ReadonlySet<string> = new Set(scalarTypes)

export function isScalarType(name: string): name is ScalarType {
  return scalars.has(name)
}

/** A field as most are, with what differs. */
export function fieldDeclaration(
  field: Pick<FieldDeclaration, 'name' | 'number' | 'typeName'> & Partial<FieldDeclaration>,
): FieldDeclaration {
  return {
    ...{ label: null, oneof: null, explicit: false, packed: true, byDefault: null },
    params: noParams,
    ...field,
  }
}

export const noParams: ReadonlyMap<string, string> = new Map()
export const keyField = 'key'
export const valueField = 'value'
export const entrySuffix = 'Entry'
