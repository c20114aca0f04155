import { connectionKeys, securityKeys } from './client-keys.ts'
import type { ClientKind } from './client-keys.ts'
import type { ConnectorConfig } from './types.ts'

/**
 * What the Kafka clients of a connector are configured with, later layers winning (`Worker`): how the worker itself
 * reaches the brokers, what we need to be so, `producer.`, `consumer.` or `admin.` of the worker file, and
 * `producer.override.` and its like of the connector. What is not set here has the client's own default, which
 * for throughput and safety is better than Java's (five requests in flight, idempotent).
 */

/** Whose clients: the connector and, of a task, its number. */
export interface ClientOwner {
  readonly connector: string
  readonly task?: number
}

/** A client's configuration under Kafka's keys. */
type ClientSettings = Readonly<Record<string, string>>

/** Longer than any patience: what Java has as its largest numbers. */
const forever = {
  'max.block.ms': String(Number.MAX_SAFE_INTEGER),
  'delivery.timeout.ms': '2147483647',
}

/** Of the producer of a source task. */
export function producerConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const builtIn = { 'client.id': `connector-producer-${suffixOf(owner)}`, acks: 'all', ...forever }
  return layered('producer', worker, connector, builtIn)
}

/**
 * Of the producer of a source task that writes in transactions of `transactionalId` (KIP-618). What would take from them that they are
 * whole is not overridden: `ignored` is told of each such key.
 */
export function transactionalProducerConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
  transactionalId: string,
): { readonly config: ClientSettings; readonly warnings: readonly string[] } {
  const config = producerConfigFor(worker, connector, owner)
  const forced = { 'enable.idempotence': 'true', 'transactional.id': transactionalId }
  const warnings = Object.entries(forced).flatMap(([key, value]) => {
    const given = config[key]
    if (given === undefined || given === value) return []
    return [ignoredValue(key, given, value)]
  })
  return { config: { ...config, ...forced }, warnings }
}

/** Java's sentence on a value that is replaced. */
function ignoredValue(key: string, given: string, value: string): string {
  return (
    `The value '${given}' for the '${key}' property will be ignored as it cannot be overridden ` +
    `for connectors when exactly-once source support is enabled. The value '${value}' will be used instead.`
  )
}

/** Of the producer that writes to a task's dead letter queue. */
export function deadLetterProducerConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const clientId = `connector-dlq-producer-${suffixOf(owner)}`
  return layered('producer', worker, connector, { 'client.id': clientId, acks: 'all', ...forever })
}

/** Of the administrative client that creates a task's dead letter queue; its id is Java's, without the task. */
export function deadLetterAdminConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
): ClientSettings {
  return layered('admin', worker, connector, { 'client.id': 'connector-dlq-adminclient-' })
}

/** Of the consumer of a sink task: offsets are committed by the worker, from the beginning where there are none. */
export function consumerConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const builtIn = {
    'client.id': `connector-consumer-${suffixOf(owner)}`,
    'group.id': `connect-${owner.connector}`,
    'enable.auto.commit': 'false',
    'auto.offset.reset': 'earliest',
  }
  return layered('consumer', worker, connector, builtIn)
}

/** Of the administrative client of a task, which creates topics. */
export function adminConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const clientId = `connector-adminclient-${suffixOf(owner)}`
  return layered('admin', worker, connector, { 'client.id': clientId })
}

/** Of the producer that writes offsets for a connector with a topic of its own (`offsets.storage.topic`). */
export function offsetProducerConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const clientId = `connector-offset-producer-${suffixOf(owner)}`
  return layered('producer', worker, connector, { 'client.id': clientId, acks: 'all', ...forever })
}

/** Of the consumer that reads that topic. */
export function offsetConsumerConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const clientId = `connector-consumer-${suffixOf(owner)}`
  return layered('consumer', worker, connector, { 'client.id': clientId })
}

/** Of the administrative client by which REST reads and changes the offsets of a sink connector's group. */
export function groupAdminConfigFor(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  owner: ClientOwner,
): ClientSettings {
  const clientId = `connector-worker-adminclient-${suffixOf(owner)}`
  return layered('admin', worker, connector, { 'client.id': clientId })
}

/** Of the worker's own clients: its cluster id, its internal topics. `clientId` unless the file names one. */
export function workerClientConfig(worker: ConnectorConfig, clientId: string): ClientSettings {
  return { 'client.id': clientId, ...ownConnection(worker) }
}

/** The keys of `config` that begin with `prefix`, the prefix removed. */
export function withoutPrefix(config: ConnectorConfig, prefix: string): ConnectorConfig {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
      .map(([key, value]) => [key.slice(prefix.length), value]),
  )
}

/** What a connector overrides, by kind of client. */
export function overridesOf(connector: ConnectorConfig, kind: ClientKind): ConnectorConfig {
  return withoutPrefix(connector, `${kind}.override.`)
}

function layered(
  kind: ClientKind,
  worker: ConnectorConfig,
  connector: ConnectorConfig,
  builtIn: ClientSettings,
): ClientSettings {
  const own = withoutPrefix(worker, `${kind}.`)
  const overrides = overridesOf(connector, kind)
  return { ...inherited(kind, worker, { ...own, ...overrides }), ...builtIn, ...own, ...overrides }
}

/**
 * Java hands the worker's own way to the brokers only to administrative clients and lets every producer and consumer
 * repeat it under its prefix. Here they inherit it too, unless they go to other brokers or say how themselves: to the same
 * brokers there is but one way, so what Java could not connect works, and what it could is unchanged.
 */
function inherited(
  kind: ClientKind,
  worker: ConnectorConfig,
  special: ConnectorConfig,
): ClientSettings {
  const connection = ownConnection(worker)
  if (kind === 'admin') return connection
  const bootstrap = pick(connection, (key) => key === 'bootstrap.servers')
  const isOwnWay =
    special['bootstrap.servers'] !== undefined || special['security.protocol'] !== undefined
  return isOwnWay
    ? bootstrap
    : { ...bootstrap, ...pick(connection, (key) => securityKeys.has(key)) }
}

/** How the worker itself reaches the brokers: keys without prefix. */
function ownConnection(worker: ConnectorConfig): ClientSettings {
  return pick(worker, (key) => connectionKeys.has(key) || securityKeys.has(key))
}

function pick(config: ConnectorConfig, wanted: (key: string) => boolean): ConnectorConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => wanted(key)))
}

function suffixOf({ connector, task }: ClientOwner): string {
  return task === undefined ? connector : `${connector}-${task}`
}
