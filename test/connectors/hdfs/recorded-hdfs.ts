import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Exchange } from './recordings.ts'

/** A request as it arrived. */
export interface Seen {
  readonly method: string
  readonly target: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/** Answers as the servers did that were recorded, one request after another; to NameNode, DataNode and HttpFS on one port. */
export class RecordedHdfs implements AsyncDisposable {
  readonly seen: Seen[] = []
  readonly #server: http.Server
  #left: Exchange[] = []

  private constructor() {
    this.#server = http.createServer((incoming, response) => {
      void this.#answer(incoming, response)
    })
  }

  static async start(): Promise<RecordedHdfs> {
    const hdfs = new RecordedHdfs()
    await new Promise<void>((resolve) => hdfs.#server.listen(0, '127.0.0.1', resolve))
    return hdfs
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** What is answered from now on, in this order. */
  expect(exchanges: readonly Exchange[]): void {
    this.seen.length = 0
    this.#left = [...exchanges]
  }

  /** A recorded text, with hosts of this server in place of the recorder's. */
  filled(text: string): string {
    return text
      .replace(/\{(?:namenode\d?|datanode|httpfs)\}/g, this.host)
      .replace(/\{namenoderpc\}/g, '127.0.0.1:8020')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = incoming
    const exchange = this.#left.shift()
    // A DataNode does so unasked.
    if (/[?&]op=(?:CREATE|APPEND)&.*namenoderpcaddress/.test(target)) response.writeContinue()
    const chunks: Buffer[] = []
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
    this.seen.push({ method, target, headers, body: Buffer.concat(chunks) })
    const recorded = exchange?.response
    if (recorded === undefined) {
      incoming.socket.destroy()
      return
    }
    const body = Buffer.from(this.filled(bodyOf(recorded)))
    const { 'transfer-encoding': _encoding, ...rest } = recorded.headers
    const filled = Object.entries(rest).map(([name, value]): [string, string | string[]] => [
      name,
      typeof value === 'string' ? this.filled(value) : value.map((each) => this.filled(each)),
    ])
    const length = { 'content-length': String(body.length) }
    response.writeHead(recorded.status, { ...Object.fromEntries(filled), ...length }).end(body)
  }
}

function bodyOf({ json, text }: NonNullable<Exchange['response']>): string {
  if (json !== undefined) return JSON.stringify(json)
  const length = /^<(\d+) bytes>$/.exec(text ?? '')
  return length === null ? (text ?? '') : 'x'.repeat(Number(length[1]))
}
