import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SourceOffset, SourcePartition } from '../../src/data/records.ts'
import { partitionOfKey } from '../../src/kafka/producer/murmur2.ts'
import { OffsetIndex } from '../../src/stores/offset-index.ts'

/** A record of a topic of offsets, as a Java worker wrote it; with exactly-once sources in a transaction. */
interface Recorded {
  readonly topic: string
  readonly partition: number
  readonly key: string
  readonly value: string | null
}

/** A topic as it was created. */
interface Created {
  readonly topic: string
  readonly partitions: number
}

const fixtures = new URL('../fixtures/java-connect/', import.meta.url)
const linesOf = (file: string): readonly string[] =>
  readFileSync(new URL(file, fixtures), 'utf8').trim().split('\n')
const recorded = (folder: string, topic: string): readonly Recorded[] =>
  linesOf(`${folder}/${topic}.jsonl`).map((line) => JSON.parse(line) as Recorded)
const partitionsOf = (folder: string, topic: string): number => {
  const created = linesOf(`${folder}/topic-configs.jsonl`).map(
    (line) => JSON.parse(line) as Created,
  )
  return created.find((each) => each.topic === topic)?.partitions ?? 0
}

function parsed({ key, value }: Recorded) {
  const [connector, partition] = JSON.parse(key) as [string, SourcePartition]
  const offset = value === null ? null : (JSON.parse(value) as SourceOffset)
  return { connector, partition, offset }
}

describe.each([
  { folder: 'topics', topic: 'connect-offsets', records: 147 },
  { folder: 'exactly-once', topic: 'connect-offsets', records: 36 },
  { folder: 'exactly-once', topic: 'e2-offsets', records: 6 },
])('the offsets that Java wrote to $topic ($folder)', ({ folder, topic, records }) => {
  const all = recorded(folder, topic)

  test('are in the bytes, and in the partition, in which ours would be', () => {
    expect(all).toHaveLength(records)
    for (const each of all) {
      const { connector, partition, offset } = parsed(each)
      const [written] = new OffsetIndex().encode(connector, [{ partition, offset }])
      expect(written?.key.toString()).toBe(each.key)
      expect(written?.value?.toString() ?? null).toBe(each.value)
      const count = partitionsOf(folder, topic)
      expect(partitionOfKey(Buffer.from(each.key), count)).toBe(each.partition)
    }
  })

  test('are found, the last of each source partition, and keep their bytes when they are written anew', () => {
    const index = new OffsetIndex()
    const last = new Map<string, Recorded>()
    for (const each of all) {
      last.set(each.key, each)
      const value = each.value === null ? null : Buffer.from(each.value)
      index.load({ key: Buffer.from(each.key), value })
    }
    for (const each of last.values()) {
      const { connector, partition, offset } = parsed(each)
      expect(index.get(connector, partition)).toEqual(offset)
      expect(index.keys(connector, [partition])[0]?.toString()).toBe(each.key)
    }
  })
})
