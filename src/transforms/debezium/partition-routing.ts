import { configDef, isSinkRecord } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { javaTrimmed } from '../support/java-number.ts'
import { javaSplit } from '../support/java-split.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { debeziumVersion } from './built-in.ts'
import { hasNoEmptyElements, isInteger, isPositiveInteger, isRequired } from './support/checks.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { isEnvelope, member, operation } from './support/envelope.ts'
import { DebeziumError } from './support/errors.ts'
import { MemberPath } from './support/member-path.ts'
import { javaHashCode } from './support/java-hash-code.ts'
import { ValueMurmurHash } from './support/value-murmur-hash.ts'

const config = configDef({
  'partition.payload.fields': {
    type: 'list',
    default: null,
    importance: 'high',
    doc:
      'Payload fields to use to calculate the partition. Supports Struct nesting using dot notation.' +
      'To access fields related to data collections, you can use: after, before or change, ' +
      "where 'change' is a special field that will automatically choose, based on operation, the 'after' or 'before'. " +
      'If a field not exist for the current record it will simply not used' +
      'e.g. after.name,source.table,change.name',
    group: 'partitions',
    order: 1,
    displayName: 'List of payload fields to use for compute partition.',
  },
  'partition.topic.num': {
    type: 'int',
    default: null,
    importance: 'high',
    doc: 'Number of partition for the topic on which this SMT act. Use TopicNameMatches predicate to filter records by topic',
    group: 'partitions',
    order: 2,
    displayName: 'Number of partition configured for topic',
  },
  'partition.hash.function': {
    type: 'string',
    default: 'java',
    importance: 'low',
    doc: 'Hash function to be used when computing hash of the fields which would determine number of the destination partition.',
    group: 'partitions',
    order: 3,
    displayName: 'Hash function',
  },
})

/** Chooses a record's partition by fields of the change event (`io.debezium.transforms.partitions.PartitionRouting`). */
export class PartitionRouting {
  #fields: readonly (readonly string[])[] = []
  #partitions = 1
  #hash: (value: unknown, schema: Schema) => number = javaHashCode
  readonly #paths = new PerSchema<readonly MemberPath[]>((schema) =>
    this.#fields.map((steps) => new MemberPath(schema, steps)),
  )

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(config, props)
    parsed.requireValid([
      ['partition.topic.num', isInteger, isRequired, isPositiveInteger],
      ['partition.payload.fields', isRequired, hasNoEmptyElements],
    ])
    this.#fields = parsed.list('partition.payload.fields').map((field) => {
      return javaSplit(field, '.').map(javaTrimmed)
    })
    this.#partitions = parsed.int('partition.topic.num')
    // As in Java, whatever else is given means `java`.
    const isMurmur = parsed.word('partition.hash.function') === 'murmur'
    const murmur = new ValueMurmurHash()
    this.#hash = isMurmur ? (value, schema) => murmur.of(value, schema) : javaHashCode
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = record.value ?? null
    if (value === null || !isEnvelope(record.valueSchema)) return record
    if (isSinkRecord(record)) {
      throw new DebeziumError(
        `Unprocessable message of the topic ${record.topic}: a sink has no use for another partition. Use PartitionRouting with a source connector.`,
      )
    }
    const envelope = requireStruct(value, 'partition routing')
    const code = codeOf(envelope)
    if (code === operation.truncate || code === operation.message) return record
    const partition = this.#partitionOf(envelope, code === operation.delete)
    return partition === null ? record : record.newRecord({ kafkaPartition: partition })
  }

  /** Null where none of the fields is there. */
  #partitionOf(envelope: Struct, isDelete: boolean): number | null {
    let sum = 0
    let found = false
    for (const path of this.#paths.of(envelope.schema)) {
      const reader = path.readerFor(isDelete)
      const value = reader?.read(envelope) ?? null
      if (value === null || reader?.last == null) continue
      sum = (sum + this.#hash(value, reader.last.schema)) | 0
      found = true
    }
    if (!found) return null
    const hash = sum & 0x7fffffff
    return (hash === 0x7fffffff ? 0 : hash) % this.#partitions
  }
}

function codeOf(envelope: Struct): string | null {
  if (envelope.schema.field(member.operation) === undefined) return null
  return envelope.getString(member.operation)?.toLowerCase() ?? null
}
