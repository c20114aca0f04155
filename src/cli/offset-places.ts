import {
  adminConfigFor,
  offsetConsumerConfigFor,
  offsetProducerConfigFor,
  transactionalProducerConfigFor,
} from '../config/client-config.ts'
import { transactionalIdOf } from '../config/exactly-once.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { createAdmin } from '../kafka/admin/admin.ts'
import type { ClientConfig } from '../kafka/types.ts'
import { ConnectorOffsetStore } from '../stores/connector-offset-store.ts'
import { KafkaOffsetStore } from '../stores/kafka-offset-store.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import type { InternalTopic, TopicAdmin } from '../stores/topic-admin.ts'
import { TransactionalOffsetStore } from '../stores/transactional-offset-store.ts'
import type { OffsetPlace, OffsetPlaces } from '../worker/offset-stores.ts'

export interface OffsetPlacesParts {
  /** The worker's file. */
  readonly worker: ConnectorConfig
  /** How the worker itself reaches its brokers. */
  readonly clientConfig: ClientConfig
  /** The worker's own offsets topic; one of a connector is created like it. */
  readonly topic: InternalTopic
  readonly own: KafkaOffsetStore
  /** Whether source tasks write in transactions (`exactly.once.source.support=enabled`). */
  readonly isExactlyOnce: boolean
}

/** Where the connectors of a cluster keep their offsets: `offsets.storage.topic`, by clients with the connector's overrides. */
export function offsetPlaces(parts: OffsetPlacesParts): OffsetPlaces {
  return {
    of: (connector, config) => {
      const named = config['offsets.storage.topic']?.trim()
      if (named === undefined && !parts.isExactlyOnce) return null
      const topic = named ?? parts.topic.name
      const clients = clientsOf(parts.worker, connector, config)
      const isOwn = topic === parts.topic.name && isSameCluster(clients.write, parts.clientConfig)
      if (isOwn && !parts.isExactlyOnce) return null
      return placeOf(parts, { connector, topic, isOwn, clients })
    },
  }
}

interface Clients {
  readonly write: ClientConfig
  readonly read: ClientConfig
  readonly admin: ClientConfig
  /** Of the transactions of the connector's first task. */
  readonly transactions: ClientConfig
}

interface Found {
  readonly connector: string
  readonly topic: string
  /** Whether it is the worker's own topic. */
  readonly isOwn: boolean
  readonly clients: Clients
}

function placeOf(parts: OffsetPlacesParts, found: Found): OffsetPlace {
  const { connector, topic, isOwn, clients } = found
  return {
    topic,
    hasSecondStore: !isOwn,
    key: JSON.stringify([connector, topic, clients]),
    create: (): OffsetBackingStore => {
      const stored = isOwn ? parts.own : openStore(parts, found)
      const config = clients.transactions
      const first = parts.isExactlyOnce
        ? new TransactionalOffsetStore({ stored, isOwned: !isOwn, topic, config })
        : stored
      return isOwn ? first : new ConnectorOffsetStore(first, parts.own)
    },
  }
}

function openStore(
  { topic: like, isExactlyOnce }: OffsetPlacesParts,
  { topic, clients }: Found,
): KafkaOffsetStore {
  const isolation = { 'isolation.level': 'read_committed' }
  return new KafkaOffsetStore({
    topic: { ...like, name: topic },
    clientConfig: clients.write,
    readConfig: isExactlyOnce
      ? { ...clients.read, ...isolation }
      : { ...isolation, ...clients.read },
    admin: adminOf(clients.admin),
  })
}

function clientsOf(worker: ConnectorConfig, connector: string, config: ConnectorConfig): Clients {
  const first = { connector, task: 0 }
  const id = transactionalIdOf(worker, first)
  return {
    write: offsetProducerConfigFor(worker, config, { connector }),
    read: offsetConsumerConfigFor(worker, config, { connector }),
    admin: adminConfigFor(worker, config, { connector }),
    transactions: transactionalProducerConfigFor(worker, config, first, id).config,
  }
}

function adminOf(config: ClientConfig): TopicAdmin {
  const admin = createAdmin(config)
  return {
    createTopic: (topic, signal) => admin.createTopic(topic, signal),
    topicConfig: async (topic, key, signal) =>
      (await admin.topicConfig(topic, signal)).get(key) ?? null,
  }
}

/** Whether both name the same brokers, in whatever order. */
function isSameCluster(a: ClientConfig, b: ClientConfig): boolean {
  const serversOf = (config: ClientConfig): string =>
    (config['bootstrap.servers'] ?? '')
      .split(',')
      .map((server) => server.trim())
      .sort()
      .join(',')
  return serversOf(a) === serversOf(b)
}
