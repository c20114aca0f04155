import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ConfigError, clientTlsOptions } from '../../api/index.ts'
import type { ConnectorConfig } from '../../api/index.ts'
import { jsonInteger, jsonText, objectEntries, objectMember, parseJson } from '../json/json-node.ts'
import { credentialsOf } from './credentials.ts'
import type { Credentials, RegistryAddress } from './credentials.ts'
import { HttpClient } from './http-request.ts'
import type { HttpAnswer } from './http-request.ts'
import type { RegistryConfig } from './registry-config.ts'
import { RegistryAwayError, RestClientError, isWorthAnotherTry } from './registry-errors.ts'

export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF'

/** A schema that another refers to by `name`. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema as a registry keeps it. */
export interface SchemaText {
  readonly type: SchemaType
  readonly schema: string
  readonly references: readonly SchemaReference[]
}

/** A schema under a subject. What the registry did not say is null. */
export interface RegisteredSchema extends SchemaText {
  readonly id: number | null
  readonly guid: string | null
  readonly version: number | null
  /** Whether the schema has rules of a data contract that would be executed. */
  readonly hasRules: boolean
}

/** What a converter asks a registry. Every promise rejects with a RestClientError or a RegistryAwayError. */
export interface SchemaRegistry {
  register(subject: string, schema: SchemaText, normalize: boolean): Promise<RegisteredSchema>
  /** The version and id of a schema under a subject. */
  lookup(
    subject: string,
    schema: SchemaText,
    options: { readonly normalize: boolean; readonly deleted: boolean },
  ): Promise<RegisteredSchema>
  byId(id: number, subject: string | null): Promise<RegisteredSchema>
  byGuid(guid: string): Promise<RegisteredSchema>
  latest(subject: string): Promise<RegisteredSchema>
  latestWithMetadata(
    subject: string,
    metadata: readonly (readonly [string, string])[],
  ): Promise<RegisteredSchema>
  version(subject: string, version: number): Promise<RegisteredSchema>
  /** The subjects that a topic is associated with. */
  associations(namespace: string, topic: string, isKey: boolean): Promise<readonly string[]>
  close(): void
}

const contentType = 'application/vnd.schemaregistry.v1+json'

/** The REST API of a schema registry. Opens connections when it is asked, and not before. */
export class RegistryClient implements SchemaRegistry {
  readonly #config: RegistryConfig
  readonly #addresses: readonly RegistryAddress[]
  readonly #http: HttpClient
  readonly #credentials: Credentials
  readonly #ownHeaders: Readonly<Record<string, string>>
  /** The address that answered last. */
  #current: number

  /** `settings` are those of the converter, for what has a prefix. Throws a ConfigError. */
  constructor(config: RegistryConfig, settings: ConnectorConfig) {
    this.#config = config
    this.#addresses = config['schema.registry.url'].map(parseAddress)
    this.#current = config['url.randomize'] ? randomInt(this.#addresses.length) : 0
    const host = config['proxy.host']
    const port = config['proxy.port']
    this.#http = new HttpClient({
      connectTimeoutMs: config['http.connect.timeout.ms'],
      readTimeoutMs: config['http.read.timeout.ms'],
      tls: clientTlsOptions(settings, 'schema.registry.'),
      proxy: host === '' || port <= 0 ? null : { host, port },
    })
    this.#credentials = credentialsOf(config, this.#http)
    this.#ownHeaders = Object.fromEntries(
      Object.entries(settings)
        .filter(([key]) => key.startsWith('request.header.'))
        .map(([key, value]) => [key.slice('request.header.'.length), value]),
    )
  }

  async register(
    subject: string,
    schema: SchemaText,
    normalize: boolean,
  ): Promise<RegisteredSchema> {
    const path = `/subjects/${encode(subject)}/versions?normalize=${normalize}`
    return registered(await this.#ask('POST', path, bodyOf(schema)), schema)
  }

  async lookup(
    subject: string,
    schema: SchemaText,
    { normalize, deleted }: { readonly normalize: boolean; readonly deleted: boolean },
  ): Promise<RegisteredSchema> {
    const path = `/subjects/${encode(subject)}?normalize=${normalize}&deleted=${deleted}`
    return registered(await this.#ask('POST', path, bodyOf(schema)), schema)
  }

  /** Rejects as {@link register} would where the registry refuses the schema as incompatible; writes nothing. */
  protected async checkCompatible(
    subject: string,
    schema: SchemaText,
    normalize: boolean,
  ): Promise<void> {
    const path = `/compatibility/subjects/${encode(subject)}/versions?normalize=${normalize}`
    try {
      const answer = await this.#ask('POST', path, bodyOf(schema))
      if (objectMember(answer, 'is_compatible') !== false) return
    } catch (error) {
      // Nothing is there to be compatible with, or the registry cannot say.
      if (error instanceof RestClientError && error.status === 404) return
      throw error
    }
    const why = `Schema being registered is incompatible with an earlier schema for subject "${subject}"`
    throw new RestClientError(why, 409, 409)
  }

  async byId(id: number, subject: string | null): Promise<RegisteredSchema> {
    const of = subject === null ? '' : `&subject=${encode(subject)}`
    return registered(await this.#ask('GET', `/schemas/ids/${id}?fetchMaxId=false${of}`))
  }

  async byGuid(guid: string): Promise<RegisteredSchema> {
    return registered(await this.#ask('GET', `/schemas/guids/${encode(guid)}`))
  }

  async latest(subject: string): Promise<RegisteredSchema> {
    return registered(await this.#ask('GET', `/subjects/${encode(subject)}/versions/latest`))
  }

  async latestWithMetadata(
    subject: string,
    metadata: readonly (readonly [string, string])[],
  ): Promise<RegisteredSchema> {
    const query = metadata.map(([key, value]) => `key=${encode(key)}&value=${encode(value)}`)
    const path = `/subjects/${encode(subject)}/metadata?${query.join('&')}&deleted=true`
    return registered(await this.#ask('GET', path))
  }

  async version(subject: string, version: number): Promise<RegisteredSchema> {
    const path = `/subjects/${encode(subject)}/versions/${version}?deleted=true`
    return registered(await this.#ask('GET', path))
  }

  async associations(namespace: string, topic: string, isKey: boolean): Promise<readonly string[]> {
    const type = isKey ? 'key' : 'value'
    const query = `resourceType=topic&associationType=${type}`
    const path = `/associations/resources/${encode(namespace)}/${encode(topic)}?${query}`
    try {
      const answer = await this.#ask('GET', path)
      const list = Array.isArray(answer) ? (answer as unknown[]) : []
      return list.flatMap((one) => {
        const subject = objectMember(one, 'subject')
        return typeof subject === 'string' ? [subject] : []
      })
    } catch (error) {
      // A registry that knows no associations has none.
      if (error instanceof RestClientError && error.status === 404) return []
      throw error
    }
  }

  close(): void {
    this.#http.close()
  }

  /** Asks all addresses, and all of them again after a wait, as often as the configuration says. */
  async #ask(method: 'GET' | 'POST', path: string, body: string | null = null): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#askAny(method, path, body)
      } catch (error) {
        const { signal } = this.#http
        if (signal.aborted || !isWorthAnotherTry(error)) throw error
        if (attempt >= this.#config['max.retries']) throw error
        // What goes wrong while it is closed is said by what went wrong before.
        await delay(this.#waitMs(attempt), undefined, { signal }).catch(() => {
          throw error
        })
      }
    }
  }

  async #askAny(method: 'GET' | 'POST', path: string, body: string | null): Promise<unknown> {
    let failed: unknown
    for (let left = this.#addresses.length; left > 0; left--) {
      const address = this.#addresses[this.#current]
      if (address === undefined) break
      try {
        return await this.#askOne(address, method, path, body)
      } catch (error) {
        if (!isWorthAnotherTry(error)) throw error
        failed = error
        this.#current = (this.#current + 1) % this.#addresses.length
      }
    }
    throw failed
  }

  async #askOne(
    address: RegistryAddress,
    method: 'GET' | 'POST',
    path: string,
    body: string | null,
  ): Promise<unknown> {
    const { origin, pathname } = address.url
    const url = new URL(`${origin}${pathname.replace(/\/+$/, '')}${path}`)
    const headers = {
      Accept: `${contentType}, application/vnd.schemaregistry+json; qs=0.9, application/json; qs=0.5`,
      ...(body !== null && { 'Content-Type': contentType }),
      'Confluent-Accept-Unknown-Properties': 'true',
      ...this.#ownHeaders,
      ...(await this.#credentials.headersFor(address)),
    }
    const answer = await this.#http.ask({ method, url, headers, body })
    if (answer.status === 200) return parseJsonOf(answer, url)
    throw refusalOf(answer, url)
  }

  /** A random part of a wait that doubles: many converters that failed at once do not come back at once. */
  #waitMs(attempt: number): number {
    const first = this.#config['retries.wait.ms']
    const most = Math.min(first * 2 ** attempt, this.#config['retries.max.wait.ms'])
    return Math.random() * most
  }
}

function parseAddress(text: string): RegistryAddress {
  const shown = text.replace(/\/\/[^/]*@/, '//')
  if (text.startsWith('mock://')) {
    throw new ConfigError(
      `Invalid value ${shown} for configuration schema.registry.url: there is no registry in memory here. Name one that runs.`,
    )
  }
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    const url = new URL(text)
    return { url, userInfo: /^[^/]*\/\/([^/?#]*)@/.exec(text)?.[1] ?? '' }
  }
  throw new ConfigError(
    `Invalid value ${shown} for configuration schema.registry.url: expected an address that begins with http:// or https://.`,
  )
}

/** A space is `%20`, as in any path; Java's form is read alike. */
function encode(segment: string): string {
  return encodeURIComponent(segment)
}

function bodyOf({ type, schema, references }: SchemaText): string {
  const body = new Map<string, unknown>([['schema', schema]])
  if (type !== 'AVRO') body.set('schemaType', type)
  if (references.length > 0) {
    body.set(
      'references',
      references.map(({ name, subject, version }) => ({ name, subject, version })),
    )
  }
  return jsonText(body)
}

function parseJsonOf({ text }: HttpAnswer, url: URL): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new RegistryAwayError(
      `${url.host} answered with something that is no JSON: check that schema.registry.url names a schema registry.`,
      { cause },
    )
  }
}

/** The error that a registry answered with; where it is no JSON, as of a proxy, the code that Confluent's client has for it. */
function refusalOf({ status, text }: HttpAnswer, url: URL): RestClientError {
  try {
    const answer = new Map(objectEntries(parseJson(text)))
    const message = answer.get('message')
    const code = jsonInteger(answer.get('error_code'))
    if (typeof message === 'string')
      return new RestClientError(message, status, Number(code ?? status))
  } catch {
    // Said below.
  }
  return new RestClientError(`${url.host} answered with status ${status}`, status, 50005)
}

/** `asked` is the schema that was sent, where the answer does not repeat it. */
function registered(answer: unknown, asked?: SchemaText): RegisteredSchema {
  const object = new Map(objectEntries(answer))
  const text = (key: string): string | null => {
    const value = object.get(key)
    return typeof value === 'string' ? value : null
  }
  const number = (key: string): number | null => {
    const value = jsonInteger(object.get(key))
    return value === null ? null : Number(value)
  }
  const schema = text('schema')
  const type = text('schemaType') ?? (schema === null ? asked?.type : 'AVRO') ?? 'AVRO'
  const own = { type: type as SchemaType, schema, references: referencesOf(object) }
  const found = schema === null ? asked : { ...own, schema }
  if (found === undefined) throw new RegistryAwayError('The registry answered without a schema.')
  return {
    ...found,
    id: number('id'),
    guid: text('guid'),
    version: number('version'),
    hasRules: hasRules(object.get('ruleSet')),
  }
}

function referencesOf(object: ReadonlyMap<string, unknown>): readonly SchemaReference[] {
  const list = object.get('references')
  if (!Array.isArray(list)) return []
  return list.map((node: unknown) => {
    const reference = new Map(objectEntries(node))
    return {
      name: String(reference.get('name')),
      subject: String(reference.get('subject')),
      version: Number(reference.get('version')),
    }
  })
}

function hasRules(ruleSet: unknown): boolean {
  const sets = new Map(objectEntries(ruleSet))
  return ['domainRules', 'encodingRules'].some((name) => {
    const rules = sets.get(name)
    return (
      Array.isArray(rules) &&
      rules.some((rule: unknown) => {
        return objectMember(rule, 'disabled') !== true
      })
    )
  })
}
