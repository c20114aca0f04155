import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { answerTimeout } from './limits.ts'

/** The open connections of a listener, and which of them wait for an answer. */
export class Connections {
  readonly #sockets = new Set<Socket>()
  readonly #handshakes = new Map<string, Socket>()
  readonly #answering = new Map<ServerResponse, IncomingMessage>()

  /** A client that has yet to agree on TLS: until then it is asked for nothing, and nothing is owed to it. */
  handshake(socket: Socket): void {
    const client = peerOf(socket)
    this.#handshakes.set(client, socket)
    socket.once('close', () => this.#handshakes.delete(client))
  }

  add(socket: Socket): void {
    this.#handshakes.delete(peerOf(socket))
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // A client that resets its connection is no news.
    socket.on('error', () => socket.destroy())
  }

  /** Until the answer has been read or given up. */
  answering(request: IncomingMessage, response: ServerResponse): void {
    this.#answering.set(response, request)
    let slow: NodeJS.Timeout | undefined
    response.once('prefinish', () => {
      slow = setTimeout(() => request.socket.destroy(), answerTimeout).unref()
    })
    response.once('close', () => {
      clearTimeout(slow)
      this.#answering.delete(response)
    })
  }

  /** Whether all that was asked on this connection has been answered; a request that is still being sent is not. */
  owesNothing(socket: Duplex): boolean {
    return this.#requestsOf(socket).every(([, request]) => !request.complete)
  }

  /** Ends the connection with the last answer owed to it. */
  endAfterAnswers(socket: Duplex): void {
    for (const [response] of this.#requestsOf(socket)) {
      if (!response.headersSent) response.setHeader('Connection', 'close')
      response.once('close', () => socket.end())
    }
  }

  #requestsOf(socket: Duplex): (readonly [ServerResponse, IncomingMessage])[] {
    return [...this.#answering].filter(([, request]) => request.socket === socket)
  }

  /** Makes every answer that is still to come the last of its connection. */
  makeLast(): void {
    for (const response of this.#answering.keys()) {
      if (!response.headersSent) response.setHeader('Connection', 'close')
    }
  }

  /** Closes what no answer is owed to. */
  closeIdle(): void {
    this.#closeExcept([...this.#answering.values()])
  }

  /** Closes as well what only the client holds up: a request that is still being sent, an answer still being read. */
  closeSlow(): void {
    const ours = [...this.#answering].filter(
      ([response, request]) => request.complete && !response.writableEnded,
    )
    this.#closeExcept(ours.map(([, request]) => request))
  }

  closeAll(): void {
    this.#closeExcept([])
  }

  #closeExcept(requests: readonly IncomingMessage[]): void {
    for (const socket of this.#handshakes.values()) socket.destroy()
    const kept = new Set<Socket>(requests.map(({ socket }) => socket))
    for (const socket of this.#sockets) if (!kept.has(socket)) socket.destroy()
  }
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
