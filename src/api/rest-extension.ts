import type { ConnectorConfig } from '../config/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/**
 * Extends the REST API: checks requests before they are served, and serves paths of its own. Named by the worker file's
 * `rest.extension.classes`. Runs on the main thread, since it answers what that thread is asked: it must never work
 * for long without waiting, and each call has a time limit.
 */
export interface ConnectRestExtension {
  /** Is given the worker's configuration, variables resolved. */
  configure?(config: ConnectorConfig): MaybePromise<void>
  /** Is called once, before the worker takes requests. What it registers holds for good. */
  register(context: ConnectRestExtensionContext): MaybePromise<void>
  /** The worker takes no more requests. */
  close?(): MaybePromise<void>
}

/** What an extension may do to the REST API. */
export interface ConnectRestExtensionContext {
  /**
   * Has `filter` called with every request to a path that is served, its own and those of `admin.listeners` aside, as
   * soon as the worker has started. Filters of several extensions are called in the order of `rest.extension.classes`.
   */
  readonly addFilter: (filter: RestFilter) => void
  /** Serves `path` with `method`. Throws where that is served already. */
  readonly addRoute: (route: RestRoute) => void
  /** The worker's connectors. May be asked from the first request on. */
  readonly clusterState: ConnectClusterState
}

/** Lets a request pass by answering nothing, or answers it in the worker's place. One that throws refuses it. */
export type RestFilter = (
  request: RestExtensionRequest,
) => MaybePromise<RestExtensionResponse | undefined>

/** A path of an extension's own. */
export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Parameters are parts that begin with a colon: `/audit/:connector`. */
  readonly path: string
  /** One sentence for `GET /openapi.json`. */
  readonly summary?: string
  /** What it throws is answered as the worker's own errors are: a NotFoundError is 404, any other 500. */
  handle(request: RestExtensionRequest): MaybePromise<RestExtensionResponse>
}

/** A request, read whole. */
export interface RestExtensionRequest {
  readonly method: string
  /** As it was sent, without the query and `rest.path.prefix`: `/connectors/a%20b`. */
  readonly path: string
  /** The path as it is registered: `/connectors/:connector`. To be decided by, where a path can be written in several ways. */
  readonly route: string
  readonly query: URLSearchParams
  readonly body: Uint8Array
  /** The client's address, or that of the proxy before it. */
  readonly remoteAddress: string
  /** Aborts when the time for the answer is over. */
  readonly signal: AbortSignal
  /** A parameter of the path, unescaped; empty where the path has none of that name. */
  readonly param: (name: string) => string
  /** The header of that name, in whichever case. */
  readonly header: (name: string) => string | undefined
}

/** `body` is sent as JSON, `text` as it is; without either there is no content. */
export interface RestExtensionResponse {
  readonly status: number
  readonly body?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What an extension may know of the worker (Java's `ConnectClusterState`). */
export interface ConnectClusterState {
  connectors(): readonly string[]
  /** Throws a NotFoundError where there is no status of that connector. */
  connectorHealth(name: string): ConnectorHealth
  /** As it is stored, variables unresolved. Rejects with a NotFoundError where there is no such connector. */
  connectorConfig(name: string): Promise<Readonly<Record<string, string | null>>>
  clusterDetails(): { readonly kafkaClusterId: string | null }
}

/** States of a connector and of its tasks, by number. */
export interface ConnectorHealth {
  readonly name: string
  readonly type: 'source' | 'sink' | 'unknown'
  readonly connectorState: ConnectState
  readonly tasksState: ReadonlyMap<number, ConnectState>
}

export interface ConnectState {
  readonly state: string
  readonly workerId: string
  /** Why it failed, else null. */
  readonly traceMessage: string | null
}
