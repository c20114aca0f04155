import {
  DataError,
  configDef,
  javaClassName,
  nonEmptyList,
  schemalessType,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { validDateFormat } from '../support/date-format/valid-date-format.ts'
import { SimpleDateFormat } from '../support/date-format/simple-date-format.ts'
import { recordText } from '../support/record-text.ts'
import { requireMap } from '../support/requirements.ts'
import { memberOf } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { TopicFormat } from '../support/topic-format.ts'

const config = configDef({
  'topic.format': {
    type: 'string',
    default: '${topic}-${timestamp}',
    importance: 'high',
    doc: 'The new name, in which ${topic} stands for the topic and ${timestamp} for the time found in the value.',
  },
  'message.timestamp.format': {
    type: 'string',
    default: '',
    validator: validDateFormat,
    importance: 'high',
    doc:
      'How times are written in the value, as java.text.SimpleDateFormat says it. Numbers count milliseconds since 1970, ' +
      'and are all that is read where this is empty.',
  },
  'topic.timestamp.format': {
    type: 'string',
    default: 'yyyyMMdd',
    validator: validDateFormat,
    importance: 'high',
    doc: 'How the time is written in the name, as java.text.SimpleDateFormat says it.',
  },
  'message.timestamp.keys': {
    type: 'list',
    validator: nonEmptyList,
    importance: 'high',
    doc: 'Fields of the value, separated by commas; the first that is there holds the time.',
  },
})

const purpose = 'routing by the timestamp of a message'

/** Names the topic after a time in the value, in UTC (`io.confluent.connect.transforms.MessageTimestampRouter`). */
export class MessageTimestampRouter {
  #topicFormat = new TopicFormat('')
  #messageFormat: SimpleDateFormat | null = null
  #format = new SimpleDateFormat('')
  #keys: readonly string[] = []

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const messageFormat = parsed['message.timestamp.format']
    this.#topicFormat = new TopicFormat(parsed['topic.format'])
    this.#messageFormat = messageFormat === '' ? null : new SimpleDateFormat(messageFormat)
    this.#format = new SimpleDateFormat(parsed['topic.timestamp.format'])
    this.#keys = parsed['message.timestamp.keys']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const map = requireMap(record.value ?? null, purpose)
    const timestamp = this.#format.format(this.#timestampOf(map, record))
    return record.newRecord({ topic: this.#topicFormat.fill(record.topic, timestamp) })
  }

  #timestampOf(map: SchemalessMap, record: ConnectRecord): number {
    for (const key of this.#keys) {
      const found = memberOf(map, key)
      if (found !== null) return this.#parsed(found, key)
    }
    throw new DataError(
      `No timestamp in the value: expected one of [${this.#keys.join(', ')}] (${recordText(record)}).`,
    )
  }

  #parsed(found: unknown, key: string): number {
    if (found instanceof Date) return found.getTime()
    if (schemalessType(found) === 'INT64') return Number(found)
    const format = this.#messageFormat
    if (typeof found !== 'string' || format === null) {
      const expected = format === null ? 'a number of milliseconds' : 'a number or a text'
      throw new DataError(
        `The field "${key}" holds no timestamp: expected ${expected}, found ${javaClassName(found)}. ` +
          'message.timestamp.format says how texts are read.',
      )
    }
    const ms = format.parse(found)
    if (ms !== null) return ms
    throw new DataError(
      `Could not parse timestamp: value (${found}) does not match pattern (${format.pattern})`,
    )
  }
}
