import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { JavaPattern } from '../../../src/util/regex/java-pattern.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { share, startMember } from './group-support.ts'
import { openClient, produce } from './support.ts'

const prefix = topicPrefix('group-topics')
let other: OtherClient
let client: KafkaClient

beforeAll(async () => {
  other = await openKafkaClient(inject('bootstrapServers'))
  client = openClient()
})

afterAll(async () => {
  await client.close()
  await other[Symbol.asyncDispose]()
})

async function topicOf(name: string): Promise<string> {
  await other.createTopic(prefix + name, { partitions: 2 })
  return prefix + name
}

test.each(['range', 'cooperative-sticky'])(
  'by %s topics that a pattern matches come and go, and the others are read all the while',
  async (strategy) => {
    const stays = await topicOf(`${strategy}-stays`)
    const goes = await topicOf(`${strategy}-goes`)
    await topicOf(`${strategy}-3`)
    const config = {
      'group.id': prefix + strategy,
      'metadata.max.age.ms': '300',
      'heartbeat.interval.ms': '200',
      'partition.assignment.strategy': strategy,
    }
    const pattern = new JavaPattern(`\\Q${prefix}${strategy}\\E-\\p{Alpha}+`)
    await using a = startMember('a', { config, subscription: { pattern } })
    await using b = startMember('b', { config, subscription: { pattern } })
    await waitFor('both to have two', () => share([a, b], 4) && a.held.size === 2)
    await other.admin.deleteTopics({ topics: [goes] })
    const held = (): string => [...a.held, ...b.held].sort().join()
    await waitFor('what is left', () => held() === `${stays}-0,${stays}-1`)
    await produce(client, { topic: stays, partition: 1 }, [{ value: 'after' }])
    // Nothing is committed, so that a rebalance may have a record read again.
    const isRead = (value: string): boolean =>
      [...a.records, ...b.records].some((record) => record.value === value)
    await waitFor('a record', () => isRead('after'))
    const comes = await topicOf(`${strategy}-comes`)
    await produce(client, { topic: comes, partition: 0 }, [{ value: 'new' }])
    await waitFor('a record of the new one', () => isRead('new'))
    expect([a.error(), b.error()]).toEqual([null, null])
  },
  60_000,
)

test('a topic that is deleted and made anew is read from its beginning', async () => {
  const topic = await topicOf('again')
  const config = {
    'group.id': `${prefix}again`,
    'metadata.max.age.ms': '300',
    // Else the member's own question makes it anew.
    'allow.auto.create.topics': 'false',
  }
  await using member = startMember('m', { config, subscription: { topics: [topic] } })
  await waitFor('its partitions', () => member.held.size === 2)
  for (const value of ['a', 'b', 'c']) await produce(client, { topic, partition: 0 }, [{ value }])
  await waitFor('three records', () => member.records.length === 3)
  await other.admin.deleteTopics({ topics: [topic] })
  await waitFor('nothing to be left', () => member.held.size === 0)
  await topicOf('again')
  await produce(client, { topic, partition: 0 }, [{ value: 'd' }])
  await waitFor('the new record', () => member.records.length === 4)
  expect(member.records.map(({ value, offset }) => `${offset}${value}`)).toEqual([
    ...['0a', '1b', '2c', '0d'],
  ])
  expect(member.error()).toBeNull()
}, 60_000)
