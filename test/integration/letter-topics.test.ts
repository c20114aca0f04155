import { expect, inject, test } from 'vitest'
import { LetterTopics } from '../../src/cli/dead-letters/letter-topics.ts'
import { KafkaClient } from '../../src/kafka/net/client.ts'
import { clientOptions } from '../../src/kafka/net/client-options.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const never = new AbortController().signal

test('letters that retention deletes while a queue is read do not hide those behind them', async () => {
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${topicPrefix('letter-topics')}queue`
  await kafka.createTopic(topic)
  await kafka.send(topic, ['a', 'b', 'c', 'd', 'e'])
  const config = { 'bootstrap.servers': bootstrapServers }
  const client = new KafkaClient(clientOptions(config))
  try {
    const topics = new LetterTopics(client, config, never)
    const ranges = await topics.ranges([topic])
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
    await waitFor('the letters are gone', async () => {
      const [first] = await kafka.admin.fetchTopicOffsets(topic)
      return first?.low === '2'
    })
    const read: string[] = []
    await topics.read(ranges, (records) => {
      read.push(...records.map(({ value }) => String(value)))
      return Promise.resolve(true)
    })
    expect(read).toEqual(['c', 'd', 'e'])
  } finally {
    await client.close()
  }
})
