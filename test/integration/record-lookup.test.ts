import { expect, inject, test } from 'vitest'
import { asError, isRetriable } from '../../src/errors/connect-error.ts'
import { KafkaRecordLookup } from '../../src/runtime/record-lookup.ts'
import { MemoryAccount, MemoryBudget } from '../../src/util/memory-budget.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const prefix = topicPrefix('record-lookup')
const bootstrapServers = inject('bootstrapServers')
const never = new AbortController().signal

test('single records are found again, in whichever order they are asked for, unless they are gone', async () => {
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}lines`
  await kafka.createTopic(topic)
  await kafka.send(
    topic,
    Array.from({ length: 3000 }, (_, n) => `line ${n}`),
  )
  const budget = new MemoryBudget(2 ** 24)
  const memory = new MemoryAccount(budget.shared, budget.newAccount()).open()
  const lookup = new KafkaRecordLookup({ 'bootstrap.servers': bootstrapServers }, memory)
  const at = async (offset: number): Promise<string | null> => {
    const found = await lookup.find({ topic, partition: 0 }, offset, never)
    return found === null ? null : `${found.offset}: ${String(found.value)}`
  }
  try {
    const offsets = [5, 6, 900, 2500, 10, 0, 2999]
    const found = await Promise.all(offsets.map(at))
    expect(found).toEqual(offsets.map((offset) => `${offset}: line ${offset}`))
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '100' }] })
    await waitFor('the records are gone', async () => {
      const [first] = await kafka.admin.fetchTopicOffsets(topic)
      return first?.low === '100'
    })
    expect([await at(7), await at(100)]).toEqual([null, '100: line 100'])
  } finally {
    await lookup.close()
  }
})

test('a record that the brokers do not give asks to be looked for again, and is found once they do', async () => {
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}late`
  await kafka.createTopic(topic)
  await kafka.send(topic, ['line 0'])
  const budget = new MemoryBudget(2 ** 24)
  const memory = new MemoryAccount(budget.shared, budget.newAccount()).open()
  const config = { 'bootstrap.servers': bootstrapServers }
  const lookup = new KafkaRecordLookup(config, memory, 3000)
  try {
    expect(await lookup.find({ topic, partition: 0 }, 0, never)).toMatchObject({ offset: 0 })
    let late: unknown = null
    await lookup.find({ topic, partition: 0 }, 1, never).catch((error: unknown) => {
      late = error
    })
    expect(asError(late).message).toContain(`offset 1 of ${topic}-0`)
    expect(isRetriable(late)).toBe(true)
    await kafka.send(topic, ['line 1'])
    expect(await lookup.find({ topic, partition: 0 }, 1, never)).toMatchObject({ offset: 1 })
    // Of a log that was cut off, or of a topic that was made anew.
    expect(await lookup.find({ topic, partition: 0 }, 5000, never)).toBeNull()
  } finally {
    await lookup.close()
  }
})
