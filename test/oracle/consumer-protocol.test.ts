import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TopicPartition } from '../../src/api/topic-partition.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/kafka/group/consumer-protocol.ts'
import {
  cooperativeStickyAssignor,
  stickyAssignor,
} from '../../src/kafka/group/sticky-assignors.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('WireOracle')
})

afterAll(() => oracle[Symbol.dispose]())

interface Answer {
  readonly bytes: string
  readonly read: Readonly<Record<string, unknown>> & { readonly owned: readonly TopicPartition[] }
}

async function ask(question: Readonly<Record<string, unknown>>): Promise<Answer> {
  return (await oracle.ask(question)) as Answer
}

const topic = fc.string({ minLength: 1, maxLength: 6 })
/** Each once, as in a group. */
const partitions = fc.uniqueArray(fc.record({ topic, partition: fc.nat(20) }), {
  maxLength: 12,
  selector: (each) => `${each.topic}-${each.partition}`,
})
const userData = fc.option(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)))
const versions = [0, 1, 2, 3]

test.each(versions)(
  'a subscription of version %i is the same in Java and here',
  async (version) => {
    const subscriptions = fc.record({
      topics: fc.uniqueArray(topic, { maxLength: 5 }),
      userData,
      ownedPartitions: partitions,
      generationId: fc.integer({ min: -1, max: 0x7fffffff }),
      rackId: fc.option(fc.string({ minLength: 1, maxLength: 8 })),
    })
    await fc.assert(
      fc.asyncProperty(subscriptions, async (subscription) => {
        const ours = encodeSubscription(subscription, version)
        const java = await ask({
          ...{ op: 'subscription', version, topics: subscription.topics },
          ...{ userData: subscription.userData?.toString('base64') ?? null },
          ...{ owned: subscription.ownedPartitions, generation: subscription.generationId },
          ...{ rack: subscription.rackId, bytes: ours.toString('base64') },
        })
        expect(java.bytes).toBe(ours.toString('base64'))
        const read = decodeSubscription(Buffer.from(java.bytes, 'base64'))
        expect(java.read).toEqual({
          topics: read.topics,
          userData: read.userData?.toString('base64') ?? null,
          owned: read.ownedPartitions,
          generation: read.generationId,
          rack: read.rackId,
        })
      }),
      { numRuns: 100 },
    )
  },
)

test.each(versions)('an assignment of version %i is the same in Java and here', async (version) => {
  await fc.assert(
    fc.asyncProperty(partitions, userData, async (owned, data) => {
      const ours = encodeAssignment(owned, data, version)
      const question = {
        op: 'assignment',
        version,
        owned,
        userData: data?.toString('base64') ?? null,
      }
      const java = await ask({ ...question, bytes: ours.toString('base64') })
      // Java lists the topics in the order of a HashMap: what either says is what counts.
      const read = decodeAssignment(Buffer.from(java.bytes, 'base64'))
      expect(sorted(read)).toEqual(sorted(owned))
      expect(sorted(java.read.owned)).toEqual(sorted(owned))
      expect(java.read.userData).toBe(data?.toString('base64') ?? null)
      expect(java.bytes.length).toBe(ours.toString('base64').length)
    }),
    { numRuns: 100 },
  )
})

function sorted(all: readonly TopicPartition[]): string[] {
  return all.map(({ topic: name, partition }) => `${name}-${partition}`).sort()
}

function inOrder(bytes: Buffer | null): number[] {
  return [...(bytes ?? [])].sort((a, b) => a - b)
}

test.each([stickyAssignor, cooperativeStickyAssignor])(
  'what $name sends along after an assignment is what Java sends, in whatever order',
  async (assignor) => {
    await fc.assert(
      fc.asyncProperty(partitions, fc.nat(), async (all, generation) => {
        const cooperative = assignor === cooperativeStickyAssignor
        const java = await ask({ op: 'userData', cooperative, partitions: all, generation })
        const ours = assignor.userData({ partitions: all, generation })
        // Topics that share a bucket of Java's HashMap may stand in either order.
        expect(inOrder(ours)).toEqual(inOrder(Buffer.from(java.bytes, 'base64')))
      }),
      { numRuns: 100 },
    )
  },
)
