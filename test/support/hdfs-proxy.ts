import http from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delay } from '../../src/util/abort.ts'

/** What becomes of one request on its way to HDFS, or of its answer on the way back. */
export type LinkFault =
  /** The connection is cut, and nothing has arrived. */
  | 'cut before'
  /** Half of the body arrives. */
  | 'cut amid request'
  /** It is done, and the answer is lost. */
  | 'answer lost'
  /** It is done, and half of the answer comes back. */
  | 'cut amid answer'
  /** It is done at once, and answered when the client no longer waits. */
  | 'late answer'
  /** It is done when the client no longer waits. */
  | 'late request'
  /** RENAME answers false, and nothing is done. */
  | 'false'
  /** RENAME answers false, and it is done. */
  | 'false though done'
  /** The DataNode that is named refuses connections. */
  | 'dead DataNode'

/** A request that comes by. */
export interface PassingRequest {
  /** Which one of this proxy's, from 1 on. */
  readonly n: number
  /** As `CREATE`; with `, step 2` where it has the contents. */
  readonly step: string
  readonly path: string
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Place {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
}

const sayFalse: Answer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"boolean":false}'),
}

/** Stands between a client of WebHDFS and its NameNode and DataNode, on one port for both, and disturbs requests. */
export class HdfsProxy implements AsyncDisposable {
  readonly requests: PassingRequest[] = []
  /** Asked for every request before it goes on; may take its time. */
  faultOf: (request: PassingRequest) => LinkFault | null | Promise<LinkFault | null> = () => null
  /** Asked once a request was answered, before the answer goes back. */
  answered: (request: PassingRequest) => Promise<void> = () => Promise.resolve()
  /** Asked once half of a body has gone, before the connection is cut. */
  amid: () => Promise<void> = () => Promise.resolve()
  readonly #nameNode: string
  readonly #holdMs: number
  readonly #server: http.Server
  /** Where the last redirection led. */
  #dataNode = ''

  private constructor(nameNode: string, holdMs: number) {
    this.#nameNode = new URL(nameNode).host
    this.#holdMs = holdMs
    this.#server = http.createServer((incoming, response) => {
      void this.#pass(incoming, response).catch(() => incoming.socket.destroy())
    })
  }

  /** `holdMs` is what is late by. */
  static async start(nameNode: string, { holdMs = 1500 } = {}): Promise<HdfsProxy> {
    const proxy = new HdfsProxy(nameNode, holdMs)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  /** `webhdfs.url`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** `webhdfs.datanode.hosts`: the DataNode is reached through here, too. */
  get dataNodes(): ReadonlyMap<string, string> {
    return new Map([['127.0.0.1', `127.0.0.1:${this.#port}`]])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const place = { incoming, response, body: await bytesOf(incoming) }
    const url = new URL(incoming.url ?? '/', this.url)
    const atDataNode = url.searchParams.has('namenoderpcaddress')
    const op = url.searchParams.get('op') ?? ''
    const request = {
      n: this.requests.length + 1,
      step: atDataNode || url.searchParams.get('data') === 'true' ? `${op}, step 2` : op,
      path: decodeURIComponent(url.pathname.slice('/webhdfs/v1'.length)),
    }
    this.requests.push(request)
    const host = atDataNode ? this.#dataNode : this.#nameNode
    const fault = await this.faultOf(request)
    if (fault === 'cut before' || fault === 'cut amid request') {
      if (fault === 'cut amid request') await sendHalf(host, place, this.amid)
      cut(incoming)
      return
    }
    if (fault === 'false') {
      answer(response, sayFalse)
      return
    }
    if (fault === 'late request') await delay(this.#holdMs)
    const found = await ask(host, place)
    await this.answered(request)
    if (typeof found.headers.location === 'string' && found.status === 307) {
      this.#dataNode = new URL(found.headers.location).host
    }
    if (fault === 'late answer') await delay(this.#holdMs)
    if (fault === 'answer lost') cut(incoming)
    else if (fault === 'cut amid answer') sendHalfAnswer(place, found)
    else answer(response, changed(found, fault))
  }
}

function changed(found: Answer, fault: LinkFault | null): Answer {
  if (fault === 'false though done') return sayFalse
  const { location } = found.headers
  if (fault !== 'dead DataNode' || typeof location !== 'string') return found
  // Nobody listens on the first port of all.
  return {
    ...found,
    headers: { ...found.headers, location: location.replace(/\/\/[^/]+/, '//localhost:1') },
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function cut({ socket }: IncomingMessage): void {
  socket.destroy()
}

function answer(response: ServerResponse, { status, headers, body }: Answer): void {
  const { connection: _connection, 'transfer-encoding': _encoding, ...kept } = headers
  response.writeHead(status, { ...kept, 'content-length': body.length })
  response.end(body)
}

function sendHalfAnswer({ incoming, response }: Place, { status, headers, body }: Answer): void {
  const half = body.subarray(0, body.length >> 1)
  if (half.length === 0) {
    incoming.socket.end('HTTP/1.1 20', () => cut(incoming))
    return
  }
  const { connection: _connection, 'transfer-encoding': _encoding, ...kept } = headers
  response.writeHead(status, { ...kept, 'content-length': body.length })
  response.write(half, () => cut(incoming))
}

function request(host: string, { incoming }: Place, length: number): http.ClientRequest {
  const { host: _host, connection: _connection, ...headers } = incoming.headers
  const { method, url: path } = incoming
  const [hostname = '', port = ''] = host.split(':')
  return http.request({
    ...{ hostname, port, method, path, agent: false },
    headers: { ...headers, ...(length > 0 && { 'content-length': length }) },
  })
}

async function ask(host: string, place: Place): Promise<Answer> {
  const asked = request(host, place, place.body.length)
  const found = await new Promise<IncomingMessage>((resolve, reject) => {
    // A DataNode says so unasked, and clients must bear it.
    asked.on('information', () => place.response.writeContinue())
    asked.once('response', resolve).once('error', reject)
    asked.end(place.body)
  })
  const { statusCode: status = 0, headers } = found
  return { status, headers, body: await bytesOf(found) }
}

/** The server hears of the end once half of the body is there. */
async function sendHalf(host: string, place: Place, amid: () => Promise<void>): Promise<void> {
  const half = place.body.subarray(0, place.body.length >> 1)
  if (half.length === 0) return
  const asked = request(host, place, place.body.length)
  await new Promise<void>((resolve) => {
    asked.once('error', () => resolve())
    asked.write(half, () => resolve())
  })
  asked.on('error', () => undefined)
  await amid()
  asked.destroy()
}
