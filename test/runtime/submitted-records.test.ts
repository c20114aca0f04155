import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourcePartition } from '../../src/data/records.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { AcknowledgedRecords } from '../../src/runtime/acknowledged-records.ts'
import { SubmittedRecords } from '../../src/runtime/submitted-records.ts'

describe('the watermark of acknowledged records', () => {
  test('is where the first unacknowledged record stands, whatever the order of acknowledgements', () => {
    const runs = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(runs, fc.infiniteStream(fc.nat()), (lengths, choices) => {
        const records = new AcknowledgedRecords()
        const acknowledged = new Set<number>()
        const open: [number, number][] = []
        for (const length of lengths) {
          const from = records.next
          for (let i = 0; i < length; i++) records.add()
          open.push([from, from + length])
        }
        while (open.length > 0) {
          const [run] = open.splice((choices.next().value ?? 0) % open.length, 1)
          const [from, to] = run ?? [0, 0]
          for (let i = from; i < to; i++) acknowledged.add(i)
          let expected = 0
          while (acknowledged.has(expected)) expected++
          expect(records.acknowledge(from, to)).toBe(expected)
          // Numbers go on while others are outstanding: the ring wraps and grows.
          const more = records.next
          for (let i = 0; i < length(choices); i++) records.add()
          if (records.next > more) open.push([more, records.next])
          if (records.next > 60_000) break
        }
      }),
      { numRuns: 40 },
    )
    function length(choices: Iterator<number>): number {
      const choice = (choices.next().value as number) % 40
      return choice < 30 ? 0 : choice * 100
    }
  })
})

const a = { file: 'a' }
const b = { file: 'b' }

function send(submitted: SubmittedRecords, ...records: [SourcePartition, number][]): number[] {
  submitted.begin()
  return records.map(([partition, position]) =>
    submitted.add(new SourceRecord(partition, { position }, 't', null, null, null, null, 'v')),
  )
}

describe('what may be committed', () => {
  test('is the last offset below the watermark, a source partition', () => {
    const submitted = new SubmittedRecords(false)
    send(submitted, [a, 1], [b, 10], [a, 2], [b, 20])
    send(submitted, [a, 3], [a, 4])
    submitted.acknowledge(2, 4)
    expect(submitted.takeCommittable()).toEqual([])
    submitted.acknowledge(0, 2)
    expect(submitted.takeCommittable()).toEqual([
      [a, { position: 2 }],
      [b, { position: 20 }],
    ])
    submitted.acknowledge(4, 5)
    expect(submitted.takeCommittable()).toEqual([[a, { position: 3 }]])
    expect(submitted.hasCommittable).toBe(false)
  })

  test('treats partitions as the same where they say the same, though they are two objects', () => {
    const submitted = new SubmittedRecords(false)
    send(submitted, [{ file: 'a', n: 1 }, 1])
    send(submitted, [{ n: 1, file: 'a' }, 2])
    submitted.acknowledge(0, 2)
    expect(submitted.takeCommittable()).toHaveLength(1)
  })

  test('that could not be committed is given back under what is newer', () => {
    const submitted = new SubmittedRecords(false)
    send(submitted, [a, 1], [b, 1])
    submitted.acknowledge(0, 2)
    const taken = submitted.takeCommittable()
    send(submitted, [a, 2])
    submitted.acknowledge(2, 3)
    submitted.giveBack(taken)
    expect(submitted.takeCommittable()).toEqual([
      [a, { position: 2 }],
      [b, { position: 1 }],
    ])
  })

  test('leaves out a record that was taken back', () => {
    const submitted = new SubmittedRecords(true)
    const [, second] = send(submitted, [a, 1], [a, 2])
    submitted.takeBack()
    expect(second).toBe(1)
    submitted.acknowledge(0, 1)
    expect(submitted.takeCommittable()).toEqual([[a, { position: 1 }]])
    expect(submitted.outstanding).toBe(0)
  })
})

test('records are kept for a task that hears of each', () => {
  const submitted = new SubmittedRecords(true)
  send(submitted, [a, 1], [a, 2])
  send(submitted, [b, 3])
  expect(submitted.recordOf(1)?.sourceOffset).toEqual({ position: 2 })
  expect(submitted.recordOf(2)?.sourcePartition).toBe(b)
})

test('a poll of which nothing was sent leaves nothing behind', () => {
  const submitted = new SubmittedRecords(false)
  for (let poll = 0; poll < 1000; poll++) submitted.begin()
  send(submitted, [a, 1])
  for (let poll = 0; poll < 1000; poll++) submitted.begin()
  expect(submitted.batches).toBe(2)
  submitted.acknowledge(0, 1)
  expect(submitted.takeCommittable()).toEqual([[a, { position: 1 }]])
  expect(submitted.batches).toBe(1)
})

test('each record is found by its number until all of its poll is acknowledged', () => {
  const submitted = new SubmittedRecords(true)
  const numbers = [1, 3, 1, 2].flatMap((size, poll) =>
    send(submitted, ...Array.from({ length: size }, (): [SourcePartition, number] => [a, poll])),
  )
  const found = () => numbers.map((each) => submitted.recordOf(each)?.sourceOffset?.position)
  expect(found()).toEqual([0, 1, 1, 1, 2, 3, 3])
  submitted.acknowledge(0, 2)
  expect(found().slice(1)).toEqual([1, 1, 1, 2, 3, 3])
  expect([submitted.recordOf(0), submitted.recordOf(7)]).toEqual([undefined, undefined])
})
