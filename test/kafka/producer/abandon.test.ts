import { expect, test } from 'vitest'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { ArenaPool } from '../../../src/kafka/producer/arena-pool.ts'
import { BatchLedger } from '../../../src/kafka/producer/batch-ledger.ts'
import { PartitionQueue } from '../../../src/kafka/producer/partition-queue.ts'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'
import { Sender } from '../../../src/kafka/producer/sender.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import type { ProduceFate } from '../../support/fake-cluster.ts'
import { never, Outcomes, quick } from './producer-bench.ts'

interface Bench {
  readonly cluster: FakeCluster
  readonly sender: Sender
  readonly outcomes: Outcomes
  readonly append: (index: number) => void
}

/** A sender whose broker is idle and has m0. */
async function withSender(
  fate: (n: number) => ProduceFate,
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  await using cluster = await FakeCluster.start({ fate })
  const keys = { 'bootstrap.servers': cluster.bootstrapServers, ...quick }
  const client = new KafkaClient(clientOptions(keys))
  const wait = { timeoutMs: 5000, allowAutoTopicCreation: false }
  await client.metadata.ensureTopic(cluster.topic, wait, never)
  const config = producerConfig(keys)
  const outcomes = new Outcomes()
  const arenas = new ArenaPool(config.batchBytes, 3)
  const ledger = new BatchLedger(outcomes, arenas, config.bufferBytes)
  const sender = new Sender({
    ...{ client, config, arenas, ledger, transactions: null },
    mayProduce: () => true,
    onSealed: () => undefined,
  })
  const queue = new PartitionQueue(cluster.topic, 0, sender)
  const append = (i: number): void => queue.append(i, 1, null, Buffer.from(`m${i}`), null)
  try {
    append(0)
    await sender.flush()
    await use({ cluster, sender, outcomes, append })
  } finally {
    sender.stop(new Error('stopped'))
    await client.close()
  }
}

const given = new Error('given up')

test('what is given up is not sent, though its broker is idle; what comes later is', async () => {
  await withSender(
    () => 'append',
    async ({ cluster, sender, outcomes, append }) => {
      append(1)
      await sender.abandon(given)
      append(2)
      await sender.flush()
      expect(cluster.log()).toEqual(['m0', 'm2'])
      expect([...outcomes.errors]).toEqual([[1, given]])
      expect([...outcomes.offsets]).toEqual([
        [0, 0],
        [2, 1],
      ])
    },
  )
})

test('what is on its way is waited for when the rest is given up, and not sent again when it is refused', async () => {
  const fate = (n: number): ProduceFate => (n === 0 ? 'append' : ErrorCode.NOT_ENOUGH_REPLICAS)
  await withSender(fate, async ({ cluster, sender, outcomes, append }) => {
    append(1)
    const sent = sender.flush()
    expect(outcomes.errors.size).toBe(0)
    const abandoned = sender.abandon(given)
    await Promise.all([sent, abandoned])
    expect([...outcomes.errors]).toEqual([[1, given]])
    expect(cluster.seen.length).toBe(2)
  })
})
