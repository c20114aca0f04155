import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, inject, test } from 'vitest'
import { createGroupAdmin } from '../../../src/kafka/admin/group-admin.ts'
import { codeOf, ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'

const bootstrapServers = inject('bootstrapServers')
const groups = createGroupAdmin({ 'bootstrap.servers': bootstrapServers })
const prefix = topicPrefix('group-admin')
const { signal } = new AbortController()

async function refusal(promise: Promise<unknown>): Promise<readonly [number | undefined, string]> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  return [codeOf(error), (error as Error).message]
}

describe('the offsets of a consumer group', () => {
  test('are committed for a group that is not there, listed, deleted one by one and with the group', async () => {
    const [a, b, group] = [`${prefix}a`, `${prefix}b`, `${prefix}group`]
    await using client = await openKafkaClient(bootstrapServers)
    await client.createTopic(a, { partitions: 2 })
    await client.createTopic(b)
    expect(await groups.offsets(group, signal)).toEqual([])

    const offsets = [
      { topic: a, partition: 0, offset: 7 },
      { topic: a, partition: 1, offset: 0 },
      { topic: b, partition: 0, offset: 2 ** 40 },
    ]
    await groups.commit(group, offsets, signal)
    expect(await client.committed(group, a)).toEqual([7, 0])
    expect(await client.committed(group, b)).toEqual([2 ** 40])
    expect(await groups.offsets(group, signal)).toEqual(expect.arrayContaining(offsets))

    await groups.deleteOffsets(group, [{ topic: a, partition: 0 }], signal)
    expect(await client.committed(group, a)).toEqual([-1, 0])

    expect(await groups.deleteGroup(group, signal)).toBe(true)
    expect(await groups.offsets(group, signal)).toEqual([])
    expect(await groups.deleteGroup(group, signal)).toBe(false)
  })

  test('stay as they are where one of the partitions does not exist', async () => {
    const [topic, group] = [`${prefix}half`, `${prefix}half`]
    await using client = await openKafkaClient(bootstrapServers)
    await client.createTopic(topic)
    const known = { topic, partition: 0, offset: 3 }
    for (const unknown of [
      { topic, partition: 9, offset: 1 },
      { topic, partition: -1, offset: 1 },
      { topic: `${topic}-missing`, partition: 0, offset: 1 },
    ]) {
      const [code, message] = await refusal(groups.commit(group, [known, unknown], signal))
      expect(code).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      expect(message).toContain(
        `Cannot alter the offsets of group ${group}: ${unknown.topic}-${unknown.partition}: `,
      )
    }
    expect(await groups.offsets(group, signal)).toEqual([])
  })

  test('of a group that is not there cannot be deleted one by one', async () => {
    const partitions = [{ topic: 't', partition: 0 }]
    const [code] = await refusal(groups.deleteOffsets(`${prefix}missing`, partitions, signal))
    expect(code).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  })

  test('cannot be changed while the group has members', async () => {
    const [topic, group] = [`${prefix}held`, `${prefix}held`]
    await using client = await openKafkaClient(bootstrapServers)
    await client.createTopic(topic)
    const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING })
    const member = kafka.consumer({ groupId: group, maxWaitTimeInMs: 50 })
    try {
      await member.connect()
      await member.subscribe({ topic })
      const joined = new Promise((resolve) => member.on('consumer.group_join', resolve))
      await member.run({ eachMessage: () => Promise.resolve() })
      await joined

      const offsets = [{ topic, partition: 0, offset: 1 }]
      const refusals = [
        await refusal(groups.commit(group, offsets, signal)),
        await refusal(groups.deleteOffsets(group, offsets, signal)),
        await refusal(groups.deleteGroup(group, signal)),
      ]
      expect(refusals.map(([code]) => code)).toEqual([
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
        ErrorCode.NON_EMPTY_GROUP,
      ])
    } finally {
      await member.disconnect()
    }
  })

  test('a call ends with its limit or its signal where no broker answers', async () => {
    const config = { 'bootstrap.servers': '127.0.0.1:1', 'default.api.timeout.ms': '300' }
    const away = createGroupAdmin(config)
    const [, message] = await refusal(away.offsets('g', signal))
    expect(message).toMatch(/^Could not read or change the offsets of group g within 300 ms/)
    const reason = new Error('enough')
    await expect(away.offsets('g', AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
