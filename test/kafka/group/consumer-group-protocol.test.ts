import { beforeEach, describe, expect, test } from 'vitest'
import { parseAssignors } from '../../../src/kafka/group/assignors.ts'
import { ConsumerGroupProtocol } from '../../../src/kafka/group/consumer-group-protocol.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeSubscription,
} from '../../../src/kafka/group/consumer-protocol.ts'
import { groupOptions } from '../../../src/kafka/group/group-options.ts'
import type { LeaderTask } from '../../../src/kafka/group/join-exchange.ts'
import type { TopicWatch } from '../../../src/kafka/group/topic-watch.ts'

const { signal } = new AbortController()
let counts: Map<string, number>
let racks: Map<string, ReadonlySet<string>>

beforeEach(() => {
  counts = new Map([['orders', 2]])
  racks = new Map([['orders-0', new Set(['r1'])]])
})

function protocolOf(strategy: string, config: Record<string, string> = {}): ConsumerGroupProtocol {
  const watch = {
    topics: ['orders'],
    partitionCounts: () => Promise.resolve(counts),
    knownCounts: () => counts,
    partitionRacks: () => racks,
  } as unknown as TopicWatch
  const options = groupOptions({
    'group.id': 'g',
    'partition.assignment.strategy': strategy,
    ...config,
  })
  expect(options.assignors).toEqual(parseAssignors(strategy))
  return new ConsumerGroupProtocol({ options, watch, owned: () => [] })
}

const generation = { id: 4, memberId: 'm1', protocolName: 'sticky', isLeader: true }

function taskOf(protocolName: string, ...rackIds: readonly (string | null)[]): LeaderTask {
  const members = rackIds.map((rackId, i) => ({
    memberId: `m${i + 1}`,
    groupInstanceId: null,
    metadata: encodeSubscription({
      topics: ['orders'],
      userData: null,
      ownedPartitions: [],
      generationId: -1,
      rackId,
    }),
  }))
  return { protocolName, generationId: 1, members, keepsAssignment: false }
}

async function decide(
  protocol: ConsumerGroupProtocol,
  task: LeaderTask,
): Promise<Record<string, number[]>> {
  const decided = await protocol.assign(task, signal)
  return Object.fromEntries(
    Array.from(decided, ([id, bytes]) => [
      id,
      decodeAssignment(bytes).map(({ partition }) => partition),
    ]),
  )
}

describe('a member of a consumer group', () => {
  test('tells the assignor that the group had chosen what it was assigned by it, and no other', () => {
    const protocol = protocolOf('sticky,cooperative-sticky')
    const said = (): (string | undefined)[] =>
      protocol
        .protocols(4)
        .map(({ metadata }) => decodeSubscription(metadata).userData?.toString('hex'))
    expect(said()).toEqual([undefined, 'ffffffff'])
    protocol.joined(generation, [{ topic: 'orders', partition: 1 }])
    const orders = '00066f7264657273'
    expect(said()).toEqual([`00000001${orders}000000010000000100000004`, 'ffffffff'])
  })

  test('that leads looks where replicas are, where a member says where it is', async () => {
    racks = new Map([
      ['orders-0', new Set(['r2'])],
      ['orders-1', new Set(['r1'])],
    ])
    const protocol = protocolOf('range')
    expect(await decide(protocol, taskOf('range', 'r1', 'r2'))).toEqual({ m1: [1], m2: [0] })
    expect(await decide(protocol, taskOf('range', null, null))).toEqual({ m1: [0], m2: [1] })
  })

  test.each([
    { name: 'grow', change: () => counts.set('orders', 3), config: {}, outdated: true },
    {
      name: 'move',
      change: () => racks.set('orders-0', new Set(['r2'])),
      config: {},
      outdated: false,
    },
    {
      name: 'move, and it says where it is itself',
      change: () => racks.set('orders-0', new Set(['r2'])),
      config: { 'client.rack': 'r1' },
      outdated: true,
    },
  ])('that leads has the group rebalanced where topics $name: $outdated', async (c) => {
    const protocol = protocolOf('range', c.config)
    protocol.protocols(-1)
    await protocol.assign(taskOf('range', null), signal)
    protocol.joined(generation, [])
    expect(protocol.outdated()).toBeNull()
    c.change()
    expect(protocol.outdated() !== null).toBe(c.outdated)
  })

  test('that leads again after a restart watches the topics though it decides nothing (KIP-814)', async () => {
    const protocol = protocolOf('range')
    protocol.protocols(-1)
    const task = { ...taskOf('range', null), keepsAssignment: true }
    expect(await decide(protocol, task)).toEqual({})
    protocol.joined(generation, [])
    counts.set('orders', 3)
    expect(protocol.outdated()).toBe('the topics changed')
  })

  test('that does not lead leaves topics to the one that does', async () => {
    const protocol = protocolOf('range')
    protocol.protocols(-1)
    await protocol.assign(taskOf('range', null), signal)
    protocol.joined({ ...generation, isLeader: false }, [])
    counts.set('orders', 3)
    expect(protocol.outdated()).toBeNull()
  })

  test('that leads by an assignor it does not have says so', async () => {
    const task = taskOf('sticky', null)
    await expect(protocolOf('range').assign(task, signal)).rejects.toThrow(/assignor sticky/)
  })
})
