import type {
  ConnectRestExtension,
  RestExtensionRequest,
  RestFilter,
  RestRoute,
} from '../../api/rest-extension.ts'
import type { ConnectorConfig } from '../../config/types.ts'
import { ConfigError, ConnectError, asError } from '../../errors/connect-error.ts'
import { RestError } from '../../errors/rest-error.ts'
import type { Herder } from '../../herder/herder.ts'
import { abortable, timeLimit } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { anything } from '../media-types.ts'
import type { Handler, Resource, RestRequest, RestResponse } from '../resource.ts'
import { resources } from '../resources/index.ts'
import { withOpenApi } from '../resources/openapi.ts'
import { clusterState } from './cluster-state.ts'
import { checkedResponse } from './checked-response.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')

/** How long one call of an extension may take. */
const limits = { answerMs: 30_000, closeMs: 5000 }

/** An extension and the name that the worker file gives it. */
export interface NamedExtension {
  readonly className: string
  readonly extension: ConnectRestExtension
}

/** The REST extensions of a worker: what they have registered, each call within its time. */
export class RestExtensions {
  readonly #extensions: readonly NamedExtension[]
  readonly #filters: { readonly className: string; readonly filter: RestFilter }[] = []
  /** By the shape of the path. */
  readonly #resources = new Map<string, Resource>()
  readonly #limits: typeof limits
  #herder: Herder | null = null

  private constructor(extensions: readonly NamedExtension[], given: typeof limits) {
    this.#extensions = extensions
    this.#limits = given
  }

  /** Configures each and has it register. Rejects with a ConfigError that names the one at fault, the others closed. */
  static async open(
    extensions: readonly NamedExtension[],
    config: ConnectorConfig,
    signal: AbortSignal,
    given = limits,
  ): Promise<RestExtensions> {
    const opened = new RestExtensions(extensions, given)
    try {
      for (const each of extensions) await opened.#register(each, config, signal)
    } catch (error) {
      await opened.close()
      throw error
    }
    return opened
  }

  /** The paths that extensions serve. */
  get resources(): readonly Resource[] {
    return [...this.#resources.values()]
  }

  /** From here on extensions may ask about connectors. */
  attach(herder: Herder): void {
    this.#herder = herder
  }

  /** What a filter answers in the worker's place; null where all let the request pass. */
  async filter(request: RestRequest): Promise<RestResponse | null> {
    for (const { className, filter } of this.#filters) {
      const answer = await this.#inTime(className, request.signal, (signal) =>
        filter(toExtensionRequest(request, signal)),
      )
      if (answer !== undefined) return checkedResponse(className, answer)
    }
    return null
  }

  async close(): Promise<void> {
    for (const { className, extension } of this.#extensions) {
      try {
        const signal = AbortSignal.timeout(this.#limits.closeMs)
        await this.#inTime(className, signal, () => extension.close?.())
      } catch (error) {
        log.warn(`The REST extension ${className} was not closed: ${asError(error).message}`)
      }
    }
  }

  async #register(
    { className, extension }: NamedExtension,
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#inTime(className, signal, () => extension.configure?.(config))
      await this.#inTime(className, signal, () =>
        extension.register({
          addFilter: (filter) => void this.#filters.push({ className, filter }),
          addRoute: (route) => this.#addRoute(className, route),
          clusterState: clusterState(() => this.#herder),
        }),
      )
    } catch (cause) {
      signal.throwIfAborted()
      throw new ConfigError(
        `The REST extension ${className} cannot be started: ${asError(cause).message}`,
        { cause },
      )
    }
  }

  #addRoute(className: string, route: RestRoute): void {
    const { method, path, summary = `Served by ${className}.` } = route
    if (!pathPattern.test(path)) {
      throw new ConfigError(`Invalid path ${path}: expected parts like /audit/:connector.`)
    }
    const shape = shapeOf(path)
    const own = withOpenApi(resources(''), '').some((each) => shapeOf(each.path) === shape)
    const known = this.#resources.get(shape)
    if (own || known?.methods[method] !== undefined || (known && known.path !== path)) {
      throw new ConfigError(`${method} ${path} is served already: choose another path.`)
    }
    const handle: Handler = async (request) => {
      const answer = await this.#inTime(className, request.signal, (signal) =>
        route.handle(toExtensionRequest(request, signal)),
      )
      return checkedResponse(className, answer)
    }
    this.#resources.set(shape, {
      path,
      consumesJson: false,
      produces: anything,
      methods: { ...known?.methods, [method]: handle },
      operations: { ...known?.operations, [method]: { summary, answers: { 200: 'Any' } } },
    })
  }

  /** What an extension answers, within its time whether or not it minds the signal. */
  async #inTime<T>(
    className: string,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => MaybePromise<T>,
  ): Promise<T> {
    using limit = timeLimit(this.#limits.answerMs, signal, () => tooLate(className))
    try {
      const answer = Promise.resolve().then(() => ask(limit.signal))
      return await abortable(answer, limit.signal)
    } catch (error) {
      if (signal.aborted) throw tooLate(className)
      // What is no Error has neither message nor status.
      throw error instanceof Error ? error : new ConnectError(String(error))
    }
  }
}

function toExtensionRequest(
  { method, path, route, query, body, remoteAddress, param, header }: RestRequest,
  signal: AbortSignal,
): RestExtensionRequest {
  return { method, path, route, query, body, remoteAddress, param, header, signal }
}

const pathPattern = /^(?:\/:?[\w.~-]+)+$/

/** What the path is to the router, whatever its parameters are called. */
function shapeOf(path: string): string {
  return path.replace(/:[^/]+/g, ':')
}

function tooLate(className: string): RestError {
  return new RestError(500, `The REST extension ${className} has not answered in time.`)
}
