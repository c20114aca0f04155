import { freePorts } from '../ports.ts'
import { startBroker } from './broker.ts'
import type { Broker } from './broker.ts'

/** Three KRaft nodes, each broker and controller in one: node ids 1 to 3. */
export interface Cluster extends AsyncDisposable {
  readonly bootstrapServers: string
  readonly nodeIds: readonly number[]
  /** Throws for an id that there is none of. */
  node(id: number): Broker
  /** The nodes but those. */
  others(...ids: readonly number[]): readonly number[]
  stop(): Promise<void>
}

type Properties = Readonly<Record<string, string>>

const nodeIds = [1, 2, 3]

/** Starts them at once: a node opens its port only when there is a quorum. Topics have three replicas, two of which must be in sync. */
export async function startCluster(
  properties: Properties = {},
  ofNode: (id: number) => Properties = () => ({}),
): Promise<Cluster> {
  const ports = await freePorts(6)
  const port = (id: number): number => ports[id - 1] ?? 0
  const controllerPort = (id: number): number => ports[id + 2] ?? 0
  const voters = nodeIds.map((id) => `${id}@127.0.0.1:${controllerPort(id)}`).join(',')
  const starting = nodeIds.map((nodeId) =>
    startBroker({
      nodeId,
      port: port(nodeId),
      controllerPort: controllerPort(nodeId),
      heap: ['-Xms64m', '-Xmx256m', '-XX:TieredStopAtLevel=1'],
      properties: {
        ...threeReplicas,
        'controller.quorum.voters': voters,
        ...properties,
        ...ofNode(nodeId),
      },
    }),
  )
  const settled = await Promise.allSettled(starting)
  const brokers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.stop()))
  }
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  return {
    bootstrapServers: brokers.map((broker) => broker.bootstrapServers).join(','),
    nodeIds,
    node: (id) => {
      const broker = brokers[id - 1]
      if (broker === undefined) throw new Error(`There is no node ${id}.`)
      return broker
    },
    others: (...ids) => nodeIds.filter((id) => !ids.includes(id)),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A node counts as dead after four seconds, as a loaded machine stops one for two, and leads again what it should soon after it is back. */
const threeReplicas = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'broker.session.timeout.ms': '4000',
  'broker.heartbeat.interval.ms': '500',
  'replica.lag.time.max.ms': '4000',
  'replica.fetch.wait.max.ms': '100',
  'replica.fetch.backoff.ms': '200',
  'controlled.shutdown.enable': 'true',
  'auto.create.topics.enable': 'false',
  'auto.leader.rebalance.enable': 'true',
  'leader.imbalance.check.interval.seconds': '2',
  'leader.imbalance.per.broker.percentage': '0',
}
