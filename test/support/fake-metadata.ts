import { ZERO_UUID } from '../../src/kafka/protocol/codec.ts'
import { metadataApi } from '../../src/kafka/protocol/metadata.ts'
import type { FakeApi, FakeRequest } from './fake-broker.ts'
import { answerOf, readRequest } from './fake-broker.ts'

/** What a fake broker says of its cluster. */
export interface FakeMetadata {
  /** Ports of the brokers, by node id. */
  readonly brokers: Readonly<Record<number, number>>
  readonly clusterId?: string
  readonly errorCode?: number
  /** Who leads the one partition that every topic has; a topic has none where it is left out. */
  readonly leaderId?: number
}

/** Answers Metadata by what `tell` says at the time. */
export function metadataBy(tell: () => FakeMetadata): FakeApi {
  return { api: metadataApi, handle: (request) => metadataAnswer(request, tell()) }
}

function metadataAnswer(request: FakeRequest, told: FakeMetadata): Buffer {
  const { topics } = readRequest(metadataApi.request, request, metadataApi)
  const { brokers, clusterId = 'fake', errorCode = 0, leaderId = -1 } = told
  const body = {
    throttleTimeMs: 0,
    brokers: Object.entries(brokers).map(([nodeId, port]) => ({
      nodeId: Number(nodeId),
      host: '127.0.0.1',
      port,
      rack: null,
    })),
    clusterId,
    controllerId: 1,
    topics: (topics ?? []).map(({ name }) => ({
      errorCode: 0,
      name,
      topicId: ZERO_UUID,
      isInternal: false,
      partitions: [partitionOf(leaderId)],
      topicAuthorizedOperations: 0,
    })),
    clusterAuthorizedOperations: 0,
    errorCode,
  }
  return answerOf(metadataApi.response, body, request, metadataApi)
}

function partitionOf(leaderId: number): {
  errorCode: number
  partitionIndex: number
  leaderId: number
  leaderEpoch: number
  replicaNodes: number[]
  isrNodes: number[]
  offlineReplicas: number[]
} {
  const nodes = [leaderId]
  return {
    errorCode: 0,
    partitionIndex: 0,
    leaderId,
    leaderEpoch: 0,
    replicaNodes: nodes,
    isrNodes: nodes,
    offlineReplicas: [],
  }
}
