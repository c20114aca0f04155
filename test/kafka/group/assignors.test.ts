import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/errors/connect-error.ts'
import type { GroupAssignment, MemberSubscription } from '../../../src/kafka/group/assignor.ts'
import {
  commonProtocol,
  defaultAssignmentStrategy,
  parseAssignors,
} from '../../../src/kafka/group/assignors.ts'
import { rangeAssignor } from '../../../src/kafka/group/range-assignor.ts'
import { cooperativeStickyAssignor } from '../../../src/kafka/group/sticky-assignors.ts'
import { comparePartitions, partitionText } from '../../../src/kafka/topic-partitions.ts'
import { java, member, partitionsOf } from './support.ts'
import type { JavaAssignment } from './support.ts'

const decidedBy = (name: string, kind: string): readonly JavaAssignment[] =>
  java.cases.filter((each) => each.assignor === name && each.scenario.startsWith(kind))

describe('range', () => {
  test.each(decidedBy('range', ''))('decides as Java does: $scenario', (given) => {
    const assigned = rangeAssignor.assign(countsOf(given), membersOf(given))
    expect(sorted(assigned)).toEqual(expectedOf(given))
  })
})

describe('cooperative-sticky', () => {
  test.each(decidedBy('cooperative-sticky', ''))('decides as Java does: $scenario', (given) => {
    const assigned = cooperativeStickyAssignor.assign(countsOf(given), membersOf(given))
    expect(sorted(assigned)).toEqual(expectedOf(given))
  })

  const group = fc.record({
    counts: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 12 }), {
      minKeys: 1,
    }),
    topics: fc.array(fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }), {
      minLength: 1,
      maxLength: 6,
    }),
  })

  test('comes to rest in a few rounds: every partition has one owner, and loads are even', () => {
    fc.assert(
      fc.property(group, group, ({ counts, topics }, { topics: later }) => {
        const partitionCounts = new Map(Object.entries(counts))
        const first = rounds(partitionCounts, topics, new Map())
        const wanted = [...topics.slice(1), ...later]
        const last = rounds(partitionCounts, wanted, shifted(first), 5)
        expect(sorted(rounds(partitionCounts, wanted, last, 1))).toEqual(sorted(last))
        const all = [...last.values()].flat().map(partitionText)
        const expected = [...partitionCounts].filter(([topic]) => wanted.flat().includes(topic))
        expect(new Set(all).size).toBe(all.length)
        expect(all.length).toBe(expected.reduce((sum, [, count]) => sum + count, 0))
        expectEven(last, wanted)
      }),
      { numRuns: 300 },
    )
  })

  test('nothing is given to one member while another holds it', () => {
    fc.assert(
      fc.property(group, ({ counts, topics }) => {
        const partitionCounts = new Map(Object.entries(counts))
        const held = rounds(partitionCounts, topics, new Map())
        const members = [...membersFrom(topics, held), member('new', ['a', 'b', 'c', 'd'])]
        const assigned = cooperativeStickyAssignor.assign(partitionCounts, members)
        const heldKeys = new Set([...held.values()].flat().map(partitionText))
        for (const each of assigned.get('new') ?? []) {
          expect(heldKeys).not.toContain(partitionText(each))
        }
      }),
    )
  })

  test('of two that claim a partition the later generation has it, of one generation neither', () => {
    const owned = [{ topic: 'a', partition: 0 }]
    const claim = (id: string, generationId: number): MemberSubscription =>
      member(id, ['a'], { ownedPartitions: owned, generationId })
    const counts = new Map([['a', 1]])
    const later = cooperativeStickyAssignor.assign(counts, [claim('m1', 4), claim('m2', 5)])
    expect([...later]).toEqual([
      ['m1', []],
      ['m2', owned],
    ])
  })
})

describe('partition.assignment.strategy', () => {
  test("Java's default prefers range and is eager", () => {
    const assignors = parseAssignors(defaultAssignmentStrategy)
    expect(assignors.map(({ name }) => name)).toEqual(['range', 'cooperative-sticky'])
    expect(commonProtocol(assignors)).toBe('EAGER')
  })

  test('cooperative-sticky alone is cooperative', () => {
    expect(commonProtocol(parseAssignors('cooperative-sticky'))).toBe('COOPERATIVE')
  })

  test('names and classes stand for each other, in the order they are given', () => {
    const classes = ['StickyAssignor', 'RoundRobinAssignor'].map(
      (name) => `org.apache.kafka.clients.consumer.${name}`,
    )
    const names = parseAssignors([...classes, 'cooperative-sticky'].join(', ')).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['sticky', 'roundrobin', 'cooperative-sticky'])
  })

  test.each(['com.acme.Own', '', 'range,com.acme.Own', 'range,range'])('refuses %j', (strategy) => {
    expect(() => parseAssignors(strategy)).toThrow(ConfigError)
  })
})

function countsOf(given: JavaAssignment): Map<string, number> {
  return new Map(Object.entries(given.partitions))
}

function membersOf(given: JavaAssignment): MemberSubscription[] {
  return given.members.map(({ memberId, topics, groupInstanceId, owned, generation }) =>
    member(memberId, topics, {
      groupInstanceId,
      ownedPartitions: partitionsOf(owned),
      generationId: generation,
    }),
  )
}

function sorted(assignment: GroupAssignment): Record<string, string[]> {
  return Object.fromEntries(
    Array.from(assignment, ([id, partitions]) => [
      id,
      partitions.toSorted(comparePartitions).map(partitionText),
    ]),
  )
}

function partitionsById(given: JavaAssignment): GroupAssignment {
  const entries = Object.entries(given.assignment)
  return new Map(entries.map(([id, pairs]) => [id, partitionsOf(pairs)]))
}

function expectedOf(given: JavaAssignment): Record<string, string[]> {
  return sorted(partitionsById(given))
}

function membersFrom(
  topics: readonly (readonly string[])[],
  held: GroupAssignment,
  generationId = 1,
): MemberSubscription[] {
  return topics.map((each, i) =>
    member(`m${i}`, each, { ownedPartitions: held.get(`m${i}`) ?? [], generationId }),
  )
}

/** A rebalance, and the one that follows where partitions changed hands. */
function rounds(
  counts: ReadonlyMap<string, number>,
  topics: readonly (readonly string[])[],
  held: GroupAssignment,
  times = 2,
): GroupAssignment {
  let now = held
  for (let i = 0; i < times; i++) {
    now = cooperativeStickyAssignor.assign(counts, membersFrom(topics, now, i))
  }
  return now
}

/** The first member has left: the others move up. */
function shifted(held: GroupAssignment): GroupAssignment {
  const [, ...rest] = held.values()
  return new Map(rest.map((partitions, i) => [`m${i}`, partitions]))
}

/** No partition could go to a member that has two less. */
function expectEven(assignment: GroupAssignment, topics: readonly (readonly string[])[]): void {
  for (const partitions of assignment.values()) {
    for (const { topic } of partitions) {
      topics.forEach((each, i) => {
        if (!each.includes(topic)) return
        expect(assignment.get(`m${i}`)?.length).toBeGreaterThanOrEqual(partitions.length - 1)
      })
    }
  }
}
