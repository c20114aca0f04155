import { readFileSync } from 'node:fs'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import type { MemberSubscription } from '../../../src/kafka/group/assignor.ts'

type Pair = readonly [string, number]

export interface JavaAssignment {
  readonly scenario: string
  readonly assignor: string
  readonly partitions: Readonly<Record<string, number>>
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly topics: readonly string[]
    readonly owned: readonly Pair[]
    readonly generation: number
  }[]
  readonly assignment: Readonly<Record<string, readonly Pair[]>>
}

export interface JavaBytes {
  readonly name: string
  readonly version: number
  readonly topics: readonly string[]
  readonly userData: string | null
  readonly owned: readonly Pair[]
  readonly generation: number
  readonly rackId: string | null
  readonly subscription: string
  readonly assignment: string
}

const file = new URL('../../fixtures/kafka/assignments.json', import.meta.url)
/** What Kafka's own assignors decided, and the bytes it writes. */
export const java = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly cases: readonly JavaAssignment[]
  readonly bytes: readonly JavaBytes[]
}

export function partitionsOf(pairs: readonly Pair[]): TopicPartition[] {
  return pairs.map(([topic, partition]) => ({ topic, partition }))
}

export function member(
  memberId: string,
  topics: readonly string[],
  rest: Partial<MemberSubscription> = {},
): MemberSubscription {
  const none = { groupInstanceId: null, userData: null, ownedPartitions: [] }
  return { memberId, topics, ...none, generationId: -1, rackId: null, ...rest }
}
