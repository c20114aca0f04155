import { createServer, request as requestTo } from 'node:http'
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request asks of an S3 server, as far as a sink's faults tell them apart. */
export type S3Step = 'put' | 'begin' | 'part' | 'complete' | 'abort' | 'find' | 'list' | 'other'

/**
 * Where a request is cut off: before the server hears of it; within it (half of its body reaches the server; where it has none, half of the answer's
 * head comes back); or after the server has done it, and its answer is lost.
 */
export type FaultMoment = 'before' | 'within' | 'after'

export type FaultOutcome = 'cut' | 'pass'

export interface S3Fault {
  readonly step: S3Step
  readonly when: FaultMoment
  /** So many such requests pass before it happens. */
  skip?: number
  /** How many requests it happens to; one where it is left out. */
  times?: number
  /** What happens beside; the connection is cut once it resolves. With `pass` nothing is cut, and the request goes on from there. */
  happen?(): FaultOutcome | Promise<FaultOutcome>
}

/** Stands in front of an S3 server, and makes faults happen at its requests, which are passed on as they were signed. */
export class S3Gate implements AsyncDisposable {
  readonly url: string
  /** Those to come. */
  faults: S3Fault[] = []
  /** Those that have happened: step and moment of each. */
  readonly happened: string[] = []
  readonly #server: Server
  readonly #target: URL

  private constructor(server: Server, target: URL) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.#server = server
    this.#target = target
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#pass(request, response).catch(() => request.socket.destroy())
    })
  }

  static async open(target: string): Promise<S3Gate> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    return new S3Gate(server, new URL(target))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#due(stepOf(request))
    const body = await bodyOf(request)
    if (fault?.when === 'before' && (await outcomeOf(fault)) === 'cut') {
      cut(request)
      return
    }
    if (fault?.when === 'within' && body.length > 0) {
      await this.#half(request, body)
      await outcomeOf(fault)
      cut(request)
      return
    }
    const answer = await answerTo(this.#onward(request), body)
    const content = await bodyOf(answer)
    if (fault !== null && fault.when !== 'before' && (await outcomeOf(fault)) === 'cut') {
      if (fault.when === 'within') response.socket?.write('HTTP/1.1 200 OK\r\nContent-Le')
      cut(request)
      return
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    response.end(content)
  }

  /** Has the server hear half of a body, and then that its client is gone. */
  async #half(request: IncomingMessage, body: Buffer): Promise<void> {
    const onward = this.#onward(request)
    const isGone = new Promise<void>((resolve) => {
      onward.once('error', () => resolve())
      onward.once('close', () => resolve())
    })
    await new Promise<void>((resolve) => {
      onward.write(body.subarray(0, body.length / 2), () => resolve())
    })
    onward.destroy()
    await isGone
  }

  #onward({ method, url: path, headers }: IncomingMessage): ClientRequest {
    const { hostname: host, port } = this.#target
    // The server is not asked whether it wants the body, which is here already.
    const { expect: _expect, ...others } = headers
    return requestTo({ host, port, method, path, headers: others, agent: false })
  }

  #due(step: S3Step): S3Fault | null {
    const fault = this.faults.find((each) => each.step === step)
    if (fault === undefined) return null
    if (fault.skip !== undefined && fault.skip > 0) {
      fault.skip--
      return null
    }
    fault.times = (fault.times ?? 1) - 1
    if (fault.times <= 0) this.faults = this.faults.filter((each) => each !== fault)
    this.happened.push(`${fault.when} ${step}`)
    return fault
  }
}

async function outcomeOf(fault: S3Fault): Promise<FaultOutcome> {
  return (await fault.happen?.()) ?? 'cut'
}

function cut(request: IncomingMessage): void {
  request.socket.resetAndDestroy()
}

async function answerTo(onward: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    onward.once('response', resolve)
    onward.once('error', reject)
    onward.end(body)
  })
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of message) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

function stepOf({ method, url = '' }: IncomingMessage): S3Step {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const isObject = pathname.split('/').filter((part) => part !== '').length > 1
  if (!isObject) return searchParams.has('uploads') ? 'list' : 'other'
  if (method === 'POST') return searchParams.has('uploads') ? 'begin' : 'complete'
  if (method === 'PUT') {
    if (searchParams.has('partNumber')) return 'part'
    return searchParams.has('tagging') ? 'other' : 'put'
  }
  if (method === 'HEAD') return 'find'
  return method === 'DELETE' && searchParams.has('uploadId') ? 'abort' : 'other'
}
