import { pluginClasses } from '../support/plugin-classes.ts'
import { CaseTransform } from './case-transform.ts'
import { ConcatFields } from './concat-fields.ts'
import { ExtractTimestamp } from './extract-timestamp.ts'
import { ExtractTopicFromSchemaName } from './extract-topic-from-schema-name.ts'
import { ExtractTopic } from './extract-topic.ts'
import { FilterByFieldValue } from './filter-by-field-value.ts'
import { Hash } from './hash.ts'
import { KeyToValue } from './key-to-value.ts'
import { MakeTombstone } from './make-tombstone.ts'
import { TombstoneHandler } from './tombstone-handler.ts'

/** Aiven's transformations, by Java class name; `built-in-transforms.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = pluginClasses({
  name: 'io.aiven.kafka.connect.transforms',
  sided: { CaseTransform, ConcatFields, ExtractTimestamp, ExtractTopic, FilterByFieldValue, Hash },
  whole: {
    ExtractTopicFromSchemaName$Value: ExtractTopicFromSchemaName,
    KeyToValue,
    MakeTombstone,
    TombstoneHandler,
  },
})
