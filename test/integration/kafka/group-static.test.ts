import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { delay } from '../../../src/util/abort.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { share, startMember } from './group-support.ts'
import { openClient, produce } from './support.ts'

const prefix = topicPrefix('group-static')
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

const configOf = (group: string, instance: string, strategy: string): Record<string, string> => ({
  'group.id': prefix + group,
  'group.instance.id': instance,
  'heartbeat.interval.ms': '200',
  'session.timeout.ms': '30000',
  'partition.assignment.strategy': strategy,
})

test.each(['range', 'sticky', 'cooperative-sticky'])(
  'by %s a static member comes back within its session to what it had, and nobody else notices',
  async (strategy) => {
    const topic = prefix + strategy
    await other.createTopic(topic, { partitions: 4 })
    const subscription = { topics: [topic] }
    const member = (name: string): ReturnType<typeof startMember> =>
      startMember(name, { config: configOf(strategy, name, strategy), subscription })
    await using a = member('a')
    await waitFor('a to have all', () => a.held.size === 4)
    const b = member('b')
    await waitFor('both to have two', () => share([a, b], 4) && a.held.size === 2)
    const [before, heldByB] = [a.events.length, [...b.held].sort()]
    await b.close()
    // Several heartbeats of the one that stays.
    await delay(1000)
    await using again = member('b')
    await waitFor('b to have what it had', () => again.held.size === 2)
    expect([...again.held].sort()).toEqual(heldByB)
    await produce(client, { topic, partition: Number(heldByB[0]?.at(-1)) }, [{ value: 'x' }])
    await waitFor('the record', () => again.records.length === 1)
    expect(a.events.slice(before)).toEqual([])
    expect([a.error(), b.error(), again.error()]).toEqual([null, null, null])
  },
  60_000,
)

test('of two members with one instance id the first is told so, and ends', async () => {
  const topic = `${prefix}fenced`
  await other.createTopic(topic, { partitions: 1 })
  const options = { config: configOf('fenced', 'one', 'range'), subscription: { topics: [topic] } }
  await using first = startMember('first', options)
  await waitFor('the first to have it', () => first.held.size === 1)
  await using second = startMember('second', options)
  await waitFor('the second to have it', () => second.held.size === 1)
  const error = await waitFor('the first to end', () => first.error())
  expect(error.message).toMatch(/group.instance.id one.*FENCED_INSTANCE_ID/)
  expect(second.error()).toBeNull()
})
