import type { KeySpec } from './config-def.ts'
import { uniqueAliases } from './connector-validators.ts'
import { nonEmptyString, oneOfIgnoringCase, orNull, validRegex } from './validators.ts'

/** The keys of source and of sink connectors (`SourceConnectorConfig`, `SinkConnectorConfig`), to the letter. */

/** Beside those of any connector, of a source connector. */
export const sourceKeySpecs = {
  'topic.creation.groups': {
    type: 'list',
    default: '',
    validator: uniqueAliases('topic creation group'),
    importance: 'low',
    doc: 'Groups of configurations for topics created by source connectors',
    group: 'Topic Creation',
    order: 1,
    width: 'long',
    displayName: 'Topic Creation Groups',
  },
  'exactly.once.support': {
    type: 'string',
    default: 'requested',
    validator: oneOfIgnoringCase('required', 'requested'),
    importance: 'medium',
    doc: 'Permitted values are requested, required. If set to "required", forces a preflight check for the connector to ensure that it can provide exactly-once semantics with the given configuration. Some connectors may be capable of providing exactly-once semantics but not signal to Connect that they support this; in that case, documentation for the connector should be consulted carefully before creating it, and the value for this property should be set to "requested". Additionally, if the value is set to "required" but the worker that performs preflight validation does not have exactly-once support enabled for source connectors, requests to create or validate the connector will fail.',
    group: 'Exactly Once Support',
    order: 2,
    width: 'short',
    displayName: 'Exactly once support',
  },
  'transaction.boundary': {
    type: 'string',
    default: 'poll',
    validator: oneOfIgnoringCase('interval', 'poll', 'connector'),
    importance: 'medium',
    doc: "Permitted values are: poll, interval, connector. If set to 'poll', a new producer transaction will be started and committed for every batch of records that each task from this connector provides to Connect. If set to 'connector', relies on connector-defined transaction boundaries; note that not all connectors are capable of defining their own transaction boundaries, and in that case, attempts to instantiate a connector with this value will fail. Finally, if set to 'interval', commits transactions only after a user-defined time interval has passed.",
    group: 'Exactly Once Support',
    order: 3,
    width: 'short',
    displayName: 'Transaction Boundary',
  },
  'transaction.boundary.interval.ms': {
    type: 'long',
    default: null,
    min: 0,
    importance: 'low',
    doc: "If 'transaction.boundary' is set to 'interval', determines the interval for producer transaction commits by connector tasks. If unset, defaults to the value of the worker-level 'offset.flush.interval.ms' property. It has no effect if a different transaction.boundary is specified.",
    group: 'Exactly Once Support',
    order: 4,
    width: 'short',
    displayName: 'Transaction boundary interval',
  },
  'offsets.storage.topic': {
    type: 'string',
    default: null,
    validator: orNull(nonEmptyString),
    importance: 'low',
    doc: "The name of a separate offsets topic to use for this connector. If empty or not specified, the worker’s global offsets topic name will be used. If specified, the offsets topic will be created if it does not already exist on the Kafka cluster targeted by this connector (which may be different from the one used for the worker's global offsets topic if the bootstrap.servers property of the connector's producer has been overridden from the worker's). Only applicable in distributed mode; in standalone mode, setting this property will have no effect.",
    group: 'offsets.topic',
    order: 1,
    width: 'long',
    displayName: 'Offsets topic',
  },
} as const satisfies Record<string, KeySpec>

/** Beside those of any connector, of a sink connector. */
export const sinkKeySpecs = {
  topics: {
    type: 'list',
    default: '',
    importance: 'high',
    doc: 'List of topics to consume, separated by commas',
    group: 'Common',
    order: 4,
    width: 'long',
    displayName: 'Topics',
  },
  'topics.regex': {
    type: 'string',
    default: '',
    validator: validRegex,
    importance: 'high',
    doc: 'Regular expression giving topics to consume. Under the hood, the regex is compiled to a <code>java.util.regex.Pattern</code>. Only one of topics or topics.regex should be specified.',
    group: 'Common',
    order: 4,
    width: 'long',
    displayName: 'Topics regex',
  },
  'errors.deadletterqueue.topic.name': {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'The name of the topic to be used as the dead letter queue (DLQ) for messages that result in an error when processed by this sink connector, or its transformations or converters. The topic name is blank by default, which means that no messages are to be recorded in the DLQ.',
    group: 'Error Handling',
    order: 6,
    width: 'medium',
    displayName: 'Dead Letter Queue Topic Name',
  },
  'errors.deadletterqueue.topic.replication.factor': {
    type: 'short',
    default: 3,
    importance: 'medium',
    doc: "Replication factor used to create the dead letter queue topic when it doesn't already exist.",
    group: 'Error Handling',
    order: 7,
    width: 'medium',
    displayName: 'Dead Letter Queue Topic Replication Factor',
  },
  'errors.deadletterqueue.context.headers.enable': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'If true, add headers containing error context to the messages written to the dead letter queue. To avoid clashing with headers from the original record, all error context header keys, all error context header keys will start with <code>__connect.errors.</code>',
    group: 'Error Handling',
    order: 8,
    width: 'medium',
    displayName: 'Enable Error Context Headers',
  },
} as const satisfies Record<string, KeySpec>
