import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AvroNames, AvroSchema } from '../../src/converters/avro/index.ts'
import { incompatibilities, parseAvroSchema } from '../../src/converters/avro/index.ts'

interface StoredSchema {
  readonly id: number
  readonly guid: string
  readonly schema: string
  readonly schemaType?: string
  readonly references?: readonly {
    readonly name?: string
    readonly subject: string
    readonly version: number
  }[]
  readonly metadata?: unknown
  readonly ruleSet?: unknown
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface FakeRegistryRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What a registry does with Avro schemas, BACKWARD compatible, over HTTP; and what goes wrong with one. */
export class FakeRegistry {
  readonly requests: FakeRegistryRequest[] = []
  /** Topics' subjects, as `/associations` tells them. */
  readonly associations = new Map<string, readonly string[]>()
  /** Answers with this instead, so many times. */
  failing: { status: number; body: string; times: number } | null = null
  /** Whether GUIDs are told, as a registry of Confluent's does from 8.0 on. */
  tellsGuids = true
  readonly #server: Server
  readonly #schemas = new Map<string, StoredSchema>()
  readonly #subjects = new Map<string, StoredSchema[]>()

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response)
    })
  }

  static async start(makeServer: () => Server = () => createServer()): Promise<FakeRegistry> {
    const server = makeServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new FakeRegistry(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Registers a schema without being asked over HTTP; returns its id. */
  add(subject: string, schema: string, more: Partial<StoredSchema> = {}): number {
    return this.#store(subject, { schema, ...more }).id
  }

  guidOf(id: number): string {
    return [...this.#schemas.values()].find((stored) => stored.id === id)?.guid ?? ''
  }

  /** Paths asked for since the last call. */
  takePaths(): string[] {
    return this.requests.splice(0).map(({ method, path }) => `${method} ${path}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const path = (request.url ?? '').replace(/^https?:\/\/[^/]+/, '')
    const method = request.method ?? ''
    this.requests.push({ method, path, headers: request.headers, body })
    if (this.failing !== null && this.failing.times > 0) {
      this.failing.times--
      response.writeHead(this.failing.status).end(this.failing.body)
      return
    }
    const url = new URL(path, 'http://x')
    const parts = url.pathname.split('/').slice(1).map(decodeURIComponent)
    const answer = this.#answer(method, parts, url.searchParams, body)
    response.writeHead(answer.status, { 'Content-Type': 'application/vnd.schemaregistry.v1+json' })
    response.end(JSON.stringify(answer.body))
  }

  #answer(method: string, parts: string[], query: URLSearchParams, body: string): Answer {
    const [kind, name = '', third, fourth] = parts
    if (kind === 'schemas' && name === 'ids') return this.#told(this.#byId(Number(third)), 40403)
    if (kind === 'schemas' && name === 'guids') {
      const all = [...this.#schemas.values()]
      return this.#told(
        all.find(({ guid }) => guid === third),
        40403,
      )
    }
    if (kind === 'associations') {
      const found = this.associations.get(`${third ?? ''}/${fourth ?? ''}`)
      return found === undefined
        ? refusal(404, 404, 'HTTP 404 Not Found')
        : { status: 200, body: found.map((subject) => ({ subject })) }
    }
    if (kind === 'compatibility') return this.#compatible(third ?? '', body)
    if (kind !== 'subjects') return refusal(404, 404, 'HTTP 404 Not Found')
    if (method === 'POST' && third === 'versions') return this.#register(name, body)
    const versions = this.#subjects.get(name)
    if (versions === undefined) return refusal(404, 40401, `Subject '${name}' not found.`)
    if (method === 'POST') return this.#lookup(name, versions, body)
    if (third === 'metadata') return this.#withMetadata(name, versions, query)
    const at = fourth === 'latest' ? versions.length : Number(fourth)
    return this.#told(versions[at - 1], 40402, { subject: name, version: at })
  }

  #register(subject: string, body: string): Answer {
    const asked = JSON.parse(body) as StoredSchema
    const before = this.#subjects.get(subject)?.at(-1)
    if (asked.schemaType === undefined) {
      try {
        const next = this.#parse(asked)
        if (before !== undefined && incompatibilities(next, this.#parse(before)).length > 0) {
          return refusal(409, 409, 'Schema being registered is incompatible with an earlier schema')
        }
      } catch {
        return refusal(422, 42201, 'Invalid schema')
      }
    }
    const { id, guid } = this.#store(subject, asked)
    return { status: 200, body: this.tellsGuids ? { id, guid } : { id } }
  }

  #compatible(subject: string, body: string): Answer {
    const before = this.#subjects.get(subject)?.at(-1)
    if (before === undefined) return refusal(404, 40401, `Subject '${subject}' not found.`)
    const next = this.#parse(JSON.parse(body) as StoredSchema)
    const compatible = incompatibilities(next, this.#parse(before)).length === 0
    return { status: 200, body: { is_compatible: compatible } }
  }

  /** With what it refers to. */
  #parse({ schema, references = [] }: StoredSchema, names: AvroNames = new Map()): AvroSchema {
    for (const { subject, version } of references) {
      const found = this.#subjects.get(subject)?.[version - 1]
      if (found !== undefined) this.#parse(found, names)
    }
    return parseAvroSchema(schema, names)
  }

  #lookup(subject: string, versions: readonly StoredSchema[], body: string): Answer {
    const stored = this.#schemas.get(keyOf(JSON.parse(body) as StoredSchema))
    const at = versions.findIndex(({ id }) => id === stored?.id)
    return this.#told(versions[at], 40403, { subject, version: at + 1 })
  }

  #withMetadata(
    subject: string,
    versions: readonly StoredSchema[],
    query: URLSearchParams,
  ): Answer {
    const wanted = query.getAll('key').map((key, i) => [key, query.getAll('value')[i]] as const)
    const at = versions.findLastIndex(({ metadata }) => {
      const properties = (metadata as { properties?: Record<string, string> } | undefined)
        ?.properties
      return wanted.every(([key, value]) => properties?.[key] === value)
    })
    return this.#told(versions[at], 40402, { subject, version: at + 1 })
  }

  #told(stored: StoredSchema | undefined, code: number, more: object = {}): Answer {
    if (stored === undefined)
      return refusal(404, code, code === 40402 ? 'Version not found.' : 'Schema not found')
    const { guid, ...rest } = stored
    return { status: 200, body: { ...more, ...rest, ...(this.tellsGuids && { guid }) } }
  }

  #byId(id: number): StoredSchema | undefined {
    return [...this.#schemas.values()].find((stored) => stored.id === id)
  }

  #store(subject: string, asked: Omit<StoredSchema, 'id' | 'guid'>): StoredSchema {
    const key = keyOf(asked)
    let stored = this.#schemas.get(key)
    if (stored === undefined) {
      stored = { ...asked, id: this.#schemas.size + 1, guid: randomUUID() }
      this.#schemas.set(key, stored)
    }
    const versions = this.#subjects.get(subject) ?? []
    if (!versions.includes(stored)) versions.push(stored)
    this.#subjects.set(subject, versions)
    return stored
  }
}

/** The same schema has one id, under whatever subject. */
function keyOf({ schema, schemaType = 'AVRO', references = [] }: Partial<StoredSchema>): string {
  return JSON.stringify([schema, schemaType, references])
}

function refusal(status: number, errorCode: number, message: string): Answer {
  return { status, body: { error_code: errorCode, message } }
}
