import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TopicPartition } from '../../src/api/topic-partition.ts'
import type { MemberSubscription, PartitionAssignor } from '../../src/kafka/group/assignor.ts'
import { rangeAssignor } from '../../src/kafka/group/range-assignor.ts'
import { roundRobinAssignor } from '../../src/kafka/group/round-robin-assignor.ts'
import {
  cooperativeStickyAssignor,
  stickyAssignor,
} from '../../src/kafka/group/sticky-assignors.ts'
import { comparePartitions, partitionText } from '../../src/kafka/topic-partitions.ts'
import { JavaOracle } from './java-oracle.ts'

/** Racks of the replicas of each partition, by topic. */
type Topics = Readonly<Record<string, readonly (readonly string[])[]>>

let java: JavaOracle

beforeAll(async () => {
  java = await JavaOracle.start('AssignorOracle')
}, 120_000)

afterAll(() => java[Symbol.dispose]())

const names = ['a', 'b', 'orders', 'orders-1', 'Zürich']
const racks = ['r1', 'r2', 'r3']

const topicsOf = (replicas: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Topics> =>
  fc.dictionary(fc.constantFrom(...names), fc.array(replicas, { minLength: 1, maxLength: 9 }), {
    minKeys: 1,
    noNullPrototype: true,
  })

/** Where members and replicas are: nowhere, anywhere, or each partition on so many racks. */
const placed = fc.oneof(
  topicsOf(fc.constant([])).map((topics) => ({ topics, rackIds: [null] })),
  topicsOf(fc.subarray(racks)).map((topics) => ({ topics, rackIds: [null, ...racks, 'r4'] })),
  topicsOf(fc.subarray(racks, { minLength: 2, maxLength: 2 })).map((topics) => ({
    topics,
    rackIds: racks,
  })),
  topicsOf(fc.constant(racks)).map((topics) => ({ topics, rackIds: racks })),
)

interface Group {
  readonly topics: Topics
  readonly members: readonly MemberSubscription[]
}

const memberId = fc.oneof(
  fc.integer({ min: 0, max: 99 }).map((n) => `consumer-${n}`),
  fc.uuid().map((uuid) => `connector-consumer-sink-0-${uuid}`),
)

/** A group of members that have never met. */
const group: fc.Arbitrary<Group> = placed.chain(({ topics, rackIds }) => {
  const known = [...Object.keys(topics), 'missing']
  const wanted = fc.oneof(
    fc.constant([known]),
    fc.array(fc.subarray(known, { minLength: 1 }), { minLength: 1, maxLength: 4 }),
  )
  const member = fc.record({
    memberId,
    groupInstanceId: fc.option(fc.uuid(), { freq: 4 }),
    rackId: fc.constantFrom(...rackIds),
    of: fc.nat(),
  })
  const members = fc.uniqueArray(member, {
    minLength: 1,
    maxLength: 8,
    selector: (each) => each.memberId,
  })
  return fc.record({ members, wanted }).map((found) => ({
    topics,
    members: found.members.map(({ of, ...each }) => ({
      ...each,
      topics: found.wanted[of % found.wanted.length] ?? known,
      userData: null,
      ownedPartitions: [],
      generationId: -1,
    })),
  }))
})

/** What changes between two rebalances. */
const change = fc.record({
  leave: fc.array(fc.nat(), { maxLength: 3 }),
  join: group,
  grow: fc.array(fc.tuple(fc.constantFrom(...names), fc.subarray(racks)), { maxLength: 4 }),
  /** Members that missed the last assignment, and those that forgot all. */
  behind: fc.array(fc.nat(), { maxLength: 2 }),
  reset: fc.array(fc.nat(), { maxLength: 2 }),
})

type Assignment = ReadonlyMap<string, readonly TopicPartition[]>

function assignHere(assignor: PartitionAssignor, { topics, members }: Group): Assignment {
  const counts = new Map(Object.entries(topics).map(([topic, all]) => [topic, all.length]))
  const places = Object.entries(topics).flatMap(([topic, all]) =>
    all.map((names, partition): [string, ReadonlySet<string>] => [
      partitionText({ topic, partition }),
      new Set(names),
    ]),
  )
  return assignor.assign(counts, members, new Map(places))
}

async function assignThere(assignor: PartitionAssignor, given: Group): Promise<Assignment> {
  const members = given.members.map((member) => ({
    ...member,
    userData: member.userData?.toString('base64') ?? null,
  }))
  const asked = { op: 'assign', assignor: assignor.javaName, topics: given.topics, members }
  const answer = (await java.ask(asked)) as {
    readonly assignment: Readonly<Record<string, readonly TopicPartition[]>>
  }
  return new Map(Object.entries(answer.assignment))
}

function texts(assignment: Assignment): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Array.from(assignment, ([id, all]) => [
      id,
      [...all].sort(comparePartitions).map(partitionText),
    ]),
  )
}

async function expectSame(assignor: PartitionAssignor, given: Group): Promise<Assignment> {
  const there = await assignThere(assignor, given)
  expect(texts(assignHere(assignor, given))).toEqual(texts(there))
  return there
}

const all = [rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor]
const NUM_RUNS = 150

describe.each(all)('$name', (assignor) => {
  test('decides for members that have never met as Java does', async () => {
    await fc.assert(
      fc.asyncProperty(group, async (given) => {
        await expectSame(assignor, given)
      }),
      { numRuns: NUM_RUNS },
    )
  }, 120_000)

  test.each([null, 0, 7])(
    'tells the leader in bytes what Java tells: after %j partitions',
    async (count) => {
      const partitions = Array.from(Array(count ?? 0).keys(), (i) => ({
        topic: i < 3 ? 'orders' : 'Zürich',
        partition: i,
      }))
      const last = count === null ? null : { partitions, generation: 5 }
      const asked = { op: 'userData', assignor: assignor.javaName, last }
      const { userData } = (await java.ask(asked)) as { readonly userData: string | null }
      expect(assignor.userData(last)?.toString('base64') ?? null).toBe(userData)
    },
  )
})

describe.each([stickyAssignor, cooperativeStickyAssignor])('$name', (assignor) => {
  test('goes on deciding as Java does while members and topics change', async () => {
    await fc.assert(
      fc.asyncProperty(
        group,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (first, changes) => {
          let given = first
          let generation = 1
          for (const each of changes) {
            const decided = await expectSame(assignor, given)
            // A cooperative group joins again at once where something changed hands.
            given = after(assignor, given, decided, generation++)
            const settled = await expectSame(assignor, given)
            given = changed(after(assignor, given, settled, generation++), each)
          }
          await expectSame(assignor, given)
        },
      ),
      { numRuns: NUM_RUNS },
    )
  }, 240_000)
})

/** The members as they join the next time. */
function after(
  assignor: PartitionAssignor,
  given: Group,
  assignment: Assignment,
  generation: number,
): Group {
  const members = given.members.map((member) => {
    const partitions = assignment.get(member.memberId) ?? []
    const isEager = assignor === stickyAssignor
    return {
      ...member,
      ownedPartitions: isEager ? [] : partitions,
      userData: assignor.userData({ partitions, generation }),
      generationId: generation,
    }
  })
  return { ...given, members }
}

function changed(given: Group, { leave, join, grow, behind, reset }: Changes): Group {
  const gone = new Set(leave.map((n) => given.members[n % given.members.length]?.memberId))
  const late = new Set(behind.map((n) => given.members[n % given.members.length]?.memberId))
  const lost = new Set(reset.map((n) => given.members[n % given.members.length]?.memberId))
  const stayed = given.members.filter(({ memberId: id }) => !gone.has(id))
  const ids = new Set(stayed.map(({ memberId: id }) => id))
  const topics = { ...join.topics, ...given.topics }
  for (const [topic, replicas] of grow) topics[topic] = [...(topics[topic] ?? []), replicas]
  const members = [
    ...stayed.map((member) => {
      if (lost.has(member.memberId)) {
        return { ...member, ownedPartitions: [], generationId: -1 }
      }
      if (!late.has(member.memberId)) return member
      // It still claims what others have by now.
      const wanted = ({ topic }: TopicPartition): boolean => member.topics.includes(topic)
      const claimed = stayed.flatMap(({ ownedPartitions }) => ownedPartitions).filter(wanted)
      const stolen = claimed.slice(0, 2)
      return { ...member, ownedPartitions: stolen, generationId: member.generationId - 1 }
    }),
    ...join.members.filter(({ memberId: id }) => !ids.has(id)),
  ]
  return { topics, members }
}

type Changes = typeof change extends fc.Arbitrary<infer T> ? T : never
