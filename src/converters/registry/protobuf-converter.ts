import { ConfigError, DataError, configDef } from '../../api/index.ts'
import type { ConnectorConfig, KeySpec, Schema } from '../../api/index.ts'
import { converterType } from '../converter-config.ts'
import {
  ProtobufData,
  counterpartOf,
  incompatibilities,
  messageAt,
  messageIndexBytes,
  parseProtobufFile,
  parseProtobufSchema,
  pathOf,
  protobufDataKeys,
  readMessageIndexes,
} from '../protobuf/index.ts'
import type { ProtoMessage, ProtobufDecoder, ProtobufSchema } from '../protobuf/index.ts'
import type { SchemaReference, SchemaText } from './registry-client.ts'
import { registryKeys } from './registry-config.ts'
import { RegistryConverter } from './registry-converter.ts'
import type { OpenRegistry } from './registry-converter.ts'
import type {
  Datum,
  ResolvedReference,
  SchemaFormat,
  ValueDecoder,
  ValueEncoder,
} from './schema-format.ts'

const defaultReferences =
  'io.confluent.kafka.serializers.subject.DefaultReferenceSubjectNameStrategy'

/** Of the files that a schema imports. What the mapping writes imports only files that every registry knows. */
const referenceKeys = {
  'skip.known.types': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Register no files that every registry knows, such as google/protobuf/timestamp.proto. It cannot be false.',
  },
  'reference.lookup.only': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Look up the files that a schema imports. There are none to register.',
  },
  'reference.subject.name.strategy': {
    type: 'class',
    classes: [defaultReferences],
    default: defaultReferences,
    importance: 'low',
    doc: 'How the subjects of such files would be named.',
  },
} as const satisfies Record<string, KeySpec>

const own = configDef({ ...referenceKeys, 'normalize.schemas': registryKeys['normalize.schemas'] })
const definition = configDef({
  ...converterType,
  ...registryKeys,
  ...protobufDataKeys,
  ...referenceKeys,
})

/** A schema with what it refers to in the registry. */
interface Registered {
  readonly schema: ProtobufSchema
  readonly references: readonly SchemaReference[]
}

/**
 * Connect data as Protobuf, whose schemas a registry keeps (`io.confluent.connect.protobuf.ProtobufConverter`). Before each message
 * stands which one of its schema it is.
 */
export class ProtobufConverter extends RegistryConverter<Registered> {
  constructor(openRegistry?: OpenRegistry) {
    super(new ProtobufFormat(), definition, openRegistry)
  }
}

class ProtobufFormat implements SchemaFormat<Registered> {
  readonly type = 'PROTOBUF'
  readonly title = 'Protobuf'
  #data = new ProtobufData()
  #normalizes = false

  configure(config: ConnectorConfig): void {
    const parsed = own.parse(config)
    if (!parsed['skip.known.types']) {
      throw new ConfigError(
        'Invalid value false for configuration skip.known.types: this worker does not register the files that every registry knows. Remove the key.',
      )
    }
    this.#data = new ProtobufData(config)
    this.#normalizes = parsed['normalize.schemas']
  }

  failedToWrite(topic: string): string {
    return `Failed to serialize Protobuf data from topic ${topic}`
  }

  failedToRead(topic: string): string {
    return `Failed to deserialize data for topic ${topic} to Protobuf`
  }

  isTombstone(): boolean {
    return true
  }

  fromConnect(schema: Schema | null): Registered {
    return { schema: this.#data.fromConnectSchema(requireSchema(schema)), references: [] }
  }

  textOf({ schema, references }: Registered): SchemaText {
    return { type: 'PROTOBUF', schema: schema.text, references }
  }

  parse(text: SchemaText, resolved: readonly ResolvedReference[]): Registered {
    const files = resolved.map(({ name, text: { schema } }) => {
      return [name, parseProtobufFile(schema)] as const
    })
    const schema = parseProtobufSchema(text.schema, new Map(files))
    return { schema, references: text.references }
  }

  recordName({ schema }: Registered, datum?: Datum): string | null {
    const message = datum === undefined ? schema.root : messageAt(schema, pathBefore(datum).path)
    return message?.fullName ?? null
  }

  incompatibilities(reader: Registered, writer: Registered): readonly string[] {
    return incompatibilities(reader.schema, writer.schema)
  }

  writer(schema: Schema | null, own: Registered, target: Registered): ValueEncoder {
    const message = counterpartOf(own.schema, target.schema)
    const encoder = this.#data.encoder(requireSchema(schema), message)
    const path = pathOf(target.schema, message, this.#normalizes) ?? [0]
    return {
      idSuffix: messageIndexBytes(path),
      encode: (value, prefix) => encoder.encode(value, prefix),
    }
  }

  reader({ schema }: Registered, version: number | null): ValueDecoder {
    const decoders = new Decoders(this.#data, schema, version)
    return {
      decode(bytes, start, rest) {
        // Mostly it is the first message.
        if (rest === null && bytes[start] === 0) return decoders.first().decode(bytes, start + 1)
        const { path, end } = pathBefore({ bytes, start, rest })
        return decoders.at(path).decode(bytes, rest === null ? end : start)
      },
    }
  }
}

/** Those of the messages of one schema that were met. */
class Decoders {
  readonly #data: ProtobufData
  readonly #schema: ProtobufSchema
  readonly #version: number | null
  readonly #known = new Map<ProtoMessage, ProtobufDecoder>()
  #first: ProtobufDecoder | null = null

  constructor(data: ProtobufData, schema: ProtobufSchema, version: number | null) {
    this.#data = data
    this.#schema = schema
    this.#version = version
  }

  first(): ProtobufDecoder {
    this.#first ??= this.at([0])
    return this.#first
  }

  at(path: readonly number[]): ProtobufDecoder {
    const message = messageAt(this.#schema, path)
    let decoder = this.#known.get(message)
    if (decoder === undefined) {
      decoder = this.#data.decoder(message, this.#version)
      this.#known.set(message, decoder)
    }
    return decoder
  }
}

/** The message indexes: behind the id, before the message or in the header. */
function pathBefore({ bytes, start, rest }: Datum): ReturnType<typeof readMessageIndexes> {
  return rest === null ? readMessageIndexes(bytes, start) : readMessageIndexes(rest, 0)
}

function requireSchema(schema: Schema | null): Schema {
  if (schema !== null) return schema
  throw new DataError(
    'Data without a schema cannot be written as Protobuf: give it one, or set another converter.',
  )
}
