import { configDef } from '../../api/index.ts'
import { javaSplit } from '../support/java-split.ts'
import { isBoolean, isOneOf, isRegex } from './support/checks.ts'
import type { Check } from './support/checks.ts'
import type { CheckedKey } from './support/debezium-config.ts'

const column = { type: 'string', importance: 'low', group: 'Table', width: 'medium' } as const
const route = { group: 'Router', width: 'medium' } as const
const tracing = { importance: 'high', group: 'Tracing', width: 'medium' } as const

export const eventRouterConfig = configDef({
  'table.field.event.id': {
    ...column,
    default: 'id',
    doc: 'The column which contains the event ID within the outbox table',
    order: 1,
    displayName: 'Event ID Field',
  },
  'table.field.event.key': {
    ...column,
    default: 'aggregateid',
    doc: 'The column which contains the event key within the outbox table',
    order: 2,
    displayName: 'Event Key Field',
  },
  'table.field.event.type': {
    ...column,
    default: 'type',
    doc: 'The column which contains the event type within the outbox table',
    order: 3,
    displayName: 'Event Type Field',
  },
  'table.field.event.payload': {
    ...column,
    default: 'payload',
    doc: 'The column which contains the event payload within the outbox table',
    order: 4,
    displayName: 'Event Payload Field',
  },
  'table.field.event.timestamp': {
    ...column,
    default: null,
    importance: 'medium',
    doc:
      'Optionally you can override the Kafka message timestamp with a value from a chosen column, ' +
      "otherwise it'll be the Debezium event processed timestamp.",
    order: 5,
    displayName: 'Event Timestamp Field',
  },
  'table.fields.additional.placement': {
    type: 'list',
    default: null,
    importance: 'high',
    doc:
      'Extra fields can be added as part of the event envelope or a message header, format is a list of ' +
      'colon-delimited pairs or trios when you desire to have aliases, e.g. ' +
      '<code>id:header,field_name:envelope:alias,field_name:partition</code> ',
    group: 'Table',
    order: 6,
    width: 'medium',
    displayName: 'Settings for each additional column in the outbox table',
  },
  'table.fields.additional.error.on.missing': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc:
      "When transforming the 'table.fields.additional.placement' fields, should the transform throw an " +
      'exception if one of the fields is missing in the change data',
    group: 'Table',
    order: 7,
    width: 'medium',
    displayName: 'Should the transform error if an additional field is missing in the change data',
  },
  'table.field.event.schema.version': {
    ...column,
    default: null,
    doc: 'The column which contains the event schema version within the outbox table',
    order: 8,
    displayName: 'Event Schema Version Field',
  },
  'table.op.invalid.behavior': {
    ...column,
    default: 'warn',
    importance: 'medium',
    doc:
      "While Debezium is capturing changes from the outbox table, it is expecting only to process 'create' " +
      "or 'delete' row events; in case something else is processed this transform can log it as warning, " +
      'error or stop the process.',
    order: 9,
    displayName: 'Behavior when capturing an unexpected outbox event',
  },
  'table.expand.json.payload': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc:
      'Whether or not to try unescaping a JSON string and make it real JSON. It will infer schema information ' +
      'from payload and update the record schema accordingly. If content is not JSON, it just produces a warning ' +
      'and emits the record unchanged',
    group: 'Table',
    order: 10,
    width: 'medium',
    displayName: 'Expand Payload escaped string as real JSON',
  },
  'table.json.payload.null.behavior': {
    ...column,
    default: 'ignore',
    importance: 'medium',
    doc:
      'Behavior when json payload including null value, the default will ignore null, optional_bytes will keep ' +
      'the null value, and treat null as optional bytes of connect.',
    order: 11,
    displayName: 'Behavior when json payload including null value',
  },
  'route.by.field': {
    ...route,
    type: 'string',
    default: 'aggregatetype',
    importance: 'high',
    doc:
      'The column which determines how the events will be routed, the value will become part of the topic ' +
      'name',
    order: 1,
    displayName: 'Field to route events by',
  },
  'route.topic.regex': {
    ...route,
    type: 'string',
    default: '(?<routedByValue>.*)',
    importance: 'low',
    doc:
      'The default regex to use within the RegexRouter, the default capture will allow to replace the ' +
      "routed field into a new topic name defined in 'route.topic.replacement'",
    order: 2,
    displayName: 'The name of the routed topic',
  },
  'route.topic.replacement': {
    ...route,
    type: 'string',
    default: 'outbox.event.${routedByValue}',
    importance: 'high',
    doc:
      "The name of the topic in which the events will be routed, a replacement '${routedByValue}' is " +
      "available which is the value of The column configured via 'route.by.field'",
    order: 3,
    displayName: 'The name of the routed topic',
  },
  'route.tombstone.on.empty.payload': {
    ...route,
    type: 'boolean',
    default: false,
    importance: 'high',
    doc: 'Whether or not an empty payload should cause a tombstone event.',
    order: 4,
    displayName: 'Empty payloads cause a tombstone message',
  },
  'tracing.span.context.field': {
    ...tracing,
    type: 'string',
    default: 'tracingspancontext',
    doc:
      'The name of the field containing java.util.Properties representation of serialized span context. ' +
      "Defaults to 'tracingspancontext'",
    order: 1,
    displayName: 'Serialized tracing span context field',
  },
  'tracing.operation.name': {
    ...tracing,
    type: 'string',
    default: 'debezium-read',
    doc: "The operation name representing Debezium processing span. Default is 'debezium-read'",
    order: 2,
    displayName: 'Tracing operation name',
  },
  'tracing.with.context.field.only': {
    ...tracing,
    type: 'boolean',
    default: false,
    doc: 'Set to `true` when only events that have serialized context field should be traced.',
    order: 3,
    displayName: 'Trace only events with context field present',
  },
})

const isListOfPlacements: Check = (config, name) => {
  const text = config.text(name)
  if (text === null) return null
  const parts = text === '' ? [''] : javaSplit(text, ',')
  const isPlacement = (part: string): boolean => [2, 3].includes(javaSplit(part, ':').length)
  return parts.every(isPlacement)
    ? null
    : `A comma-separated list of valid String pairs or trios is expected but got: [${parts.join(', ')}]`
}

/** In the order in which Debezium's hash map has them. */
export const eventRouterChecks: readonly CheckedKey[] = [
  ['table.json.payload.null.behavior', isOneOf('ignore', 'optional_bytes')],
  ['route.topic.regex', isRegex],
  ['table.fields.additional.placement', isListOfPlacements],
  ['route.tombstone.on.empty.payload', isBoolean],
  ['table.expand.json.payload', isBoolean],
  ['table.op.invalid.behavior', isOneOf('warn', 'error', 'fatal')],
  ['table.fields.additional.error.on.missing', isBoolean],
]
