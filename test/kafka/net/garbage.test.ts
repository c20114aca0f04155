import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { UnreachableError, GarbledAnswerError } from '../../../src/kafka/net/errors.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'

const never = new AbortController().signal

/** A server that answers whatever comes with what `reply` makes of it. */
async function serve(
  reply: (request: Buffer) => Buffer,
): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => socket.write(reply(chunk)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function frame(...parts: readonly (number | Buffer)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part !== 'number') return part
      const int = Buffer.alloc(4)
      int.writeInt32BE(part)
      return int
    }),
  )
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Enough of an answer to ApiVersions 3 for what follows: no error, no messages. */
const emptyVersions = Buffer.from('00000100000000 00'.replaceAll(' ', ''), 'hex')

const garbage = [
  {
    what: 'an answer of HTTP',
    reply: () => Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    says: /that is an answer of HTTP\. Use the port of a Kafka listener/,
  },
  {
    what: 'a TLS alert',
    reply: () => Buffer.from('15030300020250', 'hex'),
    says: /that is TLS\. Set security\.protocol to SSL or SASL_SSL/,
  },
  {
    what: 'a frame that is too large',
    reply: () => Buffer.from('7fffffff00', 'hex'),
    says: /found a length of 2147483647: check that the port is that of a Kafka listener/,
  },
  {
    what: 'a negative length',
    reply: () => Buffer.from('ffffffff00', 'hex'),
    says: /found a length of -1:/,
  },
  {
    what: 'an empty frame',
    reply: () => Buffer.from('00000000', 'hex'),
    says: /found a length of 0:/,
  },
  {
    what: 'the answer to another request',
    reply: (request: Buffer) => frame(request.readInt32BE(8) + 1, Buffer.alloc(40)),
    says: /expected the response to request 0, found that to 1\. The connection was closed/,
  },
  {
    what: 'an answer that ends too early',
    reply: (request: Buffer) => frame(request.readInt32BE(8), Buffer.from('00', 'hex')),
    says: /its response to ApiVersions version 3 cannot be read \(Expected 2 more bytes/,
  },
  {
    what: 'bytes without a meaning',
    reply: (request: Buffer) => frame(request.readInt32BE(8), Buffer.alloc(64, 0x9d)),
    says: /its response to ApiVersions version 3 cannot be read/,
  },
]

describe.each(garbage)('$what', ({ reply, says }) => {
  test('is an error that says what to do, and may be tried again', async () => {
    await using server = await serve(reply)
    const client = new KafkaClient(
      clientOptions({ 'bootstrap.servers': `127.0.0.1:${server.port}` }),
    )
    const asked = client.metadata.refresh([], never)
    await expect(asked).rejects.toThrow(says)
    await expect(asked).rejects.toBeInstanceOf(UnreachableError)
    const { cause } = (await asked.catch((error: unknown) => error)) as Error
    expect(cause).toBeInstanceOf(GarbledAnswerError)
    expect(isRetriable(cause)).toBe(true)
    await client.close()
  })

  test('from one bootstrap server does not keep the others from being found', async () => {
    await using server = await serve(reply)
    await using cluster = await FakeCluster.start()
    for (const servers of [
      `127.0.0.1:${server.port},${cluster.bootstrapServers}`,
      `${cluster.bootstrapServers},127.0.0.1:${server.port}`,
    ]) {
      const client = new KafkaClient(clientOptions({ 'bootstrap.servers': servers }))
      expect(await client.metadata.ensureCluster(never)).toBe('fake')
      await client.close()
    }
  })
})

test('an answer to nobody ends the connection, and the next request goes over another one', async () => {
  let strays = 0
  await using server = await serve((request) => {
    const answer = frame(request.readInt32BE(8), emptyVersions)
    if (strays++ > 0) return answer
    return Buffer.concat([answer, frame(77, Buffer.alloc(8))])
  })
  const client = new KafkaClient(clientOptions({ 'bootstrap.servers': `127.0.0.1:${server.port}` }))
  await expect(client.connect('any', 'meta', never)).rejects.toThrow(
    /it sent a response that nothing had asked for\. The connection was closed/,
  )
  const connection = await client.connect('any', 'meta', never)
  expect(connection.closed).toBe(false)
  await client.close()
})

test('a producer whose broker answers nonsense now and then loses and doubles nothing', async () => {
  let produced = 0
  await using cluster = await FakeCluster.start({
    fate: () => (produced++ % 3 === 0 ? 'append-and-babble' : 'append'),
  })
  const acknowledged: number[] = []
  const failed: Error[] = []
  const config = { 'bootstrap.servers': cluster.bootstrapServers, 'retry.backoff.ms': '1' }
  const producer = createProducer(config, {
    acknowledged: (from, to) => {
      for (let i = from; i < to; i++) acknowledged.push(i)
    },
    failed: (_from, _to, _partition, error) => failed.push(error),
  })
  await producer.partitionCount('t', never)
  for (let i = 0; i < 30; i++) {
    producer.appender('t', 0).append(i, 1, null, Buffer.from(`v${i}`), null)
    await producer.flush(never)
  }
  await producer.close(never)
  expect(failed).toEqual([])
  expect(acknowledged).toEqual([...Array(30).keys()])
  expect(cluster.log()).toEqual(acknowledged.map((i) => `v${i}`))
})
