import { ConfigError } from '../../errors/connect-error.ts'
import { intOf } from '../config-values.ts'
import { compressionOf } from './compression-config.ts'
import { codecByName } from '../records/compression.ts'
import type { CompressionCodec } from '../records/compression.ts'
import type { ClientConfig } from '../types.ts'

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
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
}

const KIB = 1024
/** Of more than these a broker does not remember the sequences (KIP-98). */
const MOST_IN_FLIGHT_IDEMPOTENT = 5

/** Throws a ConfigError that names the key. The codec must be loaded. */
export function producerConfig(config: ClientConfig): ProducerConfig {
  const acks = parseAcks(config.acks ?? 'all')
  const maxInFlight = intOf(config, 'max.in.flight.requests.per.connection', 5, 1)
  const retries = intOf(config, 'retries', Number.MAX_SAFE_INTEGER)
  const compression = compressionOf(config)
  return {
    acks,
    idempotent: parseIdempotence(config, { acks, maxInFlight, retries }),
    batchBytes: Math.max(intOf(config, 'batch.size', 256 * KIB), KIB),
    lingerMs: intOf(config, 'linger.ms', 0),
    bufferBytes: intOf(config, 'buffer.memory', 4 * KIB * KIB),
    maxRequestBytes: intOf(config, 'max.request.size', KIB * KIB),
    maxInFlight,
    retries,
    deliveryTimeoutMs: intOf(config, 'delivery.timeout.ms', 120_000),
    maxBlockMs: intOf(config, 'max.block.ms', 60_000),
    transactionalId: config['transactional.id'] ?? null,
    transactionTimeoutMs: intOf(config, 'transaction.timeout.ms', 60_000, 1),
    codec: compression && codecByName(compression.name, compression.level),
  }
}

type Guarantees = Pick<ProducerConfig, 'acks' | 'maxInFlight' | 'retries'>

/** On by default; quietly off where another key rules it out, unless it was asked for by name (as KIP-679 has it). */
function parseIdempotence(
  config: ClientConfig,
  { acks, maxInFlight, retries }: Guarantees,
): boolean {
  const asked = config['enable.idempotence']
  if (asked !== undefined && asked !== 'true' && asked !== 'false') {
    throw new ConfigError(
      `Invalid value ${asked} for "enable.idempotence": expected true or false.`,
    )
  }
  if (asked === 'false') return false
  const against =
    acks !== -1
      ? 'acks=all'
      : retries === 0
        ? '"retries" above 0'
        : maxInFlight > MOST_IN_FLIGHT_IDEMPOTENT
          ? '"max.in.flight.requests.per.connection" of at most 5'
          : null
  if (against !== null && asked === 'true') {
    throw new ConfigError(
      `Invalid value true for "enable.idempotence": it needs ${against}. Change that key, or leave this one out.`,
    )
  }
  return against === null
}

function parseAcks(text: string): -1 | 0 | 1 {
  switch (text.trim()) {
    case 'all':
    case '-1':
      return -1
    case '0':
      return 0
    case '1':
      return 1
    default:
      throw new ConfigError(`Invalid value ${text} for "acks": expected all, -1, 0 or 1.`)
  }
}
