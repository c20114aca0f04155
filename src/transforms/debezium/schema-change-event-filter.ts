import { configDef, isStruct } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { IllegalArgumentError } from '../support/java-errors.ts'
import { javaTrimmed } from '../support/java-number.ts'
import { javaSplit } from '../support/java-split.ts'
import { requireStruct } from '../support/requirements.ts'
import { isRequired } from './support/checks.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { debeziumVersion } from './built-in.ts'

const excludeList = 'schema.change.event.exclude.list'

const config = configDef({
  [excludeList]: {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'Support filtering during DDL synchronization',
    order: 1,
    width: 'short',
    displayName: 'Schema change event exclude list',
  },
})

const kinds: readonly string[] = ['CREATE', 'ALTER', 'DROP', 'TRUNCATE', 'DATABASE']

/** Drops events about changed schemas by their kind (`io.debezium.transforms.SchemaChangeEventFilter`). */
export class SchemaChangeEventFilter {
  #excluded: ReadonlySet<string> = new Set()

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(config, props)
    parsed.requireValid([[excludeList, isRequired]])
    const names = javaSplit(parsed.required(excludeList), ',')
    this.#excluded = new Set(names.map((name) => kindNamed(javaTrimmed(name))))
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    const value = record.value ?? null
    if (value === null || !isSchemaChange(record.valueSchema?.name)) return record
    const event = requireStruct(value, 'Read schema change event to filter')
    const changes = event.getArray('tableChanges')
    if (changes === null) return null
    const [first] = changes
    const kind = first === undefined ? 'DATABASE' : kindNamed(kindOf(first))
    return this.#excluded.has(kind) ? null : record
  }
}

function isSchemaChange(name: string | null | undefined): boolean {
  return (
    name?.endsWith('.SchemaChangeValue') === true || name?.endsWith('.SchemaChangeKey') === true
  )
}

function kindOf(change: unknown): string {
  return (isStruct(change) ? change.getString('type') : null) ?? 'null'
}

function kindNamed(name: string): string {
  if (kinds.includes(name)) return name
  throw new IllegalArgumentError(
    `No enum constant io.debezium.schema.SchemaChangeEvent.SchemaChangeEventType.${name}`,
  )
}
