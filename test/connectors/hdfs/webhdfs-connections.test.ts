import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exceptionOf } from '../../../connectors/hdfs/webhdfs/remote-exception.ts'
import { WebHdfsClient } from '../../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import { lineOf } from './recordings.ts'

/** What one side sent, and what came back then. */
interface Step {
  readonly sent: string
  readonly received: string
}

interface RawLine {
  readonly id: string
  readonly steps: readonly Step[]
  readonly closedByServer: { readonly how: string } | null
}

const never = new AbortController().signal
const rawLine = (id: string): RawLine => lineOf('connections', id) as RawLine

/** Says byte for byte what a server has said, each part once so much has come as was sent to that one. */
class RawServer implements AsyncDisposable {
  connections = 0
  readonly #server: net.Server
  readonly #sockets = new Set<Socket>()
  /** For each connection what is said on it. */
  #lines: RawLine[] = []

  private constructor() {
    this.#server = net.createServer((socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      const line = this.#lines.shift()
      if (line !== undefined) void this.#speak(socket, line)
    })
  }

  static async start(): Promise<RawServer> {
    const server = new RawServer()
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  expect(...lines: readonly RawLine[]): void {
    this.#lines = [...lines]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #speak(socket: Socket, { steps, closedByServer }: RawLine): Promise<void> {
    const seen = { text: '' }
    // A DataNode that refuses does not read on.
    const reads = !steps.some(({ sent }) => sent.startsWith('<'))
    socket.on('data', (chunk: Buffer) => {
      seen.text += chunk.toString('latin1')
      if (!reads && seen.text.includes('\r\n\r\n')) socket.pause()
    })
    for (const { sent, received } of steps) {
      if (received === '') continue
      await this.#until(() => lengthOf(seen.text, sent) > 0)
      seen.text = seen.text.slice(lengthOf(seen.text, sent))
      socket.write(received.replaceAll('{namenoderpc}', '127.0.0.1:8020'))
    }
    if (closedByServer?.how === 'FIN') socket.end()
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && this.#server.listening) await delay(2)
  }
}

/** How much of what has come is what was sent there: the head of a request with its body, or the body alone. Nothing while it is not all there. */
function lengthOf(seen: string, sent: string): number {
  const [head, body] = sent.split('\r\n\r\n')
  const begin = body === undefined ? 0 : seen.indexOf('\r\n\r\n') + 4
  const length = begin + (body ?? head ?? '').length
  return begin === 3 || seen.length < length ? 0 : length
}

let nameNode: RawServer
let dataNode: RawServer
let client: WebHdfsClient

beforeEach(async () => {
  nameNode = await RawServer.start()
  dataNode = await RawServer.start()
  client = new WebHdfsClient({
    addresses: [new URL(`http://${nameNode.host}`)],
    identity: { query: { 'user.name': 'root' } },
    timeoutMs: 30_000,
  })
})
afterEach(async () => {
  client.close()
  await nameNode[Symbol.asyncDispose]()
  await dataNode[Symbol.asyncDispose]()
})

/** The NameNode's redirection to our DataNode. */
function leadTo(line: RawLine): void {
  const target = line.steps[0]?.sent.split(' ')[1] ?? ''
  const location = `Location: http://${dataNode.host}${target.replace('{namenoderpc}', '127.0.0.1:8020')}`
  const received = `HTTP/1.1 307 Temporary Redirect\r\n${location}\r\nContent-Length: 0\r\n\r\n`
  nameNode.expect({ id: 'led', steps: [{ sent: '\r\n\r\n', received }], closedByServer: null })
  dataNode.expect(line)
}

const bodyOf = (bytes: number): { readonly bytes: number; read(): Buffer[] } => ({
  bytes,
  read: () => [Buffer.alloc(bytes, 'x')],
})

test('a DataNode may say 100 Continue without being asked', async () => {
  leadTo(rawLine('noexpect.datanode'))
  await client.create('/e/4', bodyOf(4), { overwrite: false }, never)
  expect(dataNode.connections).toBe(1)
})

test('a refusal is heard while eight megabytes are on their way', async () => {
  leadTo(rawLine('refused.datanode'))
  const created = client.create('/e/4', bodyOf(8 << 20), { overwrite: false }, never)
  const refused = await created.catch((error: unknown) => error)
  expect(exceptionOf(refused)).toBe('FileAlreadyExistsException')
  // Without the stack of Java's.
  expect(String(refused)).toMatch(/\/e\/4 for client 127\.0\.0\.1 already exists$/)
})

test('contents come with their length, and the connection ends', async () => {
  leadTo(rawLine('open.datanode'))
  const chunks: Buffer[] = []
  for await (const chunk of (await client.open('/e/keep', null, never)) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
  }
  expect(Buffer.concat(chunks).toString()).toBe('body')
})

test('contents that are broken off are no shorter file', async () => {
  const whole = rawLine('open.datanode')
  const [step] = whole.steps
  if (step === undefined) throw new Error('nothing was recorded')
  leadTo({ ...whole, steps: [{ ...step, received: step.received.slice(0, -2) }] })
  const read = async (): Promise<void> => {
    for await (const chunk of await client.open('/e/keep', null, never)) expect(chunk).toBeDefined()
  }
  await expect(read()).rejects.toThrow('aborted')
})

test('the connection to a NameNode is used again', async () => {
  const kept = rawLine('keepalive.namenode')
  const status = '{"FileStatus":{"type":"FILE","length":3}}'
  const steps = kept.steps.map((step) => ({
    ...step,
    received: step.received
      .replace(/\{"Path.*$/, status)
      .replace('Content-Length: 21', `Content-Length: ${status.length}`),
  }))
  nameNode.expect({ ...kept, steps })
  expect(await client.status('/a', never)).toMatchObject({ bytes: 3 })
  expect(await client.status('/a', never)).toMatchObject({ bytes: 3 })
  expect(nameNode.connections).toBe(1)
})
