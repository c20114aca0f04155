import { configDef } from './config-def.ts'
import { connectorKeySpecs } from './connector-keys.ts'
import { sinkKeySpecs } from './source-and-sink-keys.ts'
import type { ConnectorConfig } from './types.ts'

/** What becomes of records that fail: `errors.*` of a connector (KIP-298). */
export interface ErrorSettings {
  readonly tolerateAll: boolean
  readonly log: boolean
  readonly includeMessages: boolean
  /** How long an operation may be tried again; infinite for -1. */
  readonly retryTimeoutMs: number
  readonly retryDelayMaxMs: number
  /** Null where nothing is kept. */
  readonly deadLetters: DeadLetterSettings | null
}

export interface DeadLetterSettings {
  readonly topic: string
  readonly replicationFactor: number
  readonly contextHeaders: boolean
}

/** Java has the queue for sinks alone; its keys mean the same to a source here. */
export const deadLetterKeySpecs = {
  'errors.deadletterqueue.topic.name': sinkKeySpecs['errors.deadletterqueue.topic.name'],
  'errors.deadletterqueue.topic.replication.factor':
    sinkKeySpecs['errors.deadletterqueue.topic.replication.factor'],
  'errors.deadletterqueue.context.headers.enable':
    sinkKeySpecs['errors.deadletterqueue.context.headers.enable'],
}

const errorKeys = configDef({
  'errors.tolerance': connectorKeySpecs['errors.tolerance'],
  'errors.log.enable': connectorKeySpecs['errors.log.enable'],
  'errors.log.include.messages': connectorKeySpecs['errors.log.include.messages'],
  'errors.retry.timeout': connectorKeySpecs['errors.retry.timeout'],
  'errors.retry.delay.max.ms': connectorKeySpecs['errors.retry.delay.max.ms'],
  ...deadLetterKeySpecs,
})

/** Throws a ConfigError that names the key. */
export function errorSettings(connector: ConnectorConfig): ErrorSettings {
  const config = errorKeys.parse(connector)
  const timeoutMs = Number(config['errors.retry.timeout'])
  const topic = config['errors.deadletterqueue.topic.name'].trim()
  return {
    tolerateAll: config['errors.tolerance'] === 'all',
    log: config['errors.log.enable'],
    includeMessages: config['errors.log.include.messages'],
    retryTimeoutMs: timeoutMs < 0 ? Number.POSITIVE_INFINITY : timeoutMs,
    retryDelayMaxMs: Number(config['errors.retry.delay.max.ms']),
    deadLetters:
      topic === ''
        ? null
        : {
            topic,
            replicationFactor: config['errors.deadletterqueue.topic.replication.factor'],
            contextHeaders: config['errors.deadletterqueue.context.headers.enable'],
          },
  }
}
