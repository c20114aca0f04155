import { expect, inject, test } from 'vitest'
import { produceApi } from '../../../src/kafka/protocol/produce.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientCount, ProducerListener } from '../../../src/kafka/types.ts'
import { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { faultKinds } from '../../support/fault-proxy/faults.ts'
import type { FaultKind } from '../../support/fault-proxy/faults.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'

const bootstrapServers = inject('bootstrapServers')
const prefix = topicPrefix('fault-proxy')
const signal = AbortSignal.timeout(120_000)
const silent: ProducerListener = { acknowledged: () => undefined, failed: () => undefined }

/** What has to be sent again, and whether on another connection. */
const effects: Record<FaultKind, { readonly again: boolean; readonly elsewhere: boolean }> = {
  'lose-response': { again: true, elsewhere: true },
  'cut-before': { again: true, elsewhere: true },
  'cut-after': { again: true, elsewhere: true },
  'cut-in-request': { again: true, elsewhere: true },
  'cut-in-response': { again: true, elsewhere: true },
  'delay-request': { again: false, elsewhere: false },
  'delay-response': { again: false, elsewhere: false },
  overtake: { again: true, elsewhere: true },
  // The broker refuses it, by its checksum, and the connection is as good as before.
  'corrupt-request': { again: true, elsewhere: false },
  'corrupt-response': { again: true, elsewhere: true },
}

test.each(faultKinds)('%s strikes the one request that it is for, once', async (kind) => {
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = prefix + kind
  await kafka.createTopic(topic)
  const [host = '', port = ''] = bootstrapServers.split(':')
  await using proxy = await FaultProxy.start({ host, port: Number(port) })
  const counts = new Map<ClientCount, number>()
  const meter = {
    add: (name: ClientCount, by: number) => void counts.set(name, (counts.get(name) ?? 0) + by),
    max: () => undefined,
    setLag: () => undefined,
  }
  // Only where an answer is waited for in vain.
  const timeoutMs = kind === 'lose-response' || kind === 'overtake' ? 1500 : 30_000
  const servers = { 'bootstrap.servers': proxy.bootstrapServers }
  const config = { ...servers, 'request.timeout.ms': String(timeoutMs) }
  const producer = createProducer(config, silent, { meter })
  await producer.partitionCount(topic, signal)
  const send = async (index: number): Promise<void> => {
    producer.appender(topic, 0).append(index, 1, null, Buffer.from(`v${index}`), null)
    await producer.flush(signal)
  }
  await send(0)
  const before = proxy.connectionCount
  const ms = kind === 'overtake' ? 60_000 : 50
  proxy.arm({ kind, api: produceApi.key, skip: 1, ms, at: 0.5, abrupt: false })
  for (const index of [1, 2, 3]) await send(index)
  const { again, elsewhere } = effects[kind]
  await producer.close(signal)
  await proxy.settled(signal)
  expect(proxy.hits.map(({ fault }) => fault.kind)).toEqual([kind])
  expect((counts.get('recordsRetried') ?? 0) > 0).toBe(again)
  expect(proxy.connectionCount > before).toBe(elsewhere)
  expect(await kafka.readValues(topic)).toEqual(['v0', 'v1', 'v2', 'v3'])
})
