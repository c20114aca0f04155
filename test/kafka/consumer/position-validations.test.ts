import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { LogTruncationError, OffsetOutOfRangeError } from '../../../src/kafka/consumer/errors.ts'
import { PartitionState } from '../../../src/kafka/consumer/partition-state.ts'
import { PositionValidations } from '../../../src/kafka/consumer/position-validations.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { DisconnectError, UnsupportedVersionError } from '../../../src/kafka/net/errors.ts'
import type { WireRequest } from '../../../src/kafka/protocol/api.ts'
import { decodeBody, encodeBody } from '../../../src/kafka/protocol/api.ts'
import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { offsetForLeaderEpochApi as api } from '../../../src/kafka/protocol/offset-for-leader-epoch.ts'

/** What the leader says of the one partition asked about, or how the request ends. */
interface Said {
  readonly errorCode?: number
  readonly leaderEpoch?: number
  readonly endOffset?: number
}

let answers: (Said | Error | Promise<Said>)[]
let asked: unknown[]
let invalidated: string[]
let errors: Error[]
let notified: number

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  answers = []
  asked = []
  invalidated = []
  errors = []
  notified = 0
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const leader = {
  partition: 0,
  errorCode: 0,
  leaderId: 2,
  leaderEpoch: 5,
  replicas: [2],
  isr: [2],
}

async function send<R>(broker: number, purpose: string, request: WireRequest<R>): Promise<R> {
  const version = api.maxVersion
  const bytes = Buffer.concat(request.encode(version))
  const body = decodeBody(api, api.request, new ByteReader(bytes), version)
  asked.push([broker, purpose, body.replicaId, body.topics])
  const said = await (answers.shift() ?? {})
  if (said instanceof Error) throw said
  const partition = { errorCode: 0, partition: 0, leaderEpoch: 4, endOffset: 1000, ...said }
  const answer = { throttleTimeMs: 0, topics: [{ topic: 'orders', partitions: [partition] }] }
  return request.decode(
    new ByteReader(Buffer.from(encodeBody(api, api.response, answer, version))),
    version,
  )
}

const client = {
  options: { retryBackoff: { firstMs: 100, maxMs: 1000 } },
  metadata: { leader: () => leader, invalidate: (topic: string) => invalidated.push(topic) },
  send,
} as unknown as KafkaClient

/** A partition read up to 42 in epoch 4, whose leader is another one by now. */
function doubted(): PartitionState {
  const state = new PartitionState({ topic: 'orders', partition: 0 })
  state.seek(42, 4)
  state.follow(leader)
  expect(state.needsValidation).toBe(true)
  return state
}

async function validate(state: PartitionState, reset = 'earliest', ms = 0): Promise<void> {
  const validations = new PositionValidations({
    client,
    options: consumerOptions({ 'auto.offset.reset': reset }),
    notify: () => notified++,
    fail: (error) => errors.push(error),
  })
  validations.begin([state])
  validations.begin([state])
  await vi.advanceTimersByTimeAsync(ms)
}

describe('a position whose leader changed', () => {
  test('is asked about once, and goes on where the log has what was read', async () => {
    const state = doubted()
    answers = [{ leaderEpoch: 4, endOffset: 42 }]
    await validate(state)
    const partitions = [{ partition: 0, currentLeaderEpoch: 5, leaderEpoch: 4 }]
    expect(asked).toEqual([[2, 'meta', -1, [{ topic: 'orders', partitions }]]])
    expect([state.needsValidation, state.position, state.fetchOffset]).toEqual([false, 42, 42])
    expect(notified).toBe(1)
  })

  test.each(['earliest', 'latest', 'by_duration:PT1H'])(
    'goes back to where the log parts from what was read, by %s',
    async (reset) => {
      const state = doubted()
      answers = [{ leaderEpoch: 3, endOffset: 40 }]
      await validate(state, reset)
      expect([state.needsValidation, state.position, state.fetchOffset]).toEqual([false, 40, 40])
      expect([state.epoch, state.follow(leader)]).toEqual([3, false])
    },
  )

  test('is looked up by the policy where the leader knows no such epoch', async () => {
    const state = doubted()
    answers = [{ leaderEpoch: -1, endOffset: -1 }]
    await validate(state, 'latest')
    expect([state.position, state.resetTo?.text]).toEqual([null, 'latest'])
  })

  test.each([
    [
      { leaderEpoch: 3, endOffset: 40 },
      "Truncated partitions detected with divergent offsets {orders-0=OffsetAndMetadata{offset=40, leaderEpoch=3, metadata=''}}",
    ],
    [{ leaderEpoch: -1, endOffset: -1 }, 'Truncated partitions detected with divergent offsets {}'],
  ])('is an error of its own by none: %j', async (said, message) => {
    const state = doubted()
    answers = [said]
    await validate(state, 'none', 5000)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toBeInstanceOf(LogTruncationError)
    expect(errors[0]).toBeInstanceOf(OffsetOutOfRangeError)
    expect(errors[0]?.message).toContain(message)
    expect(errors[0]?.message).toMatch(/orders-0.*offset 42/)
    expect([state.needsValidation, asked.length]).toEqual([true, 1])
  })

  test.each([
    { code: ErrorCode.FENCED_LEADER_EPOCH, stale: ['orders'] },
    { code: ErrorCode.UNKNOWN_LEADER_EPOCH, stale: ['orders'] },
    { code: ErrorCode.NOT_LEADER_OR_FOLLOWER, stale: ['orders'] },
    { code: ErrorCode.OFFSET_NOT_AVAILABLE, stale: [] },
    { code: ErrorCode.UNKNOWN_SERVER_ERROR, stale: [] },
  ])('is asked about again after a pause where the leader says $code', async ({ code, stale }) => {
    const state = doubted()
    answers = [{ errorCode: code }, { leaderEpoch: 4, endOffset: 42 }]
    await validate(state, 'earliest', 50)
    expect([asked.length, invalidated]).toEqual([1, stale])
    await vi.advanceTimersByTimeAsync(100)
    expect([asked.length, state.needsValidation, errors]).toEqual([2, false, []])
  })

  test('is asked about again where the connection broke, and not where it may not be read', async () => {
    const state = doubted()
    answers = [new DisconnectError('gone'), { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED }]
    await validate(state, 'earliest', 5000)
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/orders-0.*TOPIC_AUTHORIZATION_FAILED/),
    ])
    expect([asked.length, state.needsValidation]).toEqual([2, true])
  })

  test('is taken for right by a broker that is too old to be asked', async () => {
    const state = doubted()
    answers = [new UnsupportedVersionError('version 2')]
    await validate(state)
    expect([state.needsValidation, state.position]).toEqual([false, 42])
  })

  test('that was sought anew meanwhile is left where it is', async () => {
    const state = doubted()
    let answer: ((said: Said) => void) | undefined
    answers = [new Promise((resolve) => (answer = resolve))]
    await validate(state)
    state.seek(7, 4)
    state.follow(leader)
    answer?.({ leaderEpoch: 3, endOffset: 5 })
    answers = [{ leaderEpoch: 4, endOffset: 42 }]
    await vi.advanceTimersByTimeAsync(200)
    expect([state.needsValidation, state.position, asked.length]).toEqual([false, 7, 2])
  })
})
