import { expect, test } from 'vitest'
import type { ConfigValue } from '../../../src/api/index.ts'
import {
  CommittedOffsets,
  partitionKey,
  refuseConflicts,
  wakeAt,
  withConflicts,
} from '../../../connectors/storage/index.ts'
import type { Committing } from '../../../connectors/storage/index.ts'

test('an offset is said once, and again once the partition has come back', () => {
  const key = partitionKey('t', 1)
  const writer = {
    topicPartition: { topic: 't', partition: 1 },
    committable: null as number | null,
  }
  const writers = new Map<string, Committing>([[key, writer]])
  const offsets = new CommittedOffsets()
  expect(offsets.take(writers)).toEqual([])
  writer.committable = 3
  const said = [{ topic: 't', partition: 1, offset: 3 }]
  expect(offsets.take(writers)).toEqual(said)
  expect(offsets.take(writers)).toEqual([])
  offsets.forget(key)
  expect(offsets.take(writers)).toEqual(said)
})

test.each([
  ['the first of the moments', [5000, 3000], [2000]],
  ['at once for one that is over', [0], [0]],
  ['not for what is far away', [1_000_000], []],
  ['not for nothing', [], []],
])('the worker comes back: %s', (_name, moments, expected) => {
  const waits: number[] = []
  const nothing = (): undefined => undefined
  const worker = {
    ...{ now: () => 0, rewind: nothing, pause: nothing, resume: nothing },
    wakeIn: (ms: number) => void waits.push(ms),
  }
  wakeAt(worker, 1000, moments)
  expect(waits).toEqual(expected)
})

test('conflicts stand at their keys once every value is right by itself', () => {
  const value = (name: string, ...errorMessages: string[]): ConfigValue => ({
    ...{ name, value: null, recommendedValues: [], errorMessages, visible: true },
  })
  const conflicts = [{ name: 'b', message: 'not with a' }]
  const good = withConflicts([value('a'), value('b')], () => conflicts)
  expect(good.map(({ errorMessages }) => errorMessages)).toEqual([[], ['not with a']])
  const bad = withConflicts([value('a', 'wrong'), value('b')], () => conflicts)
  expect(bad.map(({ errorMessages }) => errorMessages)).toEqual([['wrong'], []])
  expect(() => refuseConflicts(conflicts)).toThrow('Invalid value for configuration b: not with a')
})
