import { ZoneRules, configDef, isStruct } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { debeziumVersion } from './built-in.ts'
import { isListOfRegex, isRequired } from './support/checks.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { isEnvelope, member } from './support/envelope.ts'
import { DebeziumError } from './support/errors.ts'
import { ShiftPlan } from './support/shift-plan.ts'
import { TimezoneLists } from './support/timezone-lists.ts'
import type { TimezoneChoice } from './support/timezone-lists.ts'

const heuristic =
  'Uses a heuristic matching algorithm to matches the source information block table name if the source ' +
  'information block exists, otherwise matches against the topic name. The conversion is applied only to to the ' +
  'specified field name. '

const config = configDef({
  'converted.timezone': {
    type: 'string',
    default: null,
    importance: 'high',
    doc:
      'A string that represents the timezone to which the time-based fields should be converted.' +
      'The format can be geographic (e.g. America/Los_Angeles), or it can be a UTC offset in the format of +/-hh:mm, (e.g. +08:00).',
    order: 1,
    width: 'medium',
    displayName: 'Converted Timezone',
  },
  'include.list': {
    type: 'list',
    default: null,
    importance: 'high',
    doc:
      'A comma-separated list of rules that specify what events should be evaluated for timezone conversion, using one of the following formats: ' +
      '`source:<tablename>`:: Matches only Debezium change events with a source information block with the specified table name. All time-based fields will be converted. ' +
      '`source:<tablename>:<fieldname>`:: Matches only Debezium change events with a source information with the specified table name. Only the specified field name will be converted. ' +
      '`topic:<topicname>`:: Matches the specified topic name, converting all time-based fields. ' +
      '`topic:<topicname>:<fieldname>`:: Matches the specified topic name, converting only the specified field name. ' +
      `\`<matchname>:<fieldname>\`:: ${heuristic}`,
    order: 1,
    width: 'medium',
    displayName: 'Include List',
  },
  'exclude.list': {
    type: 'list',
    default: null,
    importance: 'high',
    doc:
      'A comma-separated list of rules that specify what events should be excluded from timezone conversion, using one of the following formats: ' +
      '`source:<tablename>`:: Matches only Debezium change events with a source information block with the specified table name. All time-based fields will be excluded. ' +
      '`source:<tablename>:<fieldnames>`:: Matches only Debezium change events with a source information with the specified table name. Only the specified field name will be excluded. ' +
      '`topic:<topicname>`:: Matches the specified topic name, excluding all time-based fields. ' +
      '`topic:<topicname>:<fieldnames>`:: Matches the specified topic name, excluding only the specified field name. ' +
      `\`<matchname>:<fieldnames>\`:: ${heuristic}`,
    order: 1,
    width: 'medium',
    displayName: 'Exclude List',
  },
})

/** Shifts times of rows to a time zone (`io.debezium.transforms.TimezoneConverter`). */
export class TimezoneConverter {
  #rules: ZoneRules | null = null
  #lists = new TimezoneLists([], true)
  readonly #plans = new Map<TimezoneChoice, PerSchema<ShiftPlan>>()

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(config, props)
    parsed.requireValid([
      ['include.list', isListOfRegex],
      ['converted.timezone', isRequired],
      ['exclude.list', isListOfRegex],
    ])
    const included = parsed.list('include.list')
    const excluded = parsed.list('exclude.list')
    if (included.length > 0) requireFormat('include', included)
    else if (excluded.length > 0) requireFormat('exclude', excluded)
    this.#rules = ZoneRules.of(parsed.required('converted.timezone'))
    if (this.#rules === null) {
      throw new DebeziumError(
        'Invalid timezone format. Please specify either a geographic timezone (e.g. America/Los_Angeles) ' +
          'or a UTC offset in the format of +/-hh:mm, (e.g. +08:00).',
      )
    }
    if (included.length > 0 && excluded.length > 0) {
      throw new DebeziumError(
        'Both include and exclude lists are specified. Please specify only one.',
      )
    }
    this.#lists =
      included.length > 0 ? new TimezoneLists(included, false) : new TimezoneLists(excluded, true)
    this.#plans.clear()
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = record.value ?? null
    if (value === null || !isEnvelope(record.valueSchema)) return record
    const envelope = requireStruct(value, 'time zone conversion', record.valueSchema)
    const choice = this.#lists.choiceFor(record.topic, tableOf(envelope))
    if (choice === null) return record
    const shifted = this.#planFor(choice).of(envelope.schema).apply(envelope)
    return shifted === envelope ? record : record.newRecord({ value: shifted })
  }

  #planFor(choice: TimezoneChoice): PerSchema<ShiftPlan> {
    let plans = this.#plans.get(choice)
    if (plans === undefined) {
      const rules = this.#rules
      if (rules === null) throw new DebeziumError('TimezoneConverter is not configured.')
      plans = new PerSchema((schema) => new ShiftPlan(schema, choice, rules))
      this.#plans.set(choice, plans)
    }
    return plans
  }
}

/** Null where the event does not say. */
function tableOf(envelope: Struct): string | null {
  const field = envelope.schema.field(member.source)
  const source = field === undefined ? null : envelope.values[field.index]
  if (!isStruct(source)) return null
  const table = source.schema.field('table')
  const name = table === undefined ? null : source.values[table.index]
  return typeof name === 'string' ? name : null
}

/** What Debezium takes for a list of rules: a prefix or a name before the first, and parts of letters, digits, dots and quotes. */
const format = /^\[(?:source|topic|[".\w\s_]+):(?:[".\w\s_]+(?::[".\w\s_]+)?(?:,|\]$))+$/

function requireFormat(kind: 'include' | 'exclude', list: readonly string[]): void {
  if (format.test(`[${list.join(', ')}]`)) return
  throw new DebeziumError(
    `Invalid ${kind} list format. Please specify a list of rules in the format of ` +
      '"source:<tablename>:<fieldnames>", "topic:<topicname>:<fieldnames>", "<matchname>:<fieldnames>"',
  )
}
