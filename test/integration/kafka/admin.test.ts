import { describe, expect, inject, test, vi } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { createAdmin } from '../../../src/kafka/admin/admin.ts'
import { codeOf, ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { topicPrefix } from '../../support/topics.ts'

const bootstrapServers = inject('bootstrapServers')
const admin = createAdmin({ 'bootstrap.servers': bootstrapServers })
const prefix = topicPrefix('admin')
const never = new AbortController().signal

describe('administration of a real broker', () => {
  test('creates a topic with its configuration once, and describes it', async () => {
    const configs = { 'cleanup.policy': 'compact', 'max.message.bytes': '5000' }
    const topic = { name: `${prefix}made`, partitions: 3, replicationFactor: 1, configs }
    expect(await admin.createTopic(topic, never)).toBe(true)
    expect(await admin.createTopic(topic, never)).toBe(false)
    const found = await vi.waitFor(() => admin.topicConfig(topic.name, never))
    expect(found.get('cleanup.policy')).toBe('compact')
    expect(found.get('max.message.bytes')).toBe('5000')
    expect(found.get('delete.retention.ms')).toBe('86400000')
  })

  test('-1 leaves partitions and replication to the broker', async () => {
    const topic = { name: `${prefix}default`, partitions: -1, replicationFactor: -1, configs: {} }
    expect(await admin.createTopic(topic, never)).toBe(true)
    const found = await vi.waitFor(() => admin.topicConfig(topic.name, never))
    expect(found.size).toBeGreaterThan(10)
  })

  test('what the broker refuses says what was tried, with the code', async () => {
    const topic = { name: `${prefix}refused`, partitions: 1, replicationFactor: 99, configs: {} }
    const error: unknown = await admin.createTopic(topic, never).catch((e: unknown) => e)
    expect(codeOf(error)).toBe(38)
    expect(error).toMatchObject({
      message: expect.stringContaining(
        `Cannot create topic ${topic.name}: Replication factor`,
      ) as string,
    })
    const missing: unknown = await admin
      .topicConfig(`${prefix}missing`, never)
      .catch((e: unknown) => e)
    expect(codeOf(missing)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })

  test('deletes topics', async () => {
    const topic = { name: `${prefix}gone`, partitions: 1, replicationFactor: 1, configs: {} }
    await admin.createTopic(topic, never)
    await admin.deleteTopics([topic.name], never)
    expect(await admin.createTopic(topic, never)).toBe(true)
  })

  test('a broker that is not there is named; a call ends with its signal', async () => {
    const away = createAdmin({ 'bootstrap.servers': '127.0.0.1:1', 'retry.backoff.max.ms': '100' })
    const error: unknown = await away.topicConfig('t', never).catch((e: unknown) => e)
    expect(isRetriable(error)).toBe(true)
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^Cannot describe topic t: cannot reach any of the bootstrap servers 127\.0\.0\.1:1: .*Check/,
      ) as string,
    })
    const reason = new Error('enough')
    await expect(away.topicConfig('t', AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
