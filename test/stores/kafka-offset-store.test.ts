import { afterEach, expect, test } from 'vitest'
import { ZERO_UUID } from '../../src/kafka/protocol/codec.ts'
import { ErrorCode } from '../../src/kafka/protocol/errors.ts'
import { fetchApi } from '../../src/kafka/protocol/fetch.ts'
import { listOffsetsApi } from '../../src/kafka/protocol/list-offsets.ts'
import { metadataApi } from '../../src/kafka/protocol/metadata.ts'
import { BatchWriter } from '../../src/kafka/records/batch-writer.ts'
import { KafkaOffsetStore } from '../../src/stores/kafka-offset-store.ts'
import { delay } from '../../src/util/abort.ts'
import { formatEntry, setLogSink } from '../../src/util/logger.ts'
import { answerOf, FakeBroker, readRequest } from '../support/fake-broker.ts'
import type { FakeApi, FakeRequest } from '../support/fake-broker.ts'

const signal = AbortSignal.timeout(30_000)
const topic = 'connect-offsets'

afterEach(() => {
  setLogSink((entry) => process.stdout.write(formatEntry(entry)))
})

/** The one record of the topic. */
function storedOffset(): Buffer {
  const writer = new BatchWriter()
  writer.append(1000, Buffer.from('["c",{"f":1}]'), Buffer.from('{"position":9}'), null)
  return writer.close({ producerId: -1, producerEpoch: -1, baseSequence: -1 })
}

/** A broker with one topic of one record, and the error code that fetching from it has now. */
class OffsetTopic {
  fetchError = 0
  port = 0

  readonly apis: FakeApi[] = [
    { api: metadataApi, handle: (request) => this.#metadata(request) },
    { api: listOffsetsApi, handle: (request) => this.#listOffsets(request) },
    { api: fetchApi, handle: (request) => this.#fetch(request) },
  ]

  #metadata(request: FakeRequest): Buffer {
    const nodes = { replicaNodes: [1], isrNodes: [1], offlineReplicas: [] }
    const partition = { errorCode: 0, partitionIndex: 0, leaderId: 1, leaderEpoch: 0, ...nodes }
    const named = { errorCode: 0, name: topic, topicId: ZERO_UUID, isInternal: false }
    const body = {
      throttleTimeMs: 0,
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: this.port, rack: null }],
      clusterId: 'fake',
      controllerId: 1,
      topics: [{ ...named, partitions: [partition], topicAuthorizedOperations: 0 }],
      clusterAuthorizedOperations: 0,
      errorCode: 0,
    }
    return answerOf(metadataApi.response, body, request, metadataApi)
  }

  #listOffsets(request: FakeRequest): Buffer {
    const { topics } = readRequest(listOffsetsApi.request, request, listOffsetsApi)
    const offset = topics[0]?.partitions[0]?.timestamp === -1 ? 1 : 0
    const found = { partitionIndex: 0, errorCode: 0, timestamp: -1, offset, leaderEpoch: 0 }
    const body = { throttleTimeMs: 0, topics: [{ name: topic, partitions: [found] }] }
    return answerOf(listOffsetsApi.response, body, request, listOffsetsApi)
  }

  async #fetch(request: FakeRequest): Promise<Buffer> {
    const asked = readRequest(fetchApi.request, request, fetchApi)
    const isNew = asked.topics[0]?.partitions[0]?.fetchOffset === 0
    if (!isNew) await delay(20)
    const partition = {
      partition: 0,
      errorCode: this.fetchError,
      highWatermark: 1,
      lastStableOffset: 1,
      logStartOffset: 0,
      divergingEpoch: { epoch: -1, endOffset: -1 },
      currentLeader: { leaderId: -1, leaderEpoch: -1 },
      abortedTransactions: null,
      preferredReadReplica: -1,
      records: this.fetchError === 0 && isNew ? storedOffset() : null,
    }
    const topics = [{ topic, partitions: [partition] }]
    const body = { throttleTimeMs: 0, errorCode: 0, sessionId: 0, topics }
    return answerOf(fetchApi.response, body, request, fetchApi)
  }
}

test('where the offsets may not be read for a while it says so, and reads them once they may', async () => {
  const errors: string[] = []
  setLogSink(({ level, message }) => {
    if (level === 'ERROR') errors.push(message)
  })
  const offsets = new OffsetTopic()
  await using broker = await FakeBroker.start(offsets.apis)
  offsets.port = broker.port
  const store = new KafkaOffsetStore({
    topic: { name: topic, partitions: 1, replicationFactor: 1, configs: {} },
    clientConfig: { 'bootstrap.servers': `127.0.0.1:${broker.port}` },
    admin: {
      createTopic: () => Promise.resolve(false),
      topicConfig: () => Promise.resolve('compact'),
    },
  })
  await store.start(signal)
  expect(await store.get('c', [{ f: 1 }], signal)).toEqual([{ position: 9 }])

  offsets.fetchError = ErrorCode.TOPIC_AUTHORIZATION_FAILED
  await expect.poll(() => errors.length, { timeout: 5000 }).toBe(1)
  expect(errors[0]).toMatch(
    /^Topic connect-offsets can no longer be read; .*TOPIC_AUTHORIZATION_FAILED/,
  )
  await expect(store.get('c', [{ f: 1 }], signal)).rejects.toThrow('AUTHORIZATION_FAILED')

  offsets.fetchError = 0
  expect(await store.get('c', [{ f: 1 }], signal)).toEqual([{ position: 9 }])
  await store.stop(signal)
  await expect.poll(() => broker.connectionCount).toBe(0)
})
