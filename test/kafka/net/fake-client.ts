import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import type { ClientOptions } from '../../../src/kafka/net/client-options.ts'
import { request } from '../../../src/kafka/protocol/api.ts'
import type { WireRequest } from '../../../src/kafka/protocol/api.ts'
import { heartbeatApi } from '../../../src/kafka/protocol/group.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'
import { answerOf, FakeBroker } from '../../support/fake-broker.ts'
import type { FakeApi } from '../../support/fake-broker.ts'
import { metadataBy } from '../../support/fake-metadata.ts'
import type { FakeMetadata } from '../../support/fake-metadata.ts'

export const never = new AbortController().signal
const quick = {
  'retry.backoff.ms': '5',
  'retry.backoff.max.ms': '20',
  'reconnect.backoff.ms': '5',
  'reconnect.backoff.max.ms': '20',
}

export const heartbeats: FakeApi = {
  api: heartbeatApi,
  handle: (asked) =>
    answerOf(heartbeatApi.response, { throttleTimeMs: 0, errorCode: 0 }, asked, heartbeatApi),
}

export function heartbeat(timeoutMs = 5000): WireRequest<{ errorCode: number }> {
  const body = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }
  return request(heartbeatApi, body, { timeoutMs })
}

export function openClient(
  servers: readonly number[],
  config: ClientConfig = {},
  options: Partial<ClientOptions> = {},
): KafkaClient & AsyncDisposable {
  const list = servers.map((port) => `127.0.0.1:${port}`).join(',')
  const all = clientOptions({ 'bootstrap.servers': list, ...quick, ...config })
  const client = new KafkaClient({ ...all, ...options })
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

export function startBroker(tell: () => FakeMetadata, ...more: FakeApi[]): Promise<FakeBroker> {
  return FakeBroker.start([metadataBy(tell), heartbeats, ...more])
}
