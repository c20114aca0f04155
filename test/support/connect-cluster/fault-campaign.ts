import { expect } from 'vitest'
import { setLogLevel } from '../../../src/util/log-levels.ts'
import { openKafkaClient } from '../kafka-client.ts'
import { randomNumbers } from '../random-numbers.ts'
import { scratchDir } from '../sluice.ts'
import { topicPrefix } from '../topics.ts'
import { faultKinds, planOf, startAt, strike } from './cluster-faults.ts'
import type { FaultKind, FaultTargets } from './cluster-faults.ts'
import { ConnectCluster } from './connect-cluster.ts'
import { arrived, committedLines, expectRestartsOnly, numbersOf } from './delivered.ts'
import { LineLoad } from './line-load.ts'
import { startLinkedBroker } from './linked-broker.ts'
import { otherKind } from './other-kind.ts'
import { TopicWatch } from './topic-watch.ts'

export interface CampaignOptions {
  readonly seed: number
  readonly exactlyOnce: boolean
  /** Each has every kind of fault once. */
  readonly rounds: number
  /** All that there are, where they are left out. */
  readonly kinds?: readonly FaultKind[]
  /** No more rounds are begun after this. */
  readonly limitMs?: number
}

const workerCount = 3
const files = 4
const sessionMs = 4000

/**
 * Three workers carry lines from files to topics and to files again while all kinds of things happen to them. Rejects where a line
 * is lost, where a source's lines come in an order that only a worker makes that has lost them, and, exactly once, where one is
 * repeated.
 */
export async function runFaultCampaign(options: CampaignOptions): Promise<void> {
  setLogLevel('root', 'OFF')
  const { seed, exactlyOnce, rounds, limitMs = Infinity, kinds = faultKinds } = options
  const prefix = topicPrefix('cluster-faults')
  await using dir = await scratchDir()
  await using broker = await startLinkedBroker(workerCount)
  const { bootstrapServers } = broker.broker
  await using cluster = new ConnectCluster({
    ...{ dir, bootstrapServers, prefix },
    properties: {
      'exactly.once.source.support': exactlyOnce ? 'enabled' : 'disabled',
      'scheduled.rebalance.max.delay.ms': '1000',
      'session.timeout.ms': String(sessionMs),
      'offset.flush.interval.ms': '300',
    },
  })
  await using load = new LineLoad({ dir, prefix, files, linesEach: 10, everyMs: 100 })
  await load.prepare()
  const targets: FaultTargets = { cluster, kind: otherKind, broker, workers: [] }
  for (let place = 0; place < workerCount; place++) await startAt(place, undefined, targets)
  for (const [name, config] of load.configs()) await cluster.put(name, config)
  load.start()
  await cluster.running([...load.sources, ...load.sinks])
  const random = randomNumbers(seed)
  const began = Date.now()
  const struck: string[] = []
  try {
    for (let round = 0; round < rounds && Date.now() - began < limitMs; round++) {
      for (const fault of planOf(1, { random, workers: workerCount, sessionMs, kinds })) {
        struck.push(`${fault.kind} ${fault.worker} ${fault.ms}`)
        await strike(fault, targets)
      }
    }
    await load.stop()
    console.log(`seed ${seed}, ${load.count} lines in each of ${files} files: ${struck.join(', ')}`)
    await cluster.running([...load.sources, ...load.sinks])
    await expectDelivered(cluster, load, { bootstrapServers, exactlyOnce })
  } catch (error) {
    throw new Error(`seed ${seed}: ${struck.join(', ')}\n${String(error)}`, { cause: error })
  }
}

async function expectDelivered(
  { offsetTopic }: ConnectCluster,
  load: LineLoad,
  { bootstrapServers, exactlyOnce }: { bootstrapServers: string; exactlyOnce: boolean },
): Promise<void> {
  await using kafka = await openKafkaClient(bootstrapServers)
  const topics = [offsetTopic, ...load.topics]
  const isolation = 'read_committed'
  await using watch = new TopicWatch({ bootstrapServers, topics, isolation }, kafka)
  await arrived(load, watch)
  for (const [n, name] of load.sources.entries()) {
    const numbers = numbersOf(watch, load.topics[n] ?? '')
    if (exactlyOnce) expect(numbers, name).toEqual(Array.from({ length: load.count }, (_, i) => i))
    else expectRestartsOnly(numbers, committedLines(watch, offsetTopic, name), name)
  }
}
