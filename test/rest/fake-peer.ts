import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AskedOfPeer {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface AnswerOfPeer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Sends the headers and cuts the connection. */
  readonly isCut?: boolean
}

/** Another worker of the cluster, which answers as it is told and keeps what it was asked. */
export class FakePeer implements AsyncDisposable {
  readonly asked: AskedOfPeer[] = []
  answer: AnswerOfPeer | null = { status: 204 }
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      this.asked.push({ method, url, headers, body: Buffer.concat(parts).toString() })
      // Null: it never answers.
      if (this.answer === null) return
      const { status, headers: own, body = '', isCut = false } = this.answer
      response.writeHead(status, { ...own, ...(isCut && { 'Content-Length': '100' }) })
      if (isCut) response.write('[', () => request.socket.destroy())
      else response.end(body)
    })
  })

  static async start(): Promise<FakePeer> {
    const peer = new FakePeer()
    peer.#server.listen(0, '127.0.0.1')
    await once(peer.#server, 'listening')
    return peer
  }

  /** As a worker tells its group. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
