import { DataError } from '../../api/index.ts'
import { isScalarType } from './declarations.ts'
import type {
  EnumDeclaration,
  FieldDeclaration,
  FileDeclaration,
  MessageDeclaration,
} from './declarations.ts'
import { knownFile } from './known-files.ts'
import type {
  ProtoEnum,
  ProtoField,
  ProtoMessage,
  ProtoOneof,
  ProtobufSchema,
} from './proto-schema.ts'

/** What a file is linked with. */
export interface LinkParts {
  readonly file: FileDeclaration
  readonly text: string
  /** Files by the paths that imports name. */
  readonly imported: ReadonlyMap<string, FileDeclaration>
}

type OpenMessage = ProtoMessage & {
  readonly fields: ProtoField[]
  readonly oneofs: ProtoOneof[]
  readonly messages: ProtoMessage[]
}

/**
 * Looks up what a file names, in it, in what it imports and in the files that everybody knows. A DataError for a type that is not
 * there. Of an import that is not there, only its types are missed: it may be there for options alone.
 */
export function linkFile({ file, text, imported }: LinkParts): ProtobufSchema {
  const linker = new Linker()
  const messages = linker.declare(file)
  for (const each of allImports(file, imported)) linker.declare(each)
  linker.resolve()
  const { packageName } = file
  return { text, packageName, messages, root: messages[0] ?? null }
}

/** What a file imports, and what these import. */
function allImports(
  file: FileDeclaration,
  imported: ReadonlyMap<string, FileDeclaration>,
): Iterable<FileDeclaration> {
  const found = new Map<string, FileDeclaration>()
  const open = [...file.imports]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    const next = imported.get(path) ?? knownFile(path)
    if (next === null) continue
    found.set(path, next)
    open.push(...next.imports)
  }
  return found.values()
}

class Linker {
  readonly #types = new Map<string, ProtoMessage | ProtoEnum>()
  /** Fields whose types are to be looked up once all are declared. */
  readonly #open: (() => void)[] = []

  /** The messages of a file, in their order. */
  declare({ packageName, messages, enums }: FileDeclaration): ProtoMessage[] {
    for (const each of enums) this.#enum(each, packageName)
    return messages.map((each) => this.#message(each, packageName))
  }

  resolve(): void {
    for (const resolve of this.#open) resolve()
  }

  #message(declaration: MessageDeclaration, scope: string): ProtoMessage {
    const { name, isMapEntry } = declaration
    const fullName = within(scope, name)
    const lists = { fields: [], oneofs: [], messages: [] }
    const message: OpenMessage = { kind: 'message', name, fullName, isMapEntry, ...lists }
    this.#add(message)
    for (const each of declaration.enums) this.#enum(each, fullName)
    for (const each of declaration.messages) message.messages.push(this.#message(each, fullName))
    for (const each of declaration.mapEntries) this.#message(each, fullName)
    this.#open.push(() => this.#fields(declaration, message))
    return message
  }

  #enum({ name, values, isClosed }: EnumDeclaration, scope: string): void {
    this.#add({ kind: 'enum', name, fullName: within(scope, name), values, isClosed })
  }

  #add(type: ProtoMessage | ProtoEnum): void {
    if (!this.#types.has(type.fullName)) this.#types.set(type.fullName, type)
  }

  #fields(declaration: MessageDeclaration, message: OpenMessage): void {
    const members = new Map<string, ProtoField[]>()
    for (const name of declaration.oneofs) {
      if (members.has(name)) continue
      const fields: ProtoField[] = []
      members.set(name, fields)
      const fullName = within(message.fullName, name)
      message.oneofs.push({ name, fullName, index: message.oneofs.length, fields })
    }
    for (const each of declaration.fields) {
      const oneof = message.oneofs.find(({ name }) => name === each.oneof) ?? null
      const field = this.#field(each, message, oneof)
      message.fields.push(field)
      if (oneof !== null) members.get(oneof.name)?.push(field)
    }
  }

  #field(
    declaration: FieldDeclaration,
    message: ProtoMessage,
    oneof: ProtoOneof | null,
  ): ProtoField {
    const { name, number, label, typeName, explicit, packed, byDefault, params } = declaration
    const type = isScalarType(typeName) ? typeName : this.#find(typeName, message, name)
    const isMessage = typeof type !== 'string' && type.kind === 'message'
    const single = label !== 'repeated'
    const hasPresence = single && (isMessage || oneof !== null || label !== null || explicit)
    return { name, number, label, type, oneof, hasPresence, explicit, packed, byDefault, params }
  }

  /** By C++'s rules: in the message, then in what is around it. */
  #find(name: string, message: ProtoMessage, field: string): ProtoMessage | ProtoEnum {
    if (name.startsWith('.')) {
      const found = this.#types.get(name.slice(1))
      if (found !== undefined) return found
    }
    for (let scope = message.fullName; !name.startsWith('.'); scope = outer(scope)) {
      const found = this.#types.get(within(scope, name))
      if (found !== undefined) return found
      if (scope === '') break
    }
    throw new DataError(
      `Invalid Protobuf schema: "${message.fullName}.${field}": "${name}" is not defined, neither in the file nor in what it imports.`,
    )
  }
}

function within(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`
}

function outer(scope: string): string {
  const at = scope.lastIndexOf('.')
  return at < 0 ? '' : scope.slice(0, at)
}
