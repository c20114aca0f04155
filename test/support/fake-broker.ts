import net from 'node:net'
import type { ApiKey } from '../../src/kafka/protocol/api.ts'
import { decodeBody, encodeBody } from '../../src/kafka/protocol/api.ts'
import { apiVersionsApi } from '../../src/kafka/protocol/api-versions.ts'
import { ByteReader } from '../../src/kafka/protocol/byte-reader.ts'
import type { Codec } from '../../src/kafka/protocol/codec.ts'

/** A request as the fake broker got it: header read, body not yet. */
export interface FakeRequest {
  readonly apiKey: number
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
  readonly flexible: boolean
  readonly body: ByteReader
  readonly socket: net.Socket
}

/**
 * What a request is answered with: the body's bytes, or the connection's end; `silence` leaves it and all behind it
 * without an answer, `none` it alone (Produce with acks=0). An answer may come later, and holds up those behind it.
 */
export type FakeAnswer = Buffer | 'silence' | 'none' | 'disconnect'

export type FakeHandler = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>

/** One message that a fake broker answers, and the versions it says it speaks. */
export interface FakeApi {
  readonly api: ApiKey
  readonly minVersion?: number
  readonly maxVersion?: number
  readonly handle: FakeHandler
}

export function readRequest<T>(codec: Codec<T>, request: FakeRequest, api: ApiKey): T {
  return decodeBody(api, codec, request.body, request.version)
}

export function answerOf<T>(codec: Codec<T>, body: T, request: FakeRequest, api: ApiKey): Buffer {
  return encodeBody(api, codec, body, request.version)
}

/** A broker over real sockets that answers as its test tells it to, in order on each connection as Kafka does. */
export class FakeBroker implements AsyncDisposable {
  readonly requests: FakeRequest[] = []
  /** What the cluster has switched on, with its level. */
  readonly finalizedFeatures = new Map<string, number>()
  /** The most requests that had come and were not answered at one time. */
  mostWaiting = 0
  #waiting = 0
  readonly #server: net.Server
  readonly #apis: readonly FakeApi[]
  readonly #sockets = new Set<net.Socket>()

  private constructor(apis: readonly FakeApi[]) {
    this.#apis = apis
    this.#server = net.createServer((socket) => this.#serve(socket))
  }

  static async start(apis: readonly FakeApi[], port = 0): Promise<FakeBroker> {
    const broker = new FakeBroker(apis)
    await new Promise<void>((resolve) => broker.#server.listen(port, '127.0.0.1', resolve))
    return broker
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  get connectionCount(): number {
    return this.#sockets.size
  }

  /** How many requests of this message came. */
  count(api: ApiKey): number {
    return this.requests.filter(({ apiKey }) => apiKey === api.key).length
  }

  disconnectAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnectAll()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    let received: Buffer = Buffer.alloc(0)
    let tail: Promise<void> = Promise.resolve()
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0)
        const frame = Buffer.from(received.subarray(4, end))
        received = received.subarray(end)
        this.mostWaiting = Math.max(this.mostWaiting, ++this.#waiting)
        tail = tail.then(() => this.#answer(frame, socket)).finally(() => this.#waiting--)
      }
    })
  }

  async #answer(frame: Buffer, socket: net.Socket): Promise<void> {
    if (socket.destroyed) return
    const request = this.#parse(frame, socket)
    this.requests.push(request)
    const answer = await this.#handle(request)
    if (answer === 'disconnect') socket.destroy()
    else if (answer === 'silence') await new Promise((resolve) => socket.once('close', resolve))
    else if (answer !== 'none') this.#reply(request, answer)
  }

  #parse(frame: Buffer, socket: net.Socket): FakeRequest {
    const body = new ByteReader(frame)
    const [apiKey, version, correlationId] = [body.int16(), body.int16(), body.int32()]
    const clientId = body.utf8(body.int16())
    const api = apiKey === apiVersionsApi.key ? apiVersionsApi : this.#find(apiKey)?.api
    const flexible = version >= (api?.flexibleFrom ?? Infinity)
    if (flexible) body.skip(1)
    return { apiKey, version, correlationId, clientId, flexible, body, socket }
  }

  #find(apiKey: number): FakeApi | undefined {
    return this.#apis.find(({ api }) => api.key === apiKey)
  }

  #handle(request: FakeRequest): FakeAnswer | Promise<FakeAnswer> {
    const known = this.#find(request.apiKey)
    if (known !== undefined) return known.handle(request)
    if (request.apiKey !== apiVersionsApi.key) return 'disconnect'
    const apiKeys = this.#apis.map(({ api, minVersion, maxVersion }) => ({
      apiKey: api.key,
      minVersion: minVersion ?? api.minVersion,
      maxVersion: maxVersion ?? api.maxVersion,
    }))
    const body = {
      errorCode: 0,
      apiKeys,
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: this.finalizedFeatures.size > 0 ? 1 : -1,
      finalizedFeatures: [...this.finalizedFeatures].map(([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      })),
    }
    return answerOf(apiVersionsApi.response, body, request, apiVersionsApi)
  }

  #reply(request: FakeRequest, body: Buffer): void {
    const tagged = request.flexible && request.apiKey !== apiVersionsApi.key
    const header = Buffer.alloc(tagged ? 9 : 8)
    header.writeInt32BE(header.length - 4 + body.length)
    header.writeInt32BE(request.correlationId, 4)
    request.socket.write(Buffer.concat([header, body]))
  }
}
