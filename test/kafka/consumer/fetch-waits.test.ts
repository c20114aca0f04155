import { expect, test } from 'vitest'
import { FetchWaits } from '../../../src/kafka/consumer/fetch-waits.ts'
import { PartitionState } from '../../../src/kafka/consumer/partition-state.ts'

const broker = 1

/** One that has got so many answers with nothing in them. */
function waitsAfter(empty: number, fetchMaxWaitMs = 500, fetchMinBytes = 1): FetchWaits {
  const waits = new FetchWaits({ fetchMaxWaitMs, fetchMinBytes })
  for (let i = 0; i < empty; i++) waits.brought(broker, false)
  return waits
}

test.each([
  { empty: 0, wait: 500 },
  { empty: 4, wait: 500 },
  { empty: 5, wait: 1000 },
  { empty: 6, wait: 2000 },
  { empty: 8, wait: 5000 },
  { empty: 5000, wait: 5000 },
  { empty: 5000, maxWaitMs: 0, wait: 0 },
  { empty: 5000, maxWaitMs: 7000, wait: 7000 },
  { empty: 5000, minBytes: 2, wait: 500 },
])(
  'after $empty empty answers a broker may wait $wait ms',
  ({ empty, maxWaitMs, minBytes, wait }) => {
    expect(waitsAfter(empty, maxWaitMs, minBytes).begin(broker, [])).toBe(wait)
  },
)

test('an answer with something in it makes the waits short again, of that broker alone', () => {
  const waits = waitsAfter(9)
  for (let i = 0; i < 9; i++) waits.brought(2, false)
  waits.brought(broker, true)
  expect(waits.begin(broker, [])).toBe(500)
  expect(waits.begin(2, [])).toBe(5000)
})

test('a long wait misses what it was not asked for, until it has ended', () => {
  const [asked, other] = [0, 1].map((partition) => new PartitionState({ topic: 't', partition }))
  if (asked === undefined || other === undefined) throw new Error('Two were made.')
  asked.seek(5)
  const waits = waitsAfter(9)
  waits.begin(broker, [asked])
  expect(waits.misses(broker, asked)).toBe(false)
  expect(waits.misses(broker, other)).toBe(true)
  expect(waits.misses(2, other)).toBe(false)
  asked.seek(6)
  expect(waits.misses(broker, asked)).toBe(true)
  expect(waits.end(broker)).toBe(false)
  expect(waits.misses(broker, other)).toBe(false)
})

test('a wait that was given up is told of once, and the next one is short', () => {
  const waits = waitsAfter(9)
  waits.begin(broker, [])
  waits.giveUp(broker)
  expect(waits.end(broker)).toBe(true)
  expect(waits.end(broker)).toBe(false)
  expect(waits.begin(broker, [])).toBe(500)
})
