import { pluginClasses } from '../support/plugin-classes.ts'
import { ConcatFields } from './concat-fields.ts'
import { ExtractTimestamp } from './extract-timestamp.ts'
import { ExtractTopic } from './extract-topic.ts'
import { FilterByFieldValue } from './filter-by-field-value.ts'
import { Hash } from './hash.ts'
import { MakeTombstone } from './make-tombstone.ts'
import { TombstoneHandler } from './tombstone-handler.ts'

/** Aiven's transformations, by Java class name; `built-in-transforms.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = pluginClasses({
  name: 'io.aiven.kafka.connect.transforms',
  sided: { ConcatFields, ExtractTimestamp, ExtractTopic, FilterByFieldValue, Hash },
  whole: { MakeTombstone, TombstoneHandler },
})
