import { DataError, asError, isConnectError } from '../../api/index.ts'
import type { Schema, SchemaAndValue } from '../../api/index.ts'
import { requireFinite } from '../finite-schema.ts'
import { MessageCompiler } from './decoder.ts'
import type { FileDeclaration } from './declarations.ts'
import { compileWriter } from './encoder.ts'
import { fromConnectSchema } from './from-connect-schema.ts'
import { knownFile } from './known-files.ts'
import { linkFile } from './link.ts'
import { parseProto } from './parse-proto.ts'
import { ProtoInput } from './proto-input.ts'
import { ProtoOutput } from './proto-output.ts'
import type { ProtoMessage, ProtobufSchema } from './proto-schema.ts'
import { protoText } from './proto-text.ts'
import { protobufDataOptions } from './protobuf-data-config.ts'
import type { ProtobufDataOptions } from './protobuf-data-config.ts'
import { readDescriptor } from './read-descriptor.ts'
import { ToConnectSchema } from './to-connect-schema.ts'
import { wrapperOf, wrappersFile } from './wrappers.ts'
import { isLogical } from './write-logical.ts'

/** Writes values of one Connect schema as one message. */
export interface ProtobufEncoder {
  /** The bytes of one message, the caller's to keep. `prefix` stands before them. A DataError where the value does not fit. */
  encode(value: unknown, prefix?: Uint8Array): Buffer
}

/** Reads a message as values of a Connect schema. */
export interface ProtobufDecoder {
  readonly schema: Schema
  /** The message that takes up all bytes from `start`. A DataError for any that are none. */
  decode(bytes: Buffer, start?: number): SchemaAndValue
}

const noFiles: ReadonlyMap<string, FileDeclaration> = new Map()

/** Of `wrappers.proto` as its descriptor has them, in Java's order. */
const wrapperOptions: readonly string[] = [
  'java_package = "com.google.protobuf"',
  'java_outer_classname = "WrappersProto"',
  'java_multiple_files = true',
  'go_package = "google.golang.org/protobuf/types/known/wrapperspb"',
  'cc_enable_arenas = true',
  'objc_class_prefix = "GPB"',
  'csharp_namespace = "Google.Protobuf.WellKnownTypes"',
]

/** Reads a schema as a registry has it: a `.proto` file, or its descriptor in Base64. A DataError for what is none. */
export function parseProtobufFile(text: string): FileDeclaration {
  try {
    return readDescriptor(text) ?? parseProto(text)
  } catch (cause) {
    if (isConnectError(cause)) throw cause
    throw new DataError(`Invalid Protobuf schema: ${asError(cause).message}`, { cause })
  }
}

/** Reads a schema and looks up what it names; `imported` are files by the paths that it imports. */
export function parseProtobufSchema(
  text: string,
  imported: ReadonlyMap<string, FileDeclaration> = noFiles,
): ProtobufSchema {
  return linkFile({ file: parseProtobufFile(text), text, imported })
}

/**
 * The mapping between Connect's schemas and values and Protobuf's, as Confluent's converter has it
 * (`io.confluent.connect.protobuf.ProtobufData`). Everything is compiled once for a schema; keep encoders and decoders.
 * One instance serves one thread.
 */
export class ProtobufData {
  readonly #options: ProtobufDataOptions
  readonly #fromConnect = new WeakMap<Schema, ProtobufSchema>()
  readonly #output = new ProtoOutput()
  readonly #input = new ProtoInput()

  /** `config` may hold the keys of the mapping; others are left alone. Throws a ConfigError. */
  constructor(config: Readonly<Record<string, string>> = {}) {
    this.#options = protobufDataOptions(config)
  }

  /** The Protobuf schema of a Connect schema; its root is the message that values are written as. A DataError where there is none. */
  fromConnectSchema(schema: Schema): ProtobufSchema {
    let proto = this.#fromConnect.get(schema)
    if (proto === undefined) {
      requireFinite(schema, 'Protobuf')
      proto = schema.type === 'STRUCT' ? this.#structSchema(schema) : primitiveSchema(schema)
      this.#fromConnect.set(schema, proto)
    }
    return proto
  }

  /** The Connect schema of a message. */
  toConnectSchema(message: ProtoMessage, version: number | null = null): Schema {
    return new ToConnectSchema(this.#options).map(message, version)
  }

  /** Compiles how values of `schema` are written as a message, whose fields are found by their names. */
  encoder(schema: Schema, message: ProtoMessage): ProtobufEncoder {
    const write = compileWriter(schema, message, this.#options)
    const output = this.#output
    return {
      encode(value, prefix) {
        output.begin()
        if (prefix !== undefined) output.writeRaw(prefix)
        write(value, output)
        return output.finish()
      },
    }
  }

  /** Compiles how a message is read, as values of {@link toConnectSchema}. */
  decoder(message: ProtoMessage, version: number | null = null): ProtobufDecoder {
    const schema = this.toConnectSchema(message, version)
    const read = new MessageCompiler(this.#options).compile(message, schema)
    const input = this.#input
    return {
      schema,
      decode(bytes, start = 0) {
        try {
          input.open(bytes, start)
          return { schema, value: read(input) }
        } catch (cause) {
          if (isConnectError(cause)) throw cause
          const problem = asError(cause).message
          throw new DataError(`The Protobuf message cannot be read: ${problem}`, { cause })
        }
      },
    }
  }

  #structSchema(schema: Schema): ProtobufSchema {
    const text = protoText(fromConnectSchema(schema, this.#options))
    return parseProtobufSchema(text)
  }
}

/** Primitives alone are written as the wrappers that everybody knows. */
function primitiveSchema(schema: Schema): ProtobufSchema {
  const wrapper = wrapperOf(schema.type)
  if (wrapper === null) throw new DataError(`Unsupported root schema of type ${schema.type}`)
  if (isLogical(schema)) {
    throw new DataError(
      `${schema.toString()} alone cannot be written: put it into a struct, as HoistField does.`,
    )
  }
  const file = knownFile(wrappersFile)
  if (file === null) throw new DataError(`${wrappersFile} is not known.`)
  const linked = parseProtobufSchema(protoText(file, wrapperOptions))
  const root = linked.messages.find(({ fullName }) => fullName === wrapper) ?? null
  return { ...linked, root }
}
