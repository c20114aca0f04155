import { Cast } from './cast.ts'
import { DropHeaders } from './drop-headers.ts'
import { ExtractField } from './extract-field.ts'
import { Filter } from './filter.ts'
import { Flatten } from './flatten.ts'
import { HeaderFrom } from './header-from.ts'
import { HoistField } from './hoist-field.ts'
import { InsertField } from './insert-field.ts'
import { InsertHeader } from './insert-header.ts'
import { MaskField } from './mask-field.ts'
import { HasHeaderKey } from './predicates/has-header-key.ts'
import { RecordIsTombstone } from './predicates/record-is-tombstone.ts'
import { TopicNameMatches } from './predicates/topic-name-matches.ts'
import { RegexRouter } from './regex-router.ts'
import { ReplaceField } from './replace-field.ts'
import { SetSchemaMetadata } from './set-schema-metadata.ts'
import { pluginClasses } from './support/plugin-classes.ts'
import { TimestampConverter } from './timestamp-converter.ts'
import { TimestampRouter } from './timestamp-router.ts'
import { ValueToKey } from './value-to-key.ts'

const kafka = 'org.apache.kafka.connect.transforms'

const sided = {
  Cast,
  ExtractField,
  Flatten,
  HeaderFrom,
  HoistField,
  InsertField,
  MaskField,
  ReplaceField,
  SetSchemaMetadata,
  TimestampConverter,
}
const whole = { DropHeaders, Filter, InsertHeader, RegexRouter, TimestampRouter, ValueToKey }
const predicates = { HasHeaderKey, RecordIsTombstone, TopicNameMatches }

/** Kafka's transformations and predicates, by Java class name; `built-in-transforms.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = new Map([
  ...pluginClasses({ name: kafka, sided, whole }),
  ...pluginClasses({ name: `${kafka}.predicates`, sided: {}, whole: predicates }),
])
