import { describe, expect, test } from 'vitest'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/kafka/group/consumer-protocol.ts'
import { comparePartitions } from '../../../src/kafka/topic-partitions.ts'
import { java, partitionsOf } from './support.ts'

describe.each(java.bytes)('$name in version $version', (given) => {
  const owned = partitionsOf(given.owned)
  const userData = given.userData === null ? null : Buffer.from(given.userData, 'hex')
  const subscription = {
    topics: given.topics,
    userData,
    ownedPartitions: owned,
    generationId: given.generation,
    rackId: given.rackId,
  }

  test('is written as Java writes it', () => {
    const { version } = given
    expect(encodeSubscription(subscription, version).toString('hex')).toBe(given.subscription)
    expect(encodeAssignment(owned, userData, version).toString('hex')).toBe(given.assignment)
  })

  test('is read with what the version has', () => {
    expect(decodeSubscription(Buffer.from(given.subscription, 'hex'))).toEqual({
      topics: given.topics.toSorted(),
      userData,
      ownedPartitions: given.version >= 1 ? owned.toSorted(comparePartitions) : [],
      generationId: given.version >= 2 ? given.generation : -1,
      rackId: given.version >= 3 ? given.rackId : null,
    })
    const assigned = decodeAssignment(Buffer.from(given.assignment, 'hex'))
    expect(assigned.toSorted(comparePartitions)).toEqual(owned.toSorted(comparePartitions))
  })
})

test('a version to come is read as the highest known, and what follows is left', () => {
  const bytes = encodeSubscription({
    topics: ['a'],
    userData: null,
    ownedPartitions: [],
    generationId: 4,
    rackId: 'r',
  })
  bytes.writeInt16BE(9)
  const read = decodeSubscription(Buffer.concat([bytes, Buffer.from('more')]))
  expect(read).toMatchObject({ topics: ['a'], generationId: 4, rackId: 'r' })
})

test('no bytes are no partitions', () => {
  expect(decodeAssignment(Buffer.alloc(0))).toEqual([])
})
