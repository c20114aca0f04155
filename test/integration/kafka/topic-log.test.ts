import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { TopicLog } from '../../../src/kafka/consumer/topic-log.ts'
import type { TopicLogRecord } from '../../../src/kafka/consumer/topic-log.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { openClient, produce } from './support.ts'

const prefix = topicPrefix('topic-log')
const signal = AbortSignal.timeout(120_000)
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

interface OpenLog extends AsyncDisposable {
  readonly log: TopicLog
  /** What was read, by key. */
  readonly table: Map<string, string | null>
  readonly records: string[]
}

function openLog(topic: string, onRecord?: (record: TopicLogRecord) => void): OpenLog {
  const table = new Map<string, string | null>()
  const records: string[] = []
  const take = ({ partition, offset, key, value }: TopicLogRecord): void => {
    table.set(String(key), value === null ? null : value.toString())
    records.push(`${partition}:${offset} ${String(key)}=${String(value)}`)
  }
  const log = new TopicLog({ client, topic, config: {}, onRecord: onRecord ?? take })
  return { log, table, records, [Symbol.asyncDispose]: () => log.stop() }
}

describe('TopicLog', () => {
  test('an empty topic is read at once, and what comes later is followed', async () => {
    const topic = `${prefix}empty`
    await other.createTopic(topic, { partitions: 3 })
    await using opened = openLog(topic)
    await opened.log.start(signal)
    expect(opened.log.partitionCount).toBe(3)
    await produce(client, { topic, partition: 1 }, [{ key: 'k', value: 'v' }])
    await waitFor('the record', () => opened.table.get('k') === 'v')
  })

  test('readToEnd resolves with every record written before in hand', async () => {
    const topic = `${prefix}read-to-end`
    await other.createTopic(topic, { partitions: 2 })
    await produce(client, { topic, partition: 0 }, [{ key: 'a', value: '1' }])
    await using opened = openLog(topic)
    await opened.log.start(signal)
    expect(opened.records).toEqual(['0:0 a=1'])
    for (let i = 0; i < 20; i++) {
      await produce(client, { topic, partition: i % 2 }, [{ key: 'b', value: String(i) }])
      await opened.log.readToEnd(signal)
      expect(opened.table.get('b')).toBe(String(i))
    }
    await produce(client, { topic, partition: 0 }, [{ key: 'a', value: null }])
    await Promise.all([opened.log.readToEnd(signal), opened.log.readToEnd(signal)])
    expect(opened.table.get('a')).toBeNull()
  })

  test('reads a compacted topic, emptied batches and all, from the start to the end', async () => {
    const topic = `${prefix}compacted`
    const config = {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.001',
      'min.compaction.lag.ms': '0',
      'delete.retention.ms': '0',
    }
    await other.createTopic(topic, { config })
    const at = { topic, partition: 0 }
    for (let i = 0; i < 30; i++) {
      await produce(client, at, [
        { key: 'only-once', value: i === 0 ? 'first' : null },
        { key: `k${i % 3}`, value: String(i) },
        { key: 'tail', value: String(i) },
      ])
    }
    const compacted = async (): Promise<boolean> => {
      await produce(client, at, [{ key: 'tick', value: String(Date.now()) }])
      await using opened = openLog(topic)
      await opened.log.start(signal)
      return opened.records.length < 30
    }
    await waitFor('compaction', compacted, { timeoutMs: 60_000, everyMs: 1000 })
    await using opened = openLog(topic)
    await opened.log.start(signal)
    const found = ['k0', 'k1', 'k2', 'tail'].map((key) => opened.table.get(key))
    expect(found).toEqual(['27', '28', '29', '29'])
    await produce(client, at, [{ key: 'tail', value: 'after' }])
    await opened.log.readToEnd(signal)
    expect(opened.table.get('tail')).toBe('after')
  }, 90_000)

  test('what the taker throws ends the log and everyone who waits for it', async () => {
    const topic = `${prefix}throwing`
    await other.createTopic(topic)
    await produce(client, { topic, partition: 0 }, [{ value: 'x' }])
    await using opened = openLog(topic, () => {
      throw new Error('cannot be read')
    })
    await expect(opened.log.start(signal)).rejects.toThrow('cannot be read')
    await expect(opened.log.done).rejects.toThrow('cannot be read')
    await expect(opened.log.readToEnd(signal)).rejects.toThrow('cannot be read')
  })

  test('stop ends a readToEnd that waits', async () => {
    const topic = `${prefix}stopped`
    await other.createTopic(topic)
    const opened = openLog(topic)
    await opened.log.start(signal)
    await opened.log.stop()
    await expect(opened.log.readToEnd(signal)).rejects.toThrow('was stopped')
    await expect(opened.log.done).resolves.toBeUndefined()
  })
})
