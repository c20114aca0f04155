import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TopicAdmin } from '../../../src/stores/topic-admin.ts'
import { KafkaOffsetStore } from '../../../src/stores/kafka-offset-store.ts'
import { offsetStoreContract } from '../../stores/contract.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { topicAdminOf } from './topic-admin.ts'

const prefix = topicPrefix('offset-store')
const signal = AbortSignal.timeout(120_000)
const clientConfig = { 'bootstrap.servers': inject('bootstrapServers'), 'client.id': 'offsets' }
let kafka: KafkaClient
let topics = 0

let admin: TopicAdmin

beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
  admin = topicAdminOf(kafka)
})
afterAll(() => kafka[Symbol.asyncDispose]())

function open(name = `${prefix}${topics++}`, partitions = 3): KafkaOffsetStore {
  const configs = { 'cleanup.policy': 'compact' }
  const topic = { name, partitions, replicationFactor: 1, configs }
  return new KafkaOffsetStore({ topic, clientConfig, admin })
}

offsetStoreContract('kafka', () => {
  const name = `${prefix}${topics++}`
  return { store: open(name), reopen: () => open(name) }
})

describe('the topic of the offsets', () => {
  test('is created compacted, and holds what the Java worker would write', async () => {
    const name = `${prefix}new`
    const store = open(name, 5)
    await store.start(signal)
    await store.set(
      'local-file-source',
      [{ partition: { filename: '/in.txt' }, offset: { position: 9 } }],
      signal,
    )
    await store.set(
      'local-file-source',
      [{ partition: { filename: '/in.txt' }, offset: null }],
      signal,
    )
    await store.stop(signal)
    const records = await kafka.read(name)
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      ['["local-file-source",{"filename":"/in.txt"}]', '{"position":9}'],
      ['["local-file-source",{"filename":"/in.txt"}]', null],
    ])
    expect(await admin.topicConfig(name, 'cleanup.policy', signal)).toBe('compact')
  })

  test('that is not compacted is refused', async () => {
    const name = `${prefix}deleted`
    await kafka.createTopic(name)
    await expect(open(name).start(signal)).rejects.toThrow(
      `Topic '${name}' supplied via the 'offset.storage.topic' property is required to have 'cleanup.policy=compact' ` +
        "to guarantee consistency and durability of source connector offsets, but found the topic currently has 'cleanup.policy=delete'.",
    )
  })

  test('is followed: what another process writes is read', async () => {
    const name = `${prefix}shared`
    const first = open(name)
    const second = open(name)
    await first.start(signal)
    await second.start(signal)
    await first.set('c', [{ partition: { a: 1 }, offset: { b: 1 } }], signal)
    expect(await second.get('c', [{ a: 1 }], signal)).toEqual([{ b: 1 }])
    await Promise.all([first.stop(signal), second.stop(signal)])
  })

  test('keeps the bytes of a key that was written in another order', async () => {
    const name = `${prefix}order`
    const store = open(name)
    await store.start(signal)
    const key = '["c",{"topic":"t","partition":0}]'
    await kafka.send(name, [{ key, value: '{"o":1}' }])
    const partition = { partition: 0, topic: 't' }
    expect(await store.get('c', [partition], signal)).toEqual([{ o: 1 }])
    await store.set('c', [{ partition, offset: { o: 2 } }], signal)
    await store.stop(signal)
    const records = await kafka.read(name)
    expect(records.map((record) => [record.key, record.value])).toEqual([
      [key, '{"o":1}'],
      [key, '{"o":2}'],
    ])
    expect(new Set(records.map((record) => record.partition)).size).toBe(1)
  })
})
