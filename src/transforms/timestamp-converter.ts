import { ConfigError, DataError, configDef, invalidValue, isBlank } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../api/index.ts'
import { SimpleDateFormat } from './support/date-format/simple-date-format.ts'
import { fieldPath } from './support/field-path.ts'
import { fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { changeMembers } from './support/map-rewrite.ts'
import type { MemberChange } from './support/map-rewrite.ts'
import { pathTree } from './support/path-tree.ts'
import type { PathTree } from './support/path-tree.ts'
import { PerSchema } from './support/per-schema.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import type { Side } from './support/side.ts'
import { changeFields } from './support/struct-rewrite.ts'
import type { StructRewrite, ValueChange } from './support/struct-rewrite.ts'
import {
  TimestampConversion,
  kindOfSchema,
  kindOfValue,
  schemaOfKind,
  timestampKinds,
} from './support/timestamp-conversion.ts'
import type { TimestampKind } from './support/timestamp-conversion.ts'

const config = configDef({
  field: {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'The field containing the timestamp, or empty if the entire value is a timestamp',
  },
  'target.type': {
    type: 'string',
    oneOf: timestampKinds,
    importance: 'high',
    doc: 'The desired timestamp representation: string, unix, Date, Time, or Timestamp',
  },
  format: {
    type: 'string',
    default: '',
    importance: 'medium',
    doc:
      'A SimpleDateFormat-compatible format for the timestamp. Used to generate the output when type=string ' +
      'or used to parse the input if the input is a string.',
  },
  'unix.precision': {
    type: 'string',
    default: 'milliseconds',
    oneOf: ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'],
    importance: 'low',
    doc:
      'The desired Unix precision for the timestamp: seconds, milliseconds, microseconds, or nanoseconds. ' +
      'Used to generate the output when type=unix or used to parse the input if the input is a Long.' +
      'Note: This SMT will cause precision loss during conversions from, and to, values with sub-millisecond components.',
  },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'converting timestamp formats'

/** Makes times of one form those of another (`org.apache.kafka.connect.transforms.TimestampConverter`). */
export class TimestampConverter implements MemberChange<true> {
  readonly purpose = purpose
  readonly #side: Side
  #target: TimestampKind = 'unix'
  /** Null where the whole value is a time. */
  #field: PathTree<true> | null = null
  #replaceNull = true
  #conversion = new TimestampConversion(null, 'milliseconds')
  readonly #whole = new PerSchema<WholeValue>((schema) => ({
    from: kindOfSchema(schema),
    schema: schemaOfKind(this.#target, schema.optional),
  }))
  readonly #rewrites = new PerSchema<StructRewrite>((schema) =>
    changeFields(schema, this.#field ?? pathTree([]), {
      purpose,
      replaceNull: this.#replaceNull,
      changeOf: (field) => ({
        schema: schemaOfKind(this.#target, field.optional),
        change: new FieldConversion(this.#conversion, field, this.#target),
      }),
    }),
  )

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const format = parsed.format
    if (parsed['target.type'] === 'string' && isBlank(format)) {
      throw new ConfigError(
        'TimestampConverter requires format option to be specified when using string timestamps',
      )
    }
    const pattern = isBlank(format) ? null : patternOf(format)
    this.#target = parsed['target.type']
    this.#conversion = new TimestampConversion(pattern, parsed['unix.precision'])
    this.#replaceNull = parsed['replace.null.with.default']
    this.#field =
      parsed.field === ''
        ? null
        : pathTree([[fieldPath(parsed.field, parsed['field.syntax.version']), true]])
  }

  apply(record: ConnectRecord): ConnectRecord {
    const side = this.#side
    const schema = side.schemaOf(record)
    const value = side.valueOf(record)
    if (schema === null) {
      const changed =
        this.#field === null || value === null
          ? this.changeMember(value)
          : changeMembers(requireMap(value, purpose), this.#field, this)
      return side.replace(record, null, changed)
    }
    if (this.#field === null) {
      const whole = this.#whole.of(schema)
      const changed = this.#conversion.convert(value, whole.from, this.#target)
      return side.replace(record, whole.schema, changed)
    }
    const struct = value === null ? null : requireStruct(value, purpose, schema)
    const rewrite = this.#rewrites.of(schema)
    return side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  changeMember(value: unknown): unknown {
    if (value === null) return null
    const changed = this.#conversion.convert(value, kindOfValue(value), this.#target)
    if (typeof changed === 'bigint' && this.#target !== 'unix') {
      // Invariant 6: without a schema this would be taken for a number.
      throw new DataError(
        `Cannot hold the instant ${changed} ms without a schema: a date reaches 8640000000000000 ms from 1970.`,
      )
    }
    return changed
  }
}

/** How a whole value of one schema is read, and the schema of what it becomes. */
interface WholeValue {
  readonly from: TimestampKind
  readonly schema: Schema
}

/** Converts the values of one field. */
class FieldConversion implements ValueChange {
  readonly #conversion: TimestampConversion
  readonly #schema: Schema
  readonly #target: TimestampKind
  #from: TimestampKind | null = null

  constructor(conversion: TimestampConversion, schema: Schema, target: TimestampKind) {
    this.#conversion = conversion
    this.#schema = schema
    this.#target = target
  }

  /** Whether the field is a time at all matters once there is a struct, even where the field is null. */
  apply(value: unknown): unknown {
    this.#from ??= kindOfSchema(this.#schema)
    return this.#conversion.convert(value, this.#from, this.#target)
  }
}

function patternOf(format: string): SimpleDateFormat {
  try {
    return new SimpleDateFormat(format)
  } catch (error) {
    throw invalidValue(
      `TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: ${format}`,
      `java.lang.IllegalArgumentException: ${(error as Error).message}`,
      null,
    )
  }
}
