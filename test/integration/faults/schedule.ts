import fc from 'fast-check'
import { produceApi } from '../../../src/kafka/protocol/produce.ts'
import { findCoordinatorApi } from '../../../src/kafka/protocol/group.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { apiVersionsApi } from '../../../src/kafka/protocol/api-versions.ts'
import {
  addPartitionsToTxnApi,
  endTxnApi,
  initProducerIdApi,
} from '../../../src/kafka/protocol/transactions.ts'
import type { ApiKey } from '../../../src/kafka/protocol/api.ts'
import { faultKinds } from '../../support/fault-proxy/faults.ts'
import type { Fault } from '../../support/fault-proxy/faults.ts'

export const partitionCount = 3
/** What does not strike so often does not count. */
export const leastHits = 3
/** After so long a request is given up, and its connection closed. */
export const requestTimeoutMs = 400

/** Without transactions, or with those of the one protocol or the other (KIP-890). */
export const modes = ['idempotent', 'TV1', 'TV2'] as const
export type Mode = (typeof modes)[number]

/** What is done with the records since the last of these: of a producer without transactions only flushes are. */
export const endings = [
  'commit',
  'abort',
  /** A commit that is given up after `ms`, and then aborted where that goes. */
  'hasty-commit',
  /** Another producer takes the transactional id over, and the former one goes on trying. */
  'fence',
  /** Another producer takes over from one that has gone without a word. */
  'crash',
] as const

export type Step =
  | {
      readonly do: 'send'
      readonly partition: number
      readonly count: number
      readonly bytes: number
    }
  | { readonly do: 'flush'; readonly wait: boolean }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'fault'; readonly fault: Fault }
  | { readonly do: 'end'; readonly how: (typeof endings)[number]; readonly ms: number }

export interface Schedule {
  readonly mode: Mode
  readonly config: Readonly<Record<string, string>>
  /** At least 50 of them are sends. */
  readonly steps: readonly Step[]
}

interface Placed<T> {
  /** So many sends are before it. */
  readonly after: number
  readonly step: T
}

const leastSends = 50

const send: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('send' as const),
  partition: fc.nat(partitionCount - 1),
  count: fc.integer({ min: 1, max: 4 }),
  bytes: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 8, max: 400 }) },
    { weight: 1, arbitrary: fc.integer({ min: 400, max: 20_000 }) },
  ),
})

const pause: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('pause' as const),
  ms: fc.integer({ min: 0, max: 30 }),
})

const flush: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('flush' as const),
  wait: fc.boolean(),
})

const end: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('end' as const),
  how: fc.oneof(
    { weight: 5, arbitrary: fc.constant('commit' as const) },
    { weight: 5, arbitrary: fc.constantFrom(...endings) },
  ),
  ms: fc.integer({ min: 0, max: 60 }),
})

function keys(...apis: readonly ApiKey[]): number[] {
  return apis.map(({ key }) => key)
}

/** What a producer of that mode asks besides, and how often faults strike it rather than Produce. */
const others: Record<Mode, readonly number[]> = {
  idempotent: keys(metadataApi, apiVersionsApi, initProducerIdApi),
  TV1: keys(apiVersionsApi, findCoordinatorApi, addPartitionsToTxnApi, endTxnApi, endTxnApi),
  TV2: keys(apiVersionsApi, findCoordinatorApi, initProducerIdApi, endTxnApi, endTxnApi),
}

function fault(mode: Mode): fc.Arbitrary<Step> {
  const api = fc.oneof(
    { weight: 3, arbitrary: fc.constant(produceApi.key) },
    { weight: mode === 'idempotent' ? 1 : 2, arbitrary: fc.constantFrom(...others[mode]) },
  )
  const struck: fc.Arbitrary<Fault> = fc.record({
    kind: fc.constantFrom(...faultKinds),
    api,
    skip: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(3)),
    ms: fc.integer({ min: 5, max: 2 * requestTimeoutMs }),
    at: fc.nat(99).map((percent) => percent / 100),
    abrupt: fc.boolean(),
  })
  // Overtaken is only who is held until the request has been given up and sent again.
  return struck.map((each) => {
    const ms = each.kind === 'overtake' ? each.ms + requestTimeoutMs : each.ms
    return { do: 'fault', fault: { ...each, ms } }
  })
}

function placed<T>(step: fc.Arbitrary<T>, least: number, most: number): fc.Arbitrary<Placed<T>[]> {
  const one = fc.record({ after: fc.nat(leastSends - 4), step })
  return fc.array(one, { minLength: least, maxLength: most })
}

function stepsOf(mode: Mode): fc.Arbitrary<readonly Step[]> {
  const sends = fc.array(send, { minLength: leastSends, maxLength: leastSends + 14 })
  const between = placed(fc.oneof(pause, flush), 4, 16)
  const ends = mode === 'idempotent' ? fc.constant([]) : placed(end, 2, 7)
  return fc.tuple(sends, placed(fault(mode), 4, 8), between, ends).map(([all, ...rest]) => {
    const steps: Step[] = []
    all.forEach((each, i) => {
      for (const { after, step } of rest.flat()) if (after === i) steps.push(step)
      steps.push(each)
    })
    return steps
  })
}

const producerKeys = fc.record({
  'compression.type': fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd'),
  'batch.size': fc.constantFrom('1024', '4096', '65536'),
  'linger.ms': fc.constantFrom('0', '0', '3'),
  'max.in.flight.requests.per.connection': fc.constantFrom('1', '2', '5', '5'),
  'buffer.memory': fc.constantFrom('100000', '4194304'),
  'delivery.timeout.ms': fc.constantFrom('700', '20000', '20000'),
  'metadata.max.age.ms': fc.constantFrom('100', '300000'),
})

export function schedules(mode: fc.Arbitrary<Mode>): fc.Arbitrary<Schedule> {
  return mode.chain((each) =>
    fc.record({ mode: fc.constant(each), config: producerKeys, steps: stepsOf(each) }),
  )
}
