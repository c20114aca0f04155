import { describe, expect, test } from 'vitest'
import type { TopicMetadata } from '../../../src/kafka/net/topic-metadata.ts'
import { murmur2, partitionOfKey } from '../../../src/kafka/producer/murmur2.ts'
import { TopicRouter } from '../../../src/kafka/producer/topic-router.ts'

/** A key, its hash, and its partition of 3 and of 17, as kafka-clients 4.3.1 computes them. */
const vectors: readonly (readonly [string, number, number, number])[] = [
  ['', 275646681, 0, 11],
  ['a', -1563381124, 1, 0],
  ['ab', 316155434, 2, 8],
  ['abc', 479470107, 0, 16],
  ['abcd', -1323649548, 2, 7],
  ['21', -973932308, 0, 13],
  ['foobar', -790332482, 0, 9],
  ['a-little-bit-long-string', -985981536, 2, 11],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971, 2, 0],
  ['üäö', -1650430957, 1, 10],
  ['key-0', 29210041, 1, 12],
  ['key-1', 193331640, 0, 7],
  ['key-2', 852269702, 2, 15],
  ['key-12345678', -17148984, 2, 13],
]

describe('the partition of a key', () => {
  test.each(vectors)('"%s" hashes to %i, as in Java', (key, hash, of3, of17) => {
    const bytes = Buffer.from(key)
    expect(murmur2(bytes)).toBe(hash)
    expect(partitionOfKey(bytes, 3)).toBe(of3)
    expect(partitionOfKey(bytes, 17)).toBe(of17)
  })

  test('every byte value counts as unsigned', () => {
    expect(murmur2(Uint8Array.from({ length: 256 }, (_, i) => i))).toBe(-1948347274)
  })
})

function topicOf(leaders: readonly number[]): TopicMetadata {
  const partitions = leaders.map((leaderId, partition) => ({
    partition,
    errorCode: 0,
    leaderId,
    leaderEpoch: 0,
    replicas: [],
    isr: [],
  }))
  return { name: 't', topicId: '', errorCode: 0, internal: false, partitions, refreshedAt: 0 }
}

function newRouter(metadata: TopicMetadata): TopicRouter {
  const config = { roundRobin: false, ignoreKeys: false, adaptive: true, stickyBytes: 1024 }
  return new TopicRouter(metadata, config, () => 0)
}

describe('a record without a key', () => {
  test('stays with one partition until its batch is full', () => {
    const router = newRouter(topicOf([1, 1, 1]))
    for (let i = 0; i < 50; i++) {
      const first = router.choose(null)
      expect([router.choose(null), router.choose(null)]).toEqual([first, first])
      router.sealed((first + 1) % 3, 1024)
      expect(router.choose(null)).toBe(first)
      router.sealed(first, 1024)
    }
  })

  test('avoids a partition without a leader, while there is another', () => {
    const router = newRouter(topicOf([-1, 1, -1, 2]))
    for (let i = 0; i < 50; i++) {
      const chosen = router.choose(null)
      expect([1, 3]).toContain(chosen)
      router.sealed(chosen, 1024)
    }
    expect(newRouter(topicOf([-1])).choose(null)).toBe(0)
  })

  test('keeps to the one partition that there is', () => {
    const router = newRouter(topicOf([1]))
    expect(router.choose(null)).toBe(0)
    router.sealed(0, 1024)
    expect(router.choose(null)).toBe(0)
  })

  test('sees partitions that were added', () => {
    const router = newRouter(topicOf([1]))
    router.update(topicOf([1, 1]))
    expect(router.partitionCount).toBe(2)
    const chosen = new Set<number>()
    for (let i = 0; i < 60; i++) {
      chosen.add(router.choose(null))
      router.sealed(router.choose(null), 1024)
    }
    expect(chosen).toEqual(new Set([0, 1]))
  })
})
