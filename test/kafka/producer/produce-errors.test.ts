import { describe, expect, test } from 'vitest'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { errorInfo } from '../../../src/kafka/protocol/errors.ts'
import type { ProduceFate } from '../../support/fake-cluster.ts'
import { never, sendAll, withProducer } from './producer-bench.ts'

/**
 * What Java's Sender and TransactionManager do with each error of Produce. `again`: the same bytes are sent again; `fresh`: after
 * fresh metadata; `begin`: under a higher epoch; `failed`: the batch fails for good.
 */
const errors: readonly (readonly [
  code: number,
  outcome: 'again' | 'fresh' | 'begin' | 'failed',
])[] = [
  [-1, 'failed'], // UNKNOWN_SERVER_ERROR
  [2, 'again'], // CORRUPT_MESSAGE
  [3, 'fresh'], // UNKNOWN_TOPIC_OR_PARTITION
  [5, 'fresh'], // LEADER_NOT_AVAILABLE
  [6, 'fresh'], // NOT_LEADER_OR_FOLLOWER
  [7, 'again'], // REQUEST_TIMED_OUT
  [9, 'fresh'], // REPLICA_NOT_AVAILABLE
  [10, 'failed'], // MESSAGE_TOO_LARGE, of one record
  [13, 'fresh'], // NETWORK_EXCEPTION
  [17, 'failed'], // INVALID_TOPIC_EXCEPTION
  [18, 'failed'], // RECORD_LIST_TOO_LARGE, of one record
  [19, 'again'], // NOT_ENOUGH_REPLICAS
  [20, 'again'], // NOT_ENOUGH_REPLICAS_AFTER_APPEND
  [21, 'failed'], // INVALID_REQUIRED_ACKS
  [29, 'failed'], // TOPIC_AUTHORIZATION_FAILED
  [31, 'failed'], // CLUSTER_AUTHORIZATION_FAILED
  [32, 'failed'], // INVALID_TIMESTAMP
  [35, 'failed'], // UNSUPPORTED_VERSION
  [43, 'failed'], // UNSUPPORTED_FOR_MESSAGE_FORMAT
  [44, 'failed'], // POLICY_VIOLATION
  [45, 'begin'], // OUT_OF_ORDER_SEQUENCE_NUMBER, of the next one
  [47, 'begin'], // INVALID_PRODUCER_EPOCH
  [48, 'failed'], // INVALID_TXN_STATE
  [49, 'failed'], // INVALID_PRODUCER_ID_MAPPING
  [51, 'again'], // CONCURRENT_TRANSACTIONS
  [56, 'fresh'], // KAFKA_STORAGE_ERROR
  [59, 'begin'], // UNKNOWN_PRODUCER_ID
  [72, 'fresh'], // LISTENER_NOT_FOUND
  [74, 'fresh'], // FENCED_LEADER_EPOCH
  [76, 'failed'], // UNSUPPORTED_COMPRESSION_TYPE
  [87, 'failed'], // INVALID_RECORD
  [89, 'again'], // THROTTLING_QUOTA_EXCEEDED
  [90, 'failed'], // PRODUCER_FENCED
  [100, 'fresh'], // UNKNOWN_TOPIC_ID
  [120, 'failed'], // TRANSACTION_ABORTABLE
  [4711, 'failed'], // of a broker to come
]

describe('an answer of Produce that says', () => {
  test.each(errors.map(([code, outcome]) => [errorInfo(code).name, code, outcome] as const))(
    '%s (%i): %s',
    async (_name, code, outcome) => {
      // Answered on the second partition alone: what else is in the request is not touched by it.
      let refusals = 0
      const fate: ProduceFate = ({ partition }) => (partition === 1 && refusals++ === 0 ? code : 0)
      await withProducer({ partitions: 2, fate: () => fate }, {}, async (bench) => {
        const asked = bench.cluster.broker.count(metadataApi)
        for (let i = 0; i < 2; i++) {
          bench.producer
            .appender(bench.cluster.topic, i)
            .append(i, 1, null, Buffer.from(`m${i}`), null)
        }
        await bench.producer.flush(never)
        expect(bench.cluster.log(0)).toEqual(['m0'])
        expect(bench.outcomes.errors.has(0)).toBe(false)
        const attempts = bench.cluster.seen.filter(({ partition }) => partition === 1)
        if (outcome === 'failed') {
          expect(bench.outcomes.errors.get(1)?.message).toContain('Cannot write to t-1: ')
          expect(bench.outcomes.errors.get(1)).toHaveProperty(
            'javaName',
            `org.apache.kafka.common.errors.${errorInfo(code).exception}`,
          )
          expect(attempts.length).toBe(1)
          return
        }
        expect(bench.cluster.log(1)).toEqual(['m1'])
        expect(bench.outcomes.errors.size).toBe(0)
        expect(attempts.map(({ epoch }) => epoch)).toEqual([0, outcome === 'begin' ? 1 : 0])
        const isAsked = bench.cluster.broker.count(metadataApi) > asked
        expect(isAsked).toBe(outcome === 'fresh')
      })
    },
  )

  test('DUPLICATE_SEQUENCE_NUMBER: acknowledged', async () => {
    await withProducer({ fate: (n) => (n === 0 ? 46 : 'append') }, {}, async (bench) => {
      await sendAll(bench, 1)
      expect(bench.outcomes.errors.size).toBe(0)
      expect(bench.cluster.seen.length).toBe(1)
    })
  })

  test.each(['none', 'gzip', 'lz4'])(
    'MESSAGE_TOO_LARGE of several records, compressed by %s: sent in parts, the one too large fails alone',
    async (type) => {
      const tooLarge = ({ values }: { readonly values: readonly string[] }): number =>
        values.length > 3 || values.includes('m7') ? 10 : 0
      const config = { 'compression.type': type }
      await withProducer({ fate: () => tooLarge }, config, async (bench) => {
        await sendAll(bench, 12, { perBatch: 12 })
        expect([...bench.outcomes.errors.keys()]).toEqual([7])
        const rest = Array.from({ length: 12 }, (_, i) => `m${i}`).filter((each) => each !== 'm7')
        expect(bench.cluster.log()).toEqual(rest)
        expect([...bench.outcomes.offsets.keys()].sort((a, b) => a - b).length).toBe(11)
      })
    },
  )
})
