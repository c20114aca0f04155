import type { IncomingMessage } from 'node:http'
import { ConnectError, RetriableError } from 'sluice/api'
import type { Authentication } from './authentication.ts'
import { Connections, LostAnswerError, UnreachableError, readAll } from './exchange.ts'
import type { Answer, Exchange, HdfsBody } from './exchange.ts'
import { listOf, locationOf, statusOf } from './answers.ts'
import type { FileStatus } from './answers.ts'
import type { ByteRange, Hdfs } from './hdfs.ts'
import { NameNodes } from './name-nodes.ts'
import type { NameNodeCall } from './name-nodes.ts'
import { pathText } from './path-text.ts'
import { errorOf, exceptionOf, isUnproven } from './remote-exception.ts'

/** DataNodes that cannot be reached before a request is given up. */
const mostDataNodes = 3
/** A DataNode waits for a NameNode to become active before it answers. */
const leastDataTimeoutMs = 120_000
/** Filters against forged requests ask for this header; any text will do. */
const headers = { 'x-xsrf-header': 'sluice', 'content-type': 'application/octet-stream' }

/** Who asks. */
export interface Identity {
  /** Goes with every request to a NameNode: `user.name`, or `delegation`, a secret. */
  readonly query: Readonly<Record<string, string>>
}

export interface WebHdfsClientOptions {
  /** `http(s)://host:port` of WebHDFS or HttpFS. */
  readonly addresses: readonly URL[]
  readonly identity: Identity
  /** Where HDFS does not take that at its word. */
  readonly authentication?: Authentication
  /** How long the other side may say and take nothing. */
  readonly timeoutMs: number
  /** Where DataNodes are reached whose own names lead nowhere from here: `host[:port]` to `host[:port]`. */
  readonly dataNodes?: ReadonlyMap<string, string>
}

interface Operation extends NameNodeCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** HDFS over WebHDFS or HttpFS. Errors are an HdfsError, an HdfsRetriableError or another RetriableError. */
export class WebHdfsClient implements Hdfs {
  readonly #options: WebHdfsClientOptions
  readonly #nodes: NameNodes
  readonly #connections = new Connections()

  constructor(options: WebHdfsClientOptions) {
    this.#options = options
    this.#nodes = new NameNodes(options.addresses)
  }

  async create(
    path: string,
    body: HdfsBody,
    { overwrite }: { readonly overwrite: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const query = { op: 'CREATE', overwrite: String(overwrite) }
    const operation = { method: 'PUT', path, query, action: `write ${path}` } as const
    await this.#send({ ...operation, repeatable: false }, body, signal)
  }

  async append(path: string, body: HdfsBody, signal: AbortSignal): Promise<void> {
    const operation = { method: 'POST', path, query: { op: 'APPEND' } } as const
    await this.#send({ ...operation, action: `append to ${path}`, repeatable: false }, body, signal)
  }

  async open(path: string, range: ByteRange | null, signal: AbortSignal): Promise<IncomingMessage> {
    const part = range && { offset: String(range.offset), length: String(range.length) }
    const query = { op: 'OPEN', ...part }
    const action = `read ${path}`
    const operation = { method: 'GET', path, query, action, repeatable: true } as const
    return await this.#proven(action, () => this.#read(operation, signal))
  }

  async #read(operation: Operation, signal: AbortSignal): Promise<IncomingMessage> {
    const { action, query } = operation
    return await this.#viaDataNode(operation, async (more) => {
      const asked = { ...operation, query: { ...query, ...more } }
      const message = await this.#nodes.ask(
        asked,
        async (address) => {
          const url = await this.#urlOf(address, asked, signal)
          const begun = await this.#connections.begin(url, this.#plain('GET'), signal)
          await throwErrorOf(begun, { url, action }, signal)
          return begun
        },
        signal,
      )
      // HttpFS has the contents itself.
      if (message.statusCode === 200) return message
      message.resume()
      const url = this.#dataNodeUrl(locationOf(message.headers.location ?? null, action))
      const read = await reachedAt(url, () =>
        this.#connections.begin(url, { method: 'GET', timeoutMs: this.#dataTimeoutMs }, signal),
      )
      await reachedAt(url, () => throwErrorOf(read, { url, action }, signal))
      return read
    })
  }

  async status(path: string, signal: AbortSignal): Promise<FileStatus | null> {
    const operation = { method: 'GET', path, query: { op: 'GETFILESTATUS' } } as const
    const answer = await this.#found({ ...operation, action: `look at ${path}` }, signal)
    return answer === null ? null : statusOf(answer.body)
  }

  async list(path: string, signal: AbortSignal): Promise<readonly FileStatus[] | null> {
    const operation = { method: 'GET', path, query: { op: 'LISTSTATUS' } } as const
    const answer = await this.#found({ ...operation, action: `list ${path}` }, signal)
    return answer === null ? null : listOf(answer.body)
  }

  async makeDirectory(path: string, signal: AbortSignal): Promise<void> {
    const operation = { method: 'PUT', path, query: { op: 'MKDIRS' }, repeatable: true } as const
    await this.#ask({ ...operation, action: `make the directory ${path}` }, signal)
  }

  async rename(from: string, to: string, signal: AbortSignal): Promise<boolean> {
    const query = { op: 'RENAME', destination: to }
    return isTrue(await this.#ask(this.#renaming(from, to, query), signal))
  }

  async replace(from: string, to: string, signal: AbortSignal): Promise<boolean> {
    const query = { op: 'RENAME', destination: to, renameoptions: 'OVERWRITE' }
    const answer = await this.#ask(this.#renaming(from, to, query), signal)
    // WebHDFS says nothing where it is done. HttpFS does not know the option, and says whether there was nothing to replace.
    return answer.body.length === 0 || isTrue(answer)
  }

  async delete(path: string, signal: AbortSignal): Promise<boolean> {
    const query = { op: 'DELETE', recursive: 'false' }
    const operation = { method: 'DELETE', path, query, action: `delete ${path}` } as const
    return isTrue(await this.#ask({ ...operation, repeatable: true }, signal))
  }

  close(): void {
    this.#connections.close()
  }

  get #dataTimeoutMs(): number {
    return Math.max(this.#options.timeoutMs, leastDataTimeoutMs)
  }

  #renaming(from: string, to: string, query: Readonly<Record<string, string>>): Operation {
    return {
      method: 'PUT',
      path: from,
      query,
      action: `rename ${from} to ${to}`,
      repeatable: false,
    }
  }

  /** Null where there is no such file. */
  async #found(
    operation: Omit<Operation, 'repeatable'>,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    try {
      return await this.#ask({ ...operation, repeatable: true }, signal)
    } catch (error) {
      if (exceptionOf(error) === 'FileNotFoundException') return null
      throw error
    }
  }

  async #ask(operation: Operation, signal: AbortSignal): Promise<Answer> {
    return await this.#proven(operation.action, () => this.#askNameNode(operation, signal))
  }

  async #askNameNode(operation: Operation, signal: AbortSignal): Promise<Answer> {
    return await this.#nodes.ask(
      operation,
      async (address) => {
        const url = await this.#urlOf(address, operation, signal)
        const answer = await this.#connections.ask(url, this.#plain(operation.method), signal)
        const error = errorOf(answer, operation.action)
        if (error !== null) throw error
        return answer
      },
      signal,
    )
  }

  async #send(operation: Operation, body: HdfsBody, signal: AbortSignal): Promise<void> {
    const { method, query, action } = operation
    await this.#proven(action, async () => {
      const answer = await this.#viaDataNode(operation, async (more) => {
        const located = { ...operation, query: { ...query, ...more }, repeatable: true }
        const { location, body: json } = await this.#askNameNode(located, signal)
        const url = this.#dataNodeUrl(locationOf(location, action, json))
        const exchange = { method, headers, body, timeoutMs: this.#dataTimeoutMs }
        return await reachedAt(url, () => this.#connections.ask(url, exchange, signal))
      })
      const error = errorOf(answer, action)
      if (error !== null) throw error
    })
  }

  /** Asks once more, with another proof, where the one that was used is not taken: nothing has been done then. */
  async #proven<T>(action: string, call: () => Promise<T>): Promise<T> {
    const { authentication } = this.#options
    if (authentication === undefined) return await call()
    const { generation } = authentication
    try {
      return await call()
    } catch (error) {
      if (!isUnproven(error)) throw error
      authentication.refuse(generation)
    }
    try {
      return await call()
    } catch (error) {
      if (!isUnproven(error)) throw error
      throw new RetriableError(`Cannot ${action}: HDFS does not take its own token.`, {
        cause: error,
      })
    }
  }

  /** Asks the NameNode for another DataNode where the one it named cannot be reached. */
  async #viaDataNode<T>(
    { action, repeatable }: NameNodeCall,
    call: (query: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const excluded: string[] = []
    for (let tries = 1; ; tries++) {
      try {
        return await call(excluded.length === 0 ? {} : { excludedatanodes: excluded.join(',') })
      } catch (error) {
        if (!(error instanceof DataNodeError)) throw error
        const { host, cause } = error
        const lost = cause instanceof LostAnswerError
        if (tries >= mostDataNodes || (lost && !repeatable)) {
          throw new RetriableError(`Cannot ${action} at the DataNode ${host}: ${error.message}`, {
            cause,
          })
        }
        if (!lost) excluded.push(host)
      }
    }
  }

  #plain(method: string): Exchange {
    return { method, headers, timeoutMs: this.#options.timeoutMs }
  }

  async #urlOf(
    address: URL,
    { path, query }: Pick<Operation, 'path' | 'query'>,
    signal: AbortSignal,
  ): Promise<URL> {
    const { identity, authentication } = this.#options
    const proof = await authentication?.proof(address, signal)
    const parameters = { ...query, ...identity.query, ...proof?.query }
    const text = Object.entries(parameters)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')
    return new URL(`${address.origin}/webhdfs/v1${pathText(path)}?${text}`)
  }

  #dataNodeUrl(location: string): URL {
    // It may hold a token, which no message is to show.
    if (!URL.canParse(location)) {
      throw new ConnectError('HDFS sent the client on to a place whose address is no URL.')
    }
    const url = new URL(location)
    const mapped =
      this.#options.dataNodes?.get(url.host) ?? this.#options.dataNodes?.get(url.hostname)
    if (mapped !== undefined) url.host = mapped
    return url
  }
}

/** A DataNode that could not be reached, or was lost. */
class DataNodeError extends Error {
  readonly host: string

  constructor(host: string, cause: Error) {
    super(cause.message, { cause })
    this.host = host
  }
}

async function reachedAt<T>({ hostname }: URL, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof LostAnswerError) {
      throw new DataNodeError(hostname, error)
    }
    throw error
  }
}

async function throwErrorOf(
  message: IncomingMessage,
  { url, action }: { readonly url: URL; readonly action: string },
  signal: AbortSignal,
): Promise<void> {
  const { statusCode: status = 0 } = message
  if (status < 400) return
  const error = errorOf({ status, body: await readAll(message, url, signal) }, action)
  if (error !== null) throw error
}

function isTrue({ body }: Answer): boolean {
  return /"boolean"\s*:\s*true/.test(body.toString())
}
