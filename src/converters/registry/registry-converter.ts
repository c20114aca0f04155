import { DataError, asError } from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectorConfig,
  Converter,
  Headers,
  MaybePromise,
  Schema,
  SchemaAndValue,
} from '../../api/index.ts'
import { asBuffer } from '../bytes.ts'
import { SerializationError } from '../serialization-error.ts'
import { BoundedMap } from './bounded-map.ts'
import { SchemaChooser } from './choose-schema.ts'
import { PreviewRegistryClient } from './preview-registry-client.ts'
import { RegistryClient } from './registry-client.ts'
import type { SchemaRegistry } from './registry-client.ts'
import { parseRegistryConfig } from './registry-config.ts'
import type { RegistryConfig } from './registry-config.ts'
import { converterError } from './registry-errors.ts'
import {
  findSchemaId,
  headerNameOf,
  headerValueOf,
  prefixOf,
  readsHeader,
  writesHeader,
} from './schema-id.ts'
import type { FoundSchemaId } from './schema-id.ts'
import type { Datum, SchemaFormat, ValueDecoder, ValueEncoder } from './schema-format.ts'
import { SchemaSource } from './schema-source.ts'
import { subjectNames } from './subject-names.ts'
import type { SubjectNames } from './subject-names.ts'

/** Makes what a converter asks its registry by; tests give it another. */
export type OpenRegistry = (config: RegistryConfig, settings: ConnectorConfig) => SchemaRegistry

/** Values of one schema for one topic, with what stands before them or in a header. */
interface Writer {
  readonly topic: string
  readonly schema: Schema | null
  readonly encoder: ValueEncoder
  readonly prefix: Buffer
  /** Null where ids stand before the bytes. */
  readonly headerValue: Buffer | null
  /** In ms since the epoch. */
  readonly expiresAt: number
}

interface Reader {
  readonly topic: string
  readonly id: number | string
  readonly decoder: ValueDecoder
}

/** Topics of which schemas are kept. */
const mostTopics = 1000
const noBytes = Buffer.alloc(0)

/**
 * A converter over a schema registry. Asks it once for every schema that it has not seen in a topic, and answers with a promise
 * only then; what is known is written and read at once.
 */
export class RegistryConverter<P> implements Converter {
  readonly #format: SchemaFormat<P>
  readonly #definition: ConfigDef
  readonly #openRegistry: OpenRegistry
  #parts: Parts<P> | null = null
  // Mostly the next record is of the same topic and schema.
  #writer: Writer | null = null
  #reader: Reader | null = null
  #expires = false
  #headerName: string | null = null
  readonly #writers = new BoundedMap<string, BoundedMap<Schema | null, Writer>>(mostTopics)
  readonly #readers = new BoundedMap<string, BoundedMap<number | string, Reader>>(mostTopics)
  /** What is being asked for: several records that need it wait for one answer. */
  readonly #loading = new Map<string, Promise<Reader>>()
  /** Whether ids are written into headers: then every record has to have some. */
  addsHeaders = false

  constructor(
    format: SchemaFormat<P>,
    definition: ConfigDef,
    openRegistry: OpenRegistry = openClient,
  ) {
    this.#format = format
    this.#definition = definition
    this.#openRegistry = openRegistry
  }

  config(): ConfigDef {
    return this.#definition
  }

  configure(settings: ConnectorConfig, isKey: boolean): void {
    const format = this.#format
    const config = parseRegistryConfig(settings)
    format.configure(settings)
    this.addsHeaders = writesHeader(config, isKey)
    this.#headerName = readsHeader(config, isKey) ? headerNameOf(isKey) : null
    this.#expires = config['latest.cache.ttl.sec'] >= 0
    const registry = this.#openRegistry(config, settings)
    try {
      const source = new SchemaSource(registry, format)
      const chooser = new SchemaChooser({ config, registry, source, format })
      const names = subjectNames(config, isKey, registry)
      this.#parts = { config, registry, source, chooser, names, isKey }
    } catch (error) {
      registry.close()
      throw error
    }
  }

  close(): void {
    this.#parts?.registry.close()
  }

  /** Hot. */
  fromConnectData(
    topic: string,
    headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): MaybePromise<Buffer | null> {
    if ((value === null || value === undefined) && this.#format.isTombstone(schema)) return null
    const writer = this.#writer
    if (writer?.schema === schema && writer.topic === topic && !this.#hasExpired(writer)) {
      return this.#write(writer, headers, value)
    }
    const known = this.#writers.get(topic)?.get(schema)
    if (known !== undefined && !this.#hasExpired(known)) {
      this.#writer = known
      return this.#write(known, headers, value)
    }
    return this.#writeLater(topic, headers, schema, value)
  }

  /** Hot. */
  toConnectData(
    topic: string,
    headers: Headers | null,
    bytes: Uint8Array | null,
  ): MaybePromise<SchemaAndValue> {
    if (bytes === null) return { schema: null, value: null }
    const buffer = asBuffer(bytes)
    const reader = this.#reader
    if (headers === null && reader?.topic === topic && buffer[0] === 0 && buffer.length > 4) {
      if (buffer.readInt32BE(1) === reader.id) return this.#read(reader, buffer, 5, null)
    }
    const found = this.#findId(topic, buffer, headers)
    const known = this.#readers.get(topic)?.get(found.id)
    if (known !== undefined) {
      this.#reader = known
      return this.#read(known, buffer, found.start, found.rest)
    }
    // The bytes may lie where others will be by then.
    return this.#readLater(topic, Buffer.from(buffer), found)
  }

  #hasExpired(writer: Writer): boolean {
    return this.#expires && writer.expiresAt < Date.now()
  }

  #write(writer: Writer, headers: Headers | null, value: unknown): Buffer {
    const { headerValue } = writer
    if (headerValue !== null) this.#addHeader(writer.topic, headers, headerValue)
    try {
      return writer.encoder.encode(value ?? null, writer.prefix)
    } catch (cause) {
      // The mapping to Connect says by itself what does not fit; a serializer does not know the topic.
      if (!(cause instanceof SerializationError)) throw cause
      const failed = this.#format.failedToWrite(writer.topic)
      throw new DataError(`${failed}: ${cause.message}`, { cause })
    }
  }

  #addHeader(topic: string, headers: Headers | null, value: Buffer): void {
    if (headers === null) {
      throw new DataError(`${this.#format.failedToWrite(topic)}: Missing headers`, {
        cause: new SerializationError('Missing headers'),
      })
    }
    const name = headerNameOf(this.#open().isKey)
    const before = headers.lastWithName(name)?.value
    if (before instanceof Uint8Array && Buffer.compare(before, value) === 0) return
    headers.add(name, value, null)
  }

  #read(reader: Reader, bytes: Buffer, start: number, rest: Buffer | null): SchemaAndValue {
    try {
      return reader.decoder.decode(bytes, start, rest)
    } catch (cause) {
      const what = `Error deserializing ${this.#format.title} message for id ${reader.id}`
      throw this.#readError(reader.topic, asError(cause).message, what, cause)
    }
  }

  #readError(topic: string, message: string, what: string, cause: unknown): DataError {
    const serialization = new SerializationError(what, { cause })
    return new DataError(`${this.#format.failedToRead(topic)}: ${message}`, {
      cause: serialization,
    })
  }

  #findId(topic: string, bytes: Buffer, headers: Headers | null): FoundSchemaId {
    try {
      return findSchemaId(bytes, headers, this.#headerName)
    } catch (cause) {
      const { message } = asError(cause)
      throw this.#readError(topic, message, 'Error deserializing schema ID', cause)
    }
  }

  async #writeLater(
    topic: string,
    headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): Promise<Buffer> {
    const writer = await this.#openWriter(topic, schema)
    const { config } = this.#open()
    let ofTopic = this.#writers.get(topic)
    if (ofTopic === undefined) {
      ofTopic = new BoundedMap(config['max.schemas.per.subject'])
      this.#writers.set(topic, ofTopic)
    }
    ofTopic.set(schema, writer)
    this.#writer = writer
    return this.#write(writer, headers, value)
  }

  async #openWriter(topic: string, schema: Schema | null): Promise<Writer> {
    const format = this.#format
    const { chooser, names, config } = this.#open()
    // What cannot be written at all is said before the registry is asked.
    const own = format.fromConnect(schema)
    try {
      const subject = await names.subjectOf(topic, format.recordName(own))
      const chosen = await chooser.choose(subject ?? '', own)
      const encoder = format.writer(schema, own, chosen.parsed)
      const inHeader = this.addsHeaders
      return {
        topic,
        schema,
        encoder,
        prefix: inHeader ? noBytes : Buffer.concat([prefixOf(chosen.id), encoder.idSuffix]),
        headerValue: inHeader ? headerValueOf(chosen.guid, encoder.idSuffix) : null,
        expiresAt: Date.now() + config['latest.cache.ttl.sec'] * 1000,
      }
    } catch (error) {
      throw converterError(error, { failed: format.failedToWrite(topic), step: chooser.step })
    }
  }

  async #readLater(
    topic: string,
    bytes: Buffer,
    { id, start, rest }: FoundSchemaId,
  ): Promise<SchemaAndValue> {
    const key = `${id}\0${topic}`
    let loading = this.#loading.get(key)
    if (loading === undefined) {
      const datum = { bytes, start, rest }
      loading = this.#openReader(topic, id, datum).finally(() => this.#loading.delete(key))
      this.#loading.set(key, loading)
    }
    const reader = await loading
    this.#reader = reader
    return this.#read(reader, bytes, start, rest)
  }

  async #openReader(topic: string, id: number | string, datum: Datum): Promise<Reader> {
    const format = this.#format
    const { registry, source, names, isKey, config } = this.#open()
    const side = isKey ? 'key' : 'value'
    let step = `Error retrieving ${format.title} ${side} schema for id ${id}`
    try {
      const early = names.usesSchema ? null : await names.subjectOf(topic, null)
      const found = await (typeof id === 'number' ? registry.byId(id, early) : registry.byGuid(id))
      const { parsed } = await source.parse(found)
      const subject = early ?? (await names.subjectOf(topic, format.recordName(parsed, datum)))
      step = `Error retrieving ${format.title} ${side} schema version for id ${id}`
      const options = { normalize: false, deleted: true }
      const { version } = await registry.lookup(subject ?? '', found, options)
      const reader = { topic, id, decoder: format.reader(parsed, version) }
      this.#keep(reader, config['max.schemas.per.subject'])
      return reader
    } catch (error) {
      throw converterError(error, { failed: format.failedToRead(topic), step })
    }
  }

  #keep(reader: Reader, most: number): void {
    let ofTopic = this.#readers.get(reader.topic)
    if (ofTopic === undefined) {
      ofTopic = new BoundedMap(most)
      this.#readers.set(reader.topic, ofTopic)
    }
    ofTopic.set(reader.id, reader)
  }

  #open(): Parts<P> {
    if (this.#parts !== null) return this.#parts
    throw new DataError('The converter was not configured.')
  }
}

function openClient(config: RegistryConfig, settings: ConnectorConfig): SchemaRegistry {
  const Client = settings['sluice.preview'] === 'true' ? PreviewRegistryClient : RegistryClient
  return new Client(config, settings)
}

interface Parts<P> {
  readonly config: RegistryConfig
  readonly registry: SchemaRegistry
  readonly source: SchemaSource<P>
  readonly chooser: SchemaChooser<P>
  readonly names: SubjectNames
  readonly isKey: boolean
}
