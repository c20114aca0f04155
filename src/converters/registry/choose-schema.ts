import { ConfigError } from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'
import type { RegisteredSchema, SchemaRegistry } from './registry-client.ts'
import type { RegistryConfig } from './registry-config.ts'
import type { SchemaFormat } from './schema-format.ts'
import type { SchemaSource } from './schema-source.ts'

/** The schema that data is written with, and how the registry knows it. */
export interface ChosenSchema<P> {
  readonly id: number
  readonly guid: string | null
  readonly parsed: P
}

export interface ChooserParts<P> {
  readonly config: RegistryConfig
  readonly registry: SchemaRegistry
  readonly source: SchemaSource<P>
  readonly format: SchemaFormat<P>
}

/** Decides with which registered schema data is written, in Java's order: the first of the keys that is set. */
export class SchemaChooser<P> {
  readonly #parts: ChooserParts<P>
  readonly #metadata: readonly (readonly [string, string])[]
  /** What it does, for messages: `Error registering Avro schema`. */
  readonly step: string
  readonly #choose: (subject: string, own: P) => Promise<ChosenSchema<P>>

  /** Throws a ConfigError. */
  constructor(parts: ChooserParts<P>) {
    this.#parts = parts
    const { config, format } = parts
    this.#metadata = metadataOf(config['use.latest.with.metadata'])
    if (config['auto.register.schemas']) {
      this.step = `Error registering ${format.title} schema`
      this.#choose = (subject, own) => this.#register(subject, own)
    } else if (config['use.schema.id'] >= 0) {
      this.step = 'Error retrieving schema ID'
      this.#choose = (subject, own) => this.#byId(subject, own)
    } else if (config['use.schema.guid'] !== null) {
      this.step = 'Error retrieving schema GUID'
      this.#choose = (subject, own) => this.#byGuid(subject, own)
    } else if (this.#metadata.length > 0) {
      this.step = `Error retrieving latest with metadata '${config['use.latest.with.metadata'] ?? ''}'`
      this.#choose = (subject) => this.#latestWithMetadata(subject)
    } else if (config['use.latest.version']) {
      this.step = `Error retrieving latest version of ${format.title} schema`
      this.#choose = (subject, own) => this.#latest(subject, own)
    } else {
      this.step = `Error retrieving ${format.title} schema`
      this.#choose = (subject, own) => this.#lookup(subject, own)
    }
  }

  /** `own` is the schema made of the data's. */
  choose(subject: string, own: P): Promise<ChosenSchema<P>> {
    return this.#choose(subject, own)
  }

  async #register(subject: string, own: P): Promise<ChosenSchema<P>> {
    const { registry, config, format, source } = this.#parts
    const asked = format.textOf(own)
    const found = await registry.register(subject, asked, config['normalize.schemas'])
    const isOwn = found.schema === asked.schema
    const parsed = isOwn ? own : (await source.parse(found)).parsed
    return { id: idOf(found), guid: found.guid, parsed }
  }

  async #byId(subject: string, own: P): Promise<ChosenSchema<P>> {
    const id = this.#parts.config['use.schema.id']
    const found = await this.#parts.registry.byId(id, subject)
    return { ...(await this.#compatible(found, own, 'id.compatibility.strict')), id }
  }

  async #byGuid(subject: string, own: P): Promise<ChosenSchema<P>> {
    const { registry, config } = this.#parts
    const guid = config['use.schema.guid'] ?? ''
    const found = await registry.byGuid(guid)
    const chosen = await this.#compatible({ ...found, id: 0 }, own, 'id.compatibility.strict')
    const { id } = await registry.lookup(subject, found, { normalize: false, deleted: false })
    return { ...chosen, id: id ?? 0, guid }
  }

  async #latestWithMetadata(subject: string): Promise<ChosenSchema<P>> {
    const { registry, source } = this.#parts
    const found = await registry.latestWithMetadata(subject, this.#metadata)
    const { parsed, guid } = await source.parse(found)
    return { id: idOf(found), guid, parsed }
  }

  async #latest(subject: string, own: P): Promise<ChosenSchema<P>> {
    const found = await this.#parts.registry.latest(subject)
    return this.#compatible(found, own, 'latest.compatibility.strict')
  }

  async #lookup(subject: string, own: P): Promise<ChosenSchema<P>> {
    const { registry, config, format } = this.#parts
    const normalize = config['normalize.schemas']
    const asked = format.textOf(own)
    const found = await registry.lookup(subject, asked, { normalize, deleted: false })
    return { id: idOf(found), guid: found.guid, parsed: own }
  }

  /** A SerializationError where readers with the registered schema could not read the data, and `key` forbids that. */
  async #compatible(
    found: RegisteredSchema,
    own: P,
    key: 'id.compatibility.strict' | 'latest.compatibility.strict',
  ): Promise<ChosenSchema<P>> {
    const { config, format, source } = this.#parts
    const { parsed, guid } = await source.parse(found)
    const problems = config[key] ? format.incompatibilities(parsed, own) : []
    if (problems.length === 0) return { id: idOf(found), guid, parsed }
    throw new SerializationError(
      `Incompatible schema of type '${format.type}'. Set ${key}=false to disable this check. The registered schema cannot read the data: ${problems.join('; ')}.`,
    )
  }
}

function idOf({ id }: RegisteredSchema): number {
  if (id !== null) return id
  throw new SerializationError('The registry answered without the id of the schema.')
}

/** `key=value,key=value`. */
function metadataOf(text: string | null): readonly (readonly [string, string])[] {
  if (text === null || text.trim() === '') return []
  return text.split(',').map((pair) => {
    const [key = '', value, ...more] = pair.split('=').map((part) => part.trim())
    if (key === '' || value === undefined || more.length > 0) {
      throw new ConfigError(
        `Invalid value ${text} for configuration use.latest.with.metadata: expected key=value,key=value.`,
      )
    }
    return [key, value] as const
  })
}
