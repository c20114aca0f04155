import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { Connection } from '../../../src/kafka/net/connection.ts'
import { DisconnectError, RequestTimeoutError } from '../../../src/kafka/net/errors.ts'
import { FramePool } from '../../../src/kafka/net/frame-pool.ts'
import { plainSocket } from '../../../src/kafka/net/socket.ts'
import { askVersions } from '../../../src/kafka/net/versions.ts'
import type { WireRequest } from '../../../src/kafka/protocol/api.ts'
import { request } from '../../../src/kafka/protocol/api.ts'
import { heartbeatApi } from '../../../src/kafka/protocol/group.ts'
import { WireError } from '../../../src/kafka/protocol/wire-error.ts'
import type { FakeAnswer, FakeHandler } from '../../support/fake-broker.ts'
import { answerOf, FakeBroker, readRequest } from '../../support/fake-broker.ts'

const never = new AbortController().signal

function heartbeat(generationId: number, timeoutMs = 5000): WireRequest<{ errorCode: number }> {
  const body = { groupId: 'g', generationId, memberId: 'm', groupInstanceId: null }
  return request(heartbeatApi, body, { timeoutMs })
}

/** Answers a heartbeat with its generation as the error code, unless `fate` says otherwise. */
function echo(fate: (generation: number) => FakeAnswer | null = () => null): FakeHandler {
  return (asked) => {
    const { generationId } = readRequest(heartbeatApi.request, asked, heartbeatApi)
    const answer = { throttleTimeMs: 0, errorCode: generationId }
    return fate(generationId) ?? answerOf(heartbeatApi.response, answer, asked, heartbeatApi)
  }
}

async function connect(port: number, setupTimeoutMs = 1000): Promise<Connection> {
  return Connection.open(
    {
      address: { host: '127.0.0.1', port },
      clientId: 'tester-ü',
      socketFactory: plainSocket,
      frames: new FramePool(),
      requestTimeoutMs: 5000,
      setupTimeoutMs,
      maxFrameBytes: 1 << 20,
    },
    never,
  )
}

async function withConnection(
  handle: FakeHandler,
  use: (connection: Connection, broker: FakeBroker) => Promise<void>,
): Promise<void> {
  await using broker = await FakeBroker.start([{ api: heartbeatApi, handle }])
  const connection = await connect(broker.port)
  try {
    connection.setVersions(await askVersions((asked) => connection.send(asked)))
    await use(connection, broker)
  } finally {
    connection.close()
  }
}

describe('a connection', () => {
  test('answers each of many requests with its own answer', async () => {
    await withConnection(echo(), async (connection, broker) => {
      const codes = Array.from({ length: 300 }, (_, i) => i)
      const answers = await Promise.all(codes.map((code) => connection.send(heartbeat(code))))
      expect(answers.map(({ errorCode }) => errorCode)).toEqual(codes)
      expect(connection.inFlight).toBe(0)
      expect(broker.requests.at(-1)).toMatchObject({ clientId: 'tester-ü', version: 4 })
    })
  })

  test('rejects what is in flight when the broker closes, as retriable', async () => {
    await withConnection(
      echo((n) => (n === 2 ? 'disconnect' : null)),
      async (connection) => {
        let closed: Error | null = null
        connection.onClose = (reason) => (closed = reason)
        const [first, second, third] = [1, 2, 3].map((n) => connection.send(heartbeat(n)))
        expect(await first).toMatchObject({ errorCode: 1 })
        await expect(second).rejects.toBeInstanceOf(DisconnectError)
        await expect(third).rejects.toSatisfy(isRetriable)
        expect(connection.closed).toBe(true)
        expect(closed).toBeInstanceOf(DisconnectError)
        await expect(connection.send(heartbeat(4))).rejects.toBeInstanceOf(DisconnectError)
      },
    )
  })

  test('closes when an answer takes too long, and says so', async () => {
    await withConnection(
      echo((n) => (n === 1 ? 'silence' : null)),
      async (connection) => {
        const late = connection.send(heartbeat(1, 50))
        const behind = connection.send(heartbeat(2, 50))
        const failed = Promise.allSettled([behind])
        await expect(late).rejects.toThrow(
          /^Broker 127\.0\.0\.1:\d+ did not answer Heartbeat within 50 ms: .*request\.timeout\.ms/,
        )
        expect(await failed).toMatchObject([{ reason: expect.any(RequestTimeoutError) as unknown }])
        expect(connection.closed).toBe(true)
      },
    )
  })

  test('counts the time of a request from when the one before it was answered', async () => {
    const slow: FakeHandler = async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      return echo()(asked)
    }
    await withConnection(slow, async (connection) => {
      const all = [1, 2, 3].map((n) => connection.send(heartbeat(n, 150)))
      expect((await Promise.all(all)).map(({ errorCode }) => errorCode)).toEqual([1, 2, 3])
    })
  })

  test('gives up on an answer whose signal aborts, and goes on with the next', async () => {
    await withConnection(echo(), async (connection) => {
      const controller = new AbortController()
      const reason = new Error('no more')
      const given = connection.send(heartbeat(1), controller.signal)
      const next = connection.send(heartbeat(2))
      controller.abort(reason)
      await expect(given).rejects.toBe(reason)
      expect(await next).toMatchObject({ errorCode: 2 })
      await expect(connection.send(heartbeat(3), controller.signal)).rejects.toBe(reason)
    })
  })

  test('an answer that cannot be read closes it, with what was asked, and may be asked again elsewhere', async () => {
    await withConnection(
      echo(() => Buffer.from('00', 'hex')),
      async (connection) => {
        const asked = connection.send(heartbeat(1))
        await expect(asked).rejects.toThrow(
          /^The response of Broker \S+ to Heartbeat version 4 cannot be read: Expected 4 more bytes/,
        )
        await expect(asked).rejects.toSatisfy(isRetriable)
        expect(connection.closed).toBe(true)
      },
    )
  })

  test('bytes of another protocol are a WireError', async () => {
    const server = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const connection = await connect((server.address() as net.AddressInfo).port)
      const asked = askVersions((versions) => connection.send(versions))
      await expect(asked).rejects.toBeInstanceOf(WireError)
      await expect(asked).rejects.not.toSatisfy(isRetriable)
      await expect(asked).rejects.toThrow(/check that the port is that of a Kafka listener/)
    } finally {
      server.close()
    }
  })

  test('a message that the broker does not know is named', async () => {
    await using broker = await FakeBroker.start([])
    const connection = await connect(broker.port)
    connection.setVersions(await askVersions((asked) => connection.send(asked)))
    await expect(connection.send(heartbeat(1))).rejects.toThrow(
      /^We speak Heartbeat in versions 3 to 4, Broker \S+ does not know it/,
    )
    connection.close()
  })

  test('a broker that is not there is refused with its address', async () => {
    await expect(connect(1)).rejects.toThrow('Broker 127.0.0.1:1: connection refused.')
  })

  test('a frame that is kept has a buffer of its own', async () => {
    await withConnection(echo(), async (connection) => {
      const kept: WireRequest<Buffer> = {
        api: heartbeatApi,
        keepsFrame: true,
        encode: (version) => heartbeat(7).encode(version),
        decode: (from) => from.buffer,
      }
      const frame = await connection.send(kept)
      const copy = Buffer.from(frame)
      for (let i = 0; i < 50; i++) await connection.send(heartbeat(i))
      expect(frame.equals(copy)).toBe(true)
    })
  })
})
