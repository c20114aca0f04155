import { DataError, asError, isConnectError } from '../../api/index.ts'
import { fieldDeclaration, keyField, valueField } from './declarations.ts'
import type {
  EnumDeclaration,
  EnumValue,
  FieldDeclaration,
  FieldLabel,
  FileDeclaration,
  MessageDeclaration,
} from './declarations.ts'
import { fileFeatures, withFeatures } from './features.ts'
import type { Features } from './features.ts'
import { entryName } from './names.ts'
import { metaParams, optionText, parseOption, parseOptions } from './parse-options.ts'
import type { Options } from './parse-options.ts'
import { Tokens } from './tokens.ts'

/** No schema that is meant to be read by somebody is deeper. */
const deepest = 50
const highestNumber = 2 ** 29 - 1

/** Reads a `.proto` file. A DataError for what is none. */
export function parseProto(source: string): FileDeclaration {
  try {
    return new ProtoParser(source).file()
  } catch (cause) {
    if (isConnectError(cause)) throw cause
    throw new DataError(`Invalid Protobuf schema: ${asError(cause).message}`, { cause })
  }
}

/** What is being put together of a message. */
interface Body {
  readonly fields: FieldDeclaration[]
  readonly oneofs: string[]
  readonly messages: MessageDeclaration[]
  readonly mapEntries: MessageDeclaration[]
  readonly enums: EnumDeclaration[]
  readonly options: Options
}

class ProtoParser {
  readonly #tokens: Tokens
  #features: Features = fileFeatures('proto2')

  constructor(source: string) {
    this.#tokens = new Tokens(source)
  }

  file(): FileDeclaration {
    const tokens = this.#tokens
    const imports: string[] = []
    const messages: MessageDeclaration[] = []
    const enums: EnumDeclaration[] = []
    const options: Options = new Map()
    let packageName = ''
    while (tokens.peek().kind !== 'end') {
      if (tokens.skip(';')) continue
      switch (tokens.name()) {
        case 'syntax':
        case 'edition':
          this.#syntax()
          break
        case 'package':
          packageName = tokens.fullName()
          tokens.expect(';')
          break
        case 'import':
          imports.push(this.#import())
          break
        case 'option':
          this.#option(options)
          this.#features = withFeatures(this.#features, options)
          break
        case 'message':
          messages.push(this.#message(0))
          break
        case 'enum':
          enums.push(this.#enum())
          break
        case 'service':
        case 'extend':
          this.#skipBlock()
          break
        default:
          throw tokens.unexpected('a declaration')
      }
    }
    return { packageName, imports, messages, enums }
  }

  #syntax(): void {
    this.#tokens.expect('=')
    const syntax = this.#tokens.string()
    this.#tokens.expect(';')
    this.#features = fileFeatures(syntax)
  }

  #import(): string {
    const tokens = this.#tokens
    if (!tokens.skip('public') && !tokens.skip('weak')) tokens.skip('option')
    const file = tokens.string()
    tokens.expect(';')
    return file
  }

  #option(options: Options): void {
    parseOption(this.#tokens, options)
    this.#tokens.expect(';')
  }

  /** From its name on. */
  #message(depth: number): MessageDeclaration {
    if (depth > deepest) throw new DataError('Invalid Protobuf schema: messages nest too deeply.')
    const tokens = this.#tokens
    const name = tokens.name()
    const body: Body = {
      ...{ fields: [], oneofs: [], messages: [], mapEntries: [], enums: [] },
      options: new Map(),
    }
    tokens.expect('{')
    while (!tokens.skip('}')) this.#member(body, depth)
    const { options, ...members } = body
    return { name, ...members, isMapEntry: optionText(options, 'map_entry') === 'true' }
  }

  #member(body: Body, depth: number): void {
    const tokens = this.#tokens
    if (tokens.skip(';')) return
    if (tokens.isNext('.')) {
      this.#field(body, null, tokens.fullName())
      return
    }
    const first = tokens.name()
    switch (first) {
      case 'message':
        body.messages.push(this.#message(depth + 1))
        break
      case 'enum':
        body.enums.push(this.#enum())
        break
      case 'oneof':
        this.#oneof(body)
        break
      case 'option':
        this.#option(body.options)
        break
      case 'extend':
        this.#skipBlock()
        break
      case 'reserved':
      case 'extensions':
        this.#skipStatement()
        break
      case 'optional':
      case 'required':
      case 'repeated':
        this.#labelled(body, first)
        break
      case 'group':
        this.#group()
        break
      default:
        if (first === 'map' && tokens.skip('<')) this.#map(body)
        else this.#field(body, null, this.#restOfName(first))
    }
  }

  #restOfName(first: string): string {
    let name = first
    while (this.#tokens.skip('.')) name += `.${this.#tokens.name()}`
    return name
  }

  #labelled(body: Body, label: FieldLabel): void {
    const type = this.#tokens.fullName()
    if (type === 'group') this.#group()
    else this.#field(body, label, type)
  }

  #field(
    body: Body,
    label: FieldLabel | null,
    typeName: string,
    oneof: string | null = null,
  ): void {
    const tokens = this.#tokens
    const name = tokens.name()
    const number = this.#number()
    const options = parseOptions(tokens)
    tokens.expect(';')
    const { explicit, packed } = withFeatures(this.#features, options)
    const packedHere = optionText(options, 'packed')
    body.fields.push({
      ...{ name, number, label, typeName, oneof, explicit },
      packed: packedHere === null ? packed : packedHere === 'true',
      byDefault: optionText(options, 'default'),
      params: metaParams(options),
    })
  }

  #number(): number {
    this.#tokens.expect('=')
    const number = this.#tokens.integer()
    if (number >= 1 && number <= highestNumber) return number
    throw new DataError(
      `Invalid Protobuf schema: the field number ${number} is not between 1 and ${highestNumber}.`,
    )
  }

  #oneof(body: Body): void {
    const tokens = this.#tokens
    const name = tokens.name()
    body.oneofs.push(name)
    tokens.expect('{')
    while (!tokens.skip('}')) {
      if (tokens.skip(';')) continue
      const type = tokens.fullName()
      if (type === 'option') this.#option(new Map())
      else if (type === 'group') this.#group()
      else this.#field(body, null, type, name)
    }
  }

  /** `<` is read. The entries are messages that a descriptor would show. */
  #map(body: Body): void {
    const tokens = this.#tokens
    const keyType = tokens.fullName()
    tokens.expect(',')
    const valueType = tokens.fullName()
    tokens.expect('>')
    const before = body.fields.length
    this.#field(body, 'repeated', '')
    const field = body.fields[before]
    if (field === undefined) return
    const name = entryName(field.name)
    body.fields[before] = { ...field, typeName: name }
    body.mapEntries.push({
      ...{ name, oneofs: [], messages: [], mapEntries: [], enums: [], isMapEntry: true },
      fields: [
        fieldDeclaration({ name: keyField, number: 1, typeName: keyType }),
        fieldDeclaration({ name: valueField, number: 2, typeName: valueType }),
      ],
    })
  }

  /** As in Java, the members of groups are no part of the schema: they are passed over as unknown fields. */
  #group(): void {
    this.#tokens.name()
    this.#number()
    parseOptions(this.#tokens)
    this.#skipBraces()
  }

  #enum(): EnumDeclaration {
    const tokens = this.#tokens
    const name = tokens.name()
    const values: EnumValue[] = []
    const options: Options = new Map()
    tokens.expect('{')
    while (!tokens.skip('}')) {
      if (tokens.skip(';')) continue
      const first = tokens.name()
      if (first === 'option' && !tokens.isNext('=')) this.#option(options)
      else if (first === 'reserved' && !tokens.isNext('=')) this.#skipStatement()
      else {
        tokens.expect('=')
        values.push({ name: first, number: tokens.integer() })
        parseOptions(tokens)
        tokens.expect(';')
      }
    }
    return { name, values, isClosed: withFeatures(this.#features, options).closed }
  }

  #skipStatement(): void {
    const tokens = this.#tokens
    while (!tokens.skip(';')) {
      if (tokens.take().kind === 'end') throw tokens.unexpected('";"')
    }
  }

  /** What is named, up to the end of its braces. */
  #skipBlock(): void {
    this.#tokens.fullName()
    this.#skipBraces()
  }

  #skipBraces(): void {
    const tokens = this.#tokens
    tokens.expect('{')
    for (let open = 1; open > 0;) {
      const { kind, text } = tokens.take()
      if (kind === 'end') throw tokens.unexpected('"}"')
      if (kind === 'symbol' && text === '{') open++
      if (kind === 'symbol' && text === '}') open--
    }
  }
}
