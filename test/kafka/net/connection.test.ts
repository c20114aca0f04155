import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { Connection } from '../../../src/kafka/net/connection.ts'
import {
  DisconnectError,
  RequestTimeoutError,
  GarbledAnswerError,
} from '../../../src/kafka/net/errors.ts'
import { FramePool } from '../../../src/kafka/net/frame-pool.ts'
import { plainSocket } from '../../../src/kafka/net/socket.ts'
import { askVersions } from '../../../src/kafka/net/versions.ts'
import type { WireRequest } from '../../../src/kafka/protocol/api.ts'
import { request } from '../../../src/kafka/protocol/api.ts'
import { heartbeatApi } from '../../../src/kafka/protocol/group.ts'
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
      requestTimeoutMs: 60_000,
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

  test('an answer that cannot be read closes it, with what was asked', async () => {
    await withConnection(
      echo(() => Buffer.from('00', 'hex')),
      async (connection) => {
        const behind = Promise.allSettled([
          connection.send(heartbeat(1)),
          connection.send(heartbeat(2)),
        ])
        const outcomes = await behind
        for (const outcome of outcomes) {
          const reason: unknown = outcome.status === 'rejected' ? outcome.reason : null
          expect(reason).toBeInstanceOf(GarbledAnswerError)
          expect(String(reason)).toMatch(
            /Broker \S+: its response to Heartbeat version 4 cannot be read \(Expected 4 more bytes/,
          )
        }
        expect(connection.closed).toBe(true)
      },
    )
  })

  test('the time limit of a request counts, though one before it had a longer one', async () => {
    await withConnection(
      echo((n) => (n === 2 ? 'silence' : null)),
      async (connection) => {
        const long = connection.send(heartbeat(1, 60_000))
        const short = connection.send(heartbeat(2, 50))
        expect(await long).toMatchObject({ errorCode: 1 })
        await expect(short).rejects.toThrow(/did not answer Heartbeat within 50 ms/)
      },
    )
  })

  describe('whose broker asks for a pause', () => {
    const throttled: FakeHandler = (asked) => {
      const { generationId } = readRequest(heartbeatApi.request, asked, heartbeatApi)
      const answer = { throttleTimeMs: generationId, errorCode: 0 }
      return answerOf(heartbeatApi.response, answer, asked, heartbeatApi)
    }

    test('sends nothing until it is over, then all in order', async () => {
      await withConnection(throttled, async (connection, broker) => {
        const drained = new Promise<void>((resolve) => (connection.onDrain = resolve))
        const began = performance.now()
        await connection.send(heartbeat(300))
        expect(connection.writable).toBe(false)
        const later = [0, 0, 0].map(() => connection.send(heartbeat(0)))
        expect(broker.count(heartbeatApi)).toBe(1)
        await Promise.all(later)
        expect(performance.now() - began).toBeGreaterThanOrEqual(300)
        await drained
        expect(connection.writable).toBe(true)
      })
    })

    test('does not count the pause against a request, which may be given up meanwhile', async () => {
      await withConnection(throttled, async (connection, broker) => {
        await connection.send(heartbeat(300))
        const controller = new AbortController()
        const given = connection.send(heartbeat(0), controller.signal)
        const waits = connection.send(heartbeat(0, 150))
        const reason = new Error('no more')
        controller.abort(reason)
        await expect(given).rejects.toBe(reason)
        expect(broker.count(heartbeatApi)).toBe(1)
        await waits
        expect(broker.count(heartbeatApi)).toBe(2)
      })
    })

    test('closed meanwhile, it rejects what waits', async () => {
      await withConnection(throttled, async (connection) => {
        await connection.send(heartbeat(60_000))
        const waits = connection.send(heartbeat(0))
        connection.close()
        await expect(waits).rejects.toBeInstanceOf(DisconnectError)
      })
    })
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
