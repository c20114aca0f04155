import { readClientConfig } from '../../config/client-values.ts'
import type { ClientValues } from '../../config/client-values.ts'
import { ConfigError } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import { codecByName } from '../records/compression.ts'
import type { CompressionCodec } from '../records/compression.ts'
import type { ClientConfig } from '../types.ts'
import { compressionOf } from './compression-config.ts'
import type { PartitionerConfig } from './topic-router.ts'

const log = createLogger('org.apache.kafka.clients.producer.KafkaProducer')

/** What a producer is told, under the keys of Kafka's; the defaults are ours where they differ. */
export interface ProducerConfig {
  readonly acks: -1 | 0 | 1
  readonly idempotent: boolean
  /** Bytes of a full batch, before compression. */
  readonly batchBytes: number
  /** How long a batch waits for more records. 0: not at all while the broker is idle, for an answer otherwise. */
  readonly lingerMs: number
  /** Who has so many bytes that are not acknowledged waits. More than keeps the brokers busy is memory without use. */
  readonly bufferBytes: number
  readonly maxRequestBytes: number
  /** Requests to one broker that are not answered yet. */
  readonly maxInFlight: number
  readonly retries: number
  readonly deliveryTimeoutMs: number
  /** How long to wait for a topic that is not in the metadata. */
  readonly maxBlockMs: number
  readonly codec: CompressionCodec | null
  readonly partitioner: PartitionerConfig
  /** After how long a broker that takes nothing gets no more records without a key. 0: never. */
  readonly availabilityTimeoutMs: number
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
}

const KIB = 1024
const MAX_INT = 2 ** 31 - 1
/** Of more than these a broker does not remember the sequences (KIP-98). */
const MOST_IN_FLIGHT_IDEMPOTENT = 5

/** Throws a ConfigError with Java's text. The codec must be loaded. */
export function producerConfig(config: ClientConfig): ProducerConfig {
  const values = readClientConfig('producer', config)
  const acks = acksOf(values)
  const maxInFlight = values.number('max.in.flight.requests.per.connection')
  const retries = values.number('retries')
  const idempotent = parseIdempotence(config, values, { acks, maxInFlight, retries })
  const transactionalId = transactionalIdOf(values, idempotent)
  const compression = compressionOf(values)
  return {
    acks,
    idempotent,
    batchBytes: Math.max(values.number('batch.size'), KIB),
    lingerMs: values.number('linger.ms'),
    bufferBytes: values.number('buffer.memory'),
    maxRequestBytes: values.number('max.request.size'),
    maxInFlight,
    retries,
    deliveryTimeoutMs: deliveryTimeoutOf(config, values),
    maxBlockMs: values.number('max.block.ms'),
    transactionalId,
    transactionTimeoutMs: values.number('transaction.timeout.ms'),
    partitioner: partitionerOf(values),
    availabilityTimeoutMs: values.number('partitioner.availability.timeout.ms'),
    codec: compression && codecByName(compression.name, compression.level),
  }
}

type Guarantees = Pick<ProducerConfig, 'acks' | 'maxInFlight' | 'retries'>

/** On by default; quietly off where another key rules it out, unless it was asked for by name (as KIP-679 has it). */
function parseIdempotence(
  config: ClientConfig,
  values: ClientValues,
  { acks, maxInFlight, retries }: Guarantees,
): boolean {
  if (!values.flag('enable.idempotence')) return false
  const against =
    retries === 0
      ? 'Must set retries to non-zero when using the idempotent producer.'
      : acks !== -1
        ? 'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.'
        : maxInFlight > MOST_IN_FLIGHT_IDEMPOTENT
          ? 'To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. ' +
            `Current value is ${maxInFlight}.`
          : null
  if (against === null) return true
  if (config['enable.idempotence'] !== undefined) throw new ConfigError(against)
  return false
}

/** Java's `configureDeliveryTimeout`: a batch must have the time to wait and to be sent once. */
function deliveryTimeoutOf(config: ClientConfig, values: ClientValues): number {
  const deliveryMs = values.number('delivery.timeout.ms')
  const lingerMs = Math.min(values.number('linger.ms'), MAX_INT)
  const leastMs = Math.min(lingerMs + values.number('request.timeout.ms'), MAX_INT)
  if (deliveryMs >= leastMs) return deliveryMs
  const rule =
    'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms'
  if (config['delivery.timeout.ms'] !== undefined) throw new ConfigError(rule)
  log.warn(`${rule}. Setting it to ${leastMs}.`)
  return leastMs
}

function transactionalIdOf(values: ClientValues, idempotent: boolean): string | null {
  const id = values.text('transactional.id')
  if (id === null || idempotent) return id
  throw new ConfigError('Cannot set a transactional.id without also enabling idempotence.')
}

/** Java's own partitioners; others are refused by name before. */
function partitionerOf(values: ClientValues): PartitionerConfig {
  return {
    roundRobin: values.text('partitioner.class')?.endsWith('.RoundRobinPartitioner') ?? false,
    ignoreKeys: values.flag('partitioner.ignore.keys'),
    adaptive: values.flag('partitioner.adaptive.partitioning.enable'),
    stickyBytes: Math.min(values.number('batch.size'), values.number('max.request.size')),
  }
}

function acksOf(values: ClientValues): -1 | 0 | 1 {
  const acks = values.text('acks')
  return acks === '0' ? 0 : acks === '1' ? 1 : -1
}
