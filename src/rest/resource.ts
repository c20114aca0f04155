import type { Herder } from '../herder/herder.ts'
import type { Operation } from './openapi/operation.ts'
import type { Stream } from './log-stream.ts'
import { ConnectError } from '../errors/connect-error.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request as its resource sees it: routed, negotiated, read whole. */
export interface RestRequest {
  readonly herder: Herder
  /** As it was sent; HEAD has the handler of GET. */
  readonly method: string
  /** As it was sent, without the query: `/connectors/a%20b`. */
  readonly path: string
  /** The path of the resource. */
  readonly route: string
  readonly remoteAddress: string
  /** The header of that name, in whichever case. */
  readonly header: (name: string) => string | undefined
  /** A parameter of the path, unescaped. */
  readonly param: (name: string) => string
  readonly query: URLSearchParams
  readonly body: Uint8Array
  /** `http://host:port` as the client addressed us, and {@link basePath} behind it. */
  readonly baseUrl: string
  /** `rest.path.prefix` where the client has put it before the path, else empty. */
  readonly basePath: string
  /** Ends with the request's time limit. */
  readonly signal: AbortSignal
}

/** `body` is sent as JSON, `text` as it is, in the resource's own media type, `stream` writes itself; without any there is no content. */
export interface RestResponse {
  readonly status: number
  readonly body?: unknown
  readonly text?: string
  readonly stream?: Stream
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler = (request: RestRequest) => Promise<RestResponse> | RestResponse

/** One path and what may be done with it. */
export interface Resource {
  /** In the router's syntax: `/connectors/:connector`. */
  readonly path: string
  /** Whether a body of another type than JSON is refused. */
  readonly consumesJson: boolean
  /** Media type of the answer where it is not JSON, or those to choose from. */
  readonly produces?: string | readonly string[]
  /** Most time a request may take; 90 s by default, as in Java. */
  readonly timeLimitMs?: number
  readonly methods: Partial<Record<Method, Handler>>
  /** Of each of the methods, what it takes and answers. */
  readonly operations: Partial<Record<Method, Operation>>
}

const reasons = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
}

/** What HTTP itself has to refuse, before any resource is asked. Java answers it without Content-Type. */
export class ProtocolError extends ConnectError {
  readonly status: keyof typeof reasons

  constructor(status: keyof typeof reasons) {
    super(`HTTP ${status} ${reasons[status]}`)
    this.status = status
  }
}
