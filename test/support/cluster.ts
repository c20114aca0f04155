import type { SluiceOptions } from './sluice.ts'
import { Sluice, stringConverters } from './sluice.ts'
import { waitFor } from './wait-for.ts'

export interface ClusterOptions extends Omit<SluiceOptions, 'properties' | 'command'> {
  /** Of the group and its topics, which belong to one test. */
  readonly name: string
  readonly properties?: Readonly<Record<string, string>>
}

/** The file of a worker of a cluster on one broker, in which nothing takes longer than it must. */
export function clusterProperties(name: string): Readonly<Record<string, string>> {
  return {
    ...stringConverters,
    'group.id': name,
    'config.storage.topic': `${name}-configs`,
    'config.storage.replication.factor': '1',
    'offset.storage.topic': `${name}-offsets`,
    'offset.storage.replication.factor': '1',
    'offset.storage.partitions': '5',
    'status.storage.topic': `${name}-status`,
    'status.storage.replication.factor': '1',
    'status.storage.partitions': '1',
    'offset.flush.interval.ms': '500',
    // The least that brokers allow.
    'session.timeout.ms': '6000',
    'heartbeat.interval.ms': '500',
    // So long the group of a sink keeps the place of a worker that was killed.
    'consumer.session.timeout.ms': '6000',
    'consumer.heartbeat.interval.ms': '500',
    'scheduled.rebalance.max.delay.ms': '500',
  }
}

/** A worker of a cluster, once it is healthy. */
export function startMember({ name, properties, ...options }: ClusterOptions): Promise<Sluice> {
  return Sluice.start({
    ...options,
    command: 'connect-distributed',
    properties: { ...clusterProperties(name), ...properties },
  })
}

/** As a client does: while the group is being rebalanced there is nobody to write, or to know where something runs. */
export async function asked(
  worker: Sluice,
  method: string,
  path: string,
  body?: unknown,
): Promise<void> {
  await waitFor(
    `${method} ${path} is done`,
    async () => {
      try {
        await worker.request(method, path, body)
        return true
      } catch (error) {
        if (/: 409 .*(?:rebalance|stale configuration|overtaken)/.test(String(error))) return false
        throw error
      }
    },
    { timeoutMs: 90_000, everyMs: 100 },
  )
}
