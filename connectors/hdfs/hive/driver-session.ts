import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type * as hiveDriver from 'hive-driver'
import { ConfigError } from 'sluice/api'
import type { HiveEndpoint } from './hive-endpoint.ts'
import { HiveAwayError, HiveRefusedError } from './hive-session.ts'
import type { HiveRow, HiveSession, OpenHiveSession } from './hive-session.ts'

type Driver = typeof hiveDriver
type Session = Awaited<ReturnType<hiveDriver.HiveClient['openSession']>>
type Authentication = Parameters<hiveDriver.HiveClient['connect']>[2]
/** What of a connection is not in the driver's types. */
interface Destroyable {
  destroy?(): void
}

/** `HIVE_CLI_SERVICE_PROTOCOL_V10`: of Hive 2 and later; a server that is older says which one it speaks. */
const protocolVersion = 9
/** Fetched at once. */
const mostRows = 10_000
/** How long the end of a session may take. */
const farewellMs = 1000
/** The driver's own services come without types. */
interface Services {
  readonly TCLIService: object
  readonly TCLIService_types: ConstructorParameters<Driver['HiveClient']>[1]
}

export interface DriverOptions {
  readonly endpoint: HiveEndpoint
  readonly user: string
  readonly password: string
  /** How long a statement, or a connection, may take. */
  readonly timeoutMs: number
}

/** Sessions of `hive-driver`, which is installed where tables of Hive are wanted. Rejects with a ConfigError where it is not. */
export async function hiveSessions(options: DriverOptions): Promise<OpenHiveSession> {
  const driver = await loadDriver()
  let next = 0
  return async (signal) => {
    const { hosts } = options.endpoint
    const address = hosts[next++ % hosts.length] ?? { host: '', port: 0 }
    const session = new DriverSession(driver, options, address)
    try {
      await session.open(signal)
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    return await import('hive-driver')
  } catch (cause) {
    throw new ConfigError(
      'The driver of Hive is not installed. Install it beside this worker: npm install hive-driver@1',
      { cause },
    )
  }
}

/**
 * The driver answers some errors by an event of its client alone, and some by nothing: every call is raced with that event and with
 * a time.
 */
class DriverSession implements HiveSession {
  readonly #driver: Driver
  readonly #options: DriverOptions
  readonly #address: { readonly host: string; readonly port: number }
  readonly #client: hiveDriver.HiveClient
  readonly #agent: HttpAgent | null
  readonly #broken: Promise<never>
  #break: (error: unknown) => void = () => undefined
  #destroySocket: () => void = () => undefined
  #session: Session | null = null
  #failed = false

  constructor(driver: Driver, options: DriverOptions, address: { host: string; port: number }) {
    this.#driver = driver
    this.#options = options
    this.#address = address
    const { TCLIService, TCLIService_types } = driver.thrift as Services
    this.#client = new driver.HiveClient(TCLIService, TCLIService_types)
    this.#broken = new Promise((_resolve, reject) => (this.#break = reject))
    this.#broken.catch(() => undefined)
    this.#client.on('error', (error) => this.#break(error))
    this.#client.on('close', () => this.#break(new Error('the connection was closed')))
    const { httpPath, tls } = options.endpoint
    this.#agent = httpPath === null ? null : tls ? new HttpsAgent() : new HttpAgent()
  }

  async open(signal: AbortSignal): Promise<void> {
    const { connections } = this.#driver
    const { httpPath, tls } = this.#options.endpoint
    const provider =
      httpPath === null ? new connections.TcpConnection() : new connections.HttpConnection()
    const safe = { rejectUnauthorized: true }
    const options =
      httpPath === null
        ? { ssl: tls, ...safe }
        : { path: httpPath, https: tls, nodeOptions: { agent: this.#agent, ...safe } }
    const connect = this.#client.connect(
      { ...this.#address, options },
      provider,
      this.#authentication(),
    )
    await this.#within(connect, signal)
    const opened = this.#client.openSession({ client_protocol: protocolVersion })
    this.#session = await this.#within(opened, signal)
  }

  async execute(statement: string, signal: AbortSignal): Promise<readonly HiveRow[]> {
    return await this.#within(this.#run(statement), signal)
  }

  /** Tells the server, which keeps sessions over HTTP for hours else; waits no longer than a moment for it. */
  async close(): Promise<void> {
    const session = this.#session
    this.#session = null
    try {
      if (session !== null && !this.#failed) {
        await this.#within(session.close(), AbortSignal.timeout(farewellMs))
      }
    } catch {
      // It has gone, or does not answer: it ends there by itself.
    } finally {
      this.#break(new Error('the session was closed'))
      this.#client.close()
      this.#destroySocket()
      this.#agent?.destroy()
    }
  }

  async #run(statement: string): Promise<HiveRow[]> {
    const { TCLIService_types } = this.#driver.thrift as Services
    const utils = new this.#driver.HiveUtils(TCLIService_types)
    if (this.#session === null) throw new Error('the session was closed')
    const operation = await this.#session.executeStatement(statement, { runAsync: true })
    await utils.waitUntilReady(operation, false, () => undefined)
    operation.setMaxRows(mostRows)
    await utils.fetchAll(operation)
    const rows = utils.getResult(operation).getValue() as readonly object[] | null
    await operation.close()
    return (rows ?? []).map((row) => Object.values(row) as HiveRow)
  }

  #authentication(): NonNullable<Authentication> {
    const { auth } = this.#driver
    const { endpoint, user, password } = this.#options
    const plain = { username: user, password }
    if (endpoint.httpPath !== null) return new auth.PlainHttpAuthentication(plain)
    const inner = endpoint.sasl
      ? new auth.PlainTcpAuthentication(plain)
      : new auth.NoSaslAuthentication()
    return {
      authenticate: async (transport) => {
        const done = inner.authenticate(transport)
        const socket = transport.getTransport() as Destroyable | undefined
        this.#destroySocket = () => socket?.destroy?.()
        return await done
      },
    }
  }

  async #within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    using limit = limited(this.#options.timeoutMs, signal)
    try {
      return await Promise.race([work, this.#broken, limit.reached])
    } catch (error) {
      this.#failed ||= !(isStatus(error) || isState(error))
      signal.throwIfAborted()
      throw this.#asHiveError(error)
    } finally {
      // What it comes to later is nobody's any more.
      work.catch(() => undefined)
    }
  }

  #asHiveError(cause: unknown): Error {
    const { host, port } = this.#address
    const { text, code } = described(cause)
    if (code !== null && code > 0) return new HiveRefusedError(text, code)
    const hint = /\b401\b|authenticat/i.test(text)
      ? '. Check hive.server2.user and hive.server2.password'
      : ''
    return new HiveAwayError(`HiveServer2 at ${host}:${port} cannot be asked: ${text}${hint}`, {
      cause,
    })
  }
}

/** Rejects after a time, or once the signal aborts. */
function limited(
  ms: number,
  signal: AbortSignal,
): Disposable & { readonly reached: Promise<never> } {
  let dispose = (): void => undefined
  const reached = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(new Error('the wait for it was given up'))
    const timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms)
    signal.addEventListener('abort', abort, { once: true })
    dispose = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  })
  return { reached, [Symbol.dispose]: () => dispose() }
}

/** What the server says of a statement that it refuses: no Error. */
function isStatus(error: unknown): error is { readonly code: unknown; readonly message: unknown } {
  return isObject(error) && error.name === 'Status Error'
}

/** What it says of one that has failed. */
function isState(error: unknown): error is { readonly response: Record<string, unknown> } {
  return isObject(error) && isObject(error.response) && 'operationState' in error.response
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function described(error: unknown): { readonly text: string; readonly code: number | null } {
  if (isState(error)) {
    const { errorMessage, errorCode } = error.response
    return { text: firstLine(errorMessage), code: Number(errorCode ?? 0) }
  }
  const text = firstLine(isObject(error) ? error.message : error)
  return { text, code: isStatus(error) ? Number(error.code) : null }
}

/** Java's traces follow the message. */
function firstLine(text: unknown): string {
  const [line = ''] = typeof text === 'string' ? text.split('\n') : []
  return line.trim() === '' ? 'no reason was given' : line.trim()
}
