import { configDef, nonEmptyString } from 'sluice/api'

/** The Kafka release whose file connectors these are. */
export const version = '4.3.1'

/** The keys of Java's FileStreamSourceConnector. */
export const fileSourceConfig = configDef({
  file: {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'Source filename. If not specified, the standard input will be used',
  },
  topic: {
    type: 'string',
    importance: 'high',
    doc: 'The topic to publish data to',
    validator: nonEmptyString,
  },
  'batch.size': {
    type: 'int',
    default: 2000,
    importance: 'low',
    doc: 'The maximum number of records the source task can read from the file each time it is polled',
  },
})

/** What we take beyond Java's keys. Apart, so that the keys the REST API lists stay Java's. */
export const lineConfig = configDef({
  'line.max.bytes': {
    type: 'int',
    default: 64 * 1024 * 1024,
    min: 1024,
    max: 512 * 1024 * 1024,
    importance: 'low',
    doc: 'The longest line in bytes that is read; it is held in memory. A longer one fails the task.',
  },
})

/** The keys of Java's FileStreamSinkConnector. */
export const fileSinkConfig = configDef({
  file: {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'Destination filename. If not specified, the standard output will be used',
  },
})
