import { DataError } from '../../api/index.ts'
import { noParams } from './declarations.ts'
import type {
  EnumDeclaration,
  FieldDeclaration,
  FieldLabel,
  FileDeclaration,
  MessageDeclaration,
} from './declarations.ts'
import { delimited, fileFeatures } from './features.ts'
import type { Features } from './features.ts'
import { ProtoInput, wireType } from './proto-input.ts'

/**
 * Reads a file that is registered as its descriptor: a `FileDescriptorProto` in Base64, as serializers that have no `.proto` file
 * send it. Numbers are those of `google/protobuf/descriptor.proto`.
 */

const deepest = 50
const typeNames: readonly string[] = [
  ...['', 'double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'fixed32', 'bool', 'string'],
  ...['group', 'message', 'bytes', 'uint32', 'enum', 'sfixed32', 'sfixed64', 'sint32', 'sint64'],
]
const labels: readonly (FieldLabel | null)[] = [null, null, 'required', 'repeated']
const editions: Readonly<Record<number, string>> = {
  998: 'proto2',
  999: 'proto3',
  1000: '2023',
  1001: '2024',
}
const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** The file; null where the text is no Base64. A DataError where that holds no descriptor. */
export function readDescriptor(text: string): FileDeclaration | null {
  if (!base64.test(text.trim())) return null
  return fileOf(Raw.of(Buffer.from(text, 'base64')))
}

/** A message of which only the numbers of its fields are known. */
class Raw {
  readonly #fields = new Map<number, (number | Buffer)[]>()

  static of(bytes: Buffer): Raw {
    const raw = new Raw()
    const input = new ProtoInput()
    input.open(bytes, 0)
    while (input.at < input.end) {
      const tag = input.readTag()
      const type = tag & 7
      if (type === wireType.varint) raw.#add(tag >>> 3, input.readInt32())
      else if (type === wireType.bytes) raw.#add(tag >>> 3, input.readBytes())
      else input.skip(tag)
    }
    input.requireEnd()
    return raw
  }

  number(field: number): number | null {
    const value = this.#fields.get(field)?.at(-1)
    return typeof value === 'number' ? value : null
  }

  text(field: number): string | null {
    const value = this.#fields.get(field)?.at(-1)
    return typeof value === 'object' ? value.toString() : null
  }

  texts(field: number): string[] {
    return this.#buffers(field).map((value) => value.toString())
  }

  message(field: number): Raw | null {
    const value = this.#buffers(field).at(-1)
    return value === undefined ? null : Raw.of(value)
  }

  messages(field: number): Raw[] {
    return this.#buffers(field).map((value) => Raw.of(value))
  }

  #buffers(field: number): Buffer[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value === 'object')
  }

  #add(field: number, value: number | Buffer): void {
    const before = this.#fields.get(field)
    if (before === undefined) this.#fields.set(field, [value])
    else before.push(value)
  }
}

function fileOf(file: Raw): FileDeclaration {
  const edition = editions[file.number(14) ?? 0]
  const syntax = file.text(12) ?? 'proto2'
  const own = fileFeatures(syntax === 'editions' ? (edition ?? syntax) : syntax)
  const features = withOptions(own, file.message(8)?.message(50))
  return {
    packageName: file.text(2) ?? '',
    imports: file.texts(3),
    messages: file.messages(4).map((message) => messageOf(message, features, 0)),
    enums: file.messages(5).map((each) => enumOf(each, features)),
  }
}

/** As `FeatureSet` changes them. */
function withOptions(features: Features, set: Raw | null | undefined): Features {
  const presence = set?.number(1)
  const enumType = set?.number(2)
  const encoding = set?.number(3)
  if (set?.number(5) === 2) throw delimited()
  return {
    explicit: typeof presence === 'number' ? presence !== 2 : features.explicit,
    closed: typeof enumType === 'number' ? enumType === 2 : features.closed,
    packed: typeof encoding === 'number' ? encoding === 1 : features.packed,
  }
}

function messageOf(message: Raw, features: Features, depth: number): MessageDeclaration {
  if (depth > deepest) throw new DataError('Invalid Protobuf schema: messages nest too deeply.')
  const fields = message.messages(2)
  const oneofs = message.messages(8).map((oneof) => oneof.text(1) ?? '')
  // What `optional` of proto3 makes comes last, and counts as none.
  const synthetic = fields.filter((field) => field.number(17) === 1).map((field) => field.number(9))
  return {
    name: message.text(1) ?? '',
    fields: fields
      .filter((field) => typeNames[field.number(5) ?? 0] !== 'group')
      .map((field) => fieldOf(field, oneofs, features)),
    oneofs: oneofs.filter((_name, index) => !synthetic.includes(index)),
    messages: message.messages(3).map((each) => messageOf(each, features, depth + 1)),
    mapEntries: [],
    enums: message.messages(4).map((each) => enumOf(each, features)),
    isMapEntry: message.message(7)?.number(7) === 1,
  }
}

function fieldOf(field: Raw, oneofs: readonly string[], features: Features): FieldDeclaration {
  const options = field.message(8)
  const { explicit, packed } = withOptions(features, options?.message(21))
  const isProto3Optional = field.number(17) === 1
  const at = field.number(9)
  const type = typeNames[field.number(5) ?? 0] ?? ''
  const isNamed = type === 'message' || type === 'enum' || type === ''
  const packedHere = options?.number(2)
  const oneof = at === null || isProto3Optional ? null : (oneofs[at] ?? null)
  return {
    name: field.text(1) ?? '',
    number: field.number(3) ?? 0,
    label: labelOf(field, isProto3Optional, oneof, features),
    typeName: isNamed ? (field.text(6) ?? '') : type,
    oneof,
    explicit,
    packed: typeof packedHere === 'number' ? packedHere === 1 : packed,
    byDefault: field.text(7),
    params: metaOf(options),
  }
}

/** Every field that is neither required nor repeated is optional in a descriptor; in proto3 the keyword shows elsewhere. */
function labelOf(
  field: Raw,
  isProto3Optional: boolean,
  oneof: string | null,
  features: Features,
): FieldLabel | null {
  const label = labels[field.number(4) ?? 0] ?? null
  if (label !== null || oneof !== null) return label
  const isProto2 = features.explicit && !features.packed
  return isProto3Optional || isProto2 ? 'optional' : null
}

/** `params` of `(confluent.field_meta)`, the extension 1088. */
function metaOf(options: Raw | null): ReadonlyMap<string, string> {
  const entries = options?.message(1088)?.messages(2) ?? []
  if (entries.length === 0) return noParams
  return new Map(entries.map((entry) => [entry.text(1) ?? '', entry.text(2) ?? '']))
}

function enumOf(declaration: Raw, features: Features): EnumDeclaration {
  return {
    name: declaration.text(1) ?? '',
    values: declaration
      .messages(2)
      .map((value) => ({ name: value.text(1) ?? '', number: value.number(2) ?? 0 })),
    isClosed: withOptions(features, declaration.message(3)?.message(7)).closed,
  }
}
