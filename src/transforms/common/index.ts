import { pluginClasses } from '../support/plugin-classes.ts'
import { AdjustPrecisionAndScale } from './adjust-precision-and-scale.ts'
import { BytesToString } from './bytes-to-string.ts'
import { ChangeCase } from './change-case.ts'
import { ChangeTopicCase } from './change-topic-case.ts'
import { ExtractNestedField } from './extract-nested-field.ts'
import { ExtractTimestamp } from './extract-timestamp.ts'
import { HeaderToField } from './header-to-field.ts'
import { LowerCaseTopic } from './lower-case-topic.ts'
import { PatternFilter } from './pattern-filter.ts'
import { PatternMapString } from './pattern-map-string.ts'
import { PatternRename } from './pattern-rename.ts'
import { SchemaNameToTopic } from './schema-name-to-topic.ts'
import { SetMaximumPrecision } from './set-maximum-precision.ts'
import { SetNull } from './set-null.ts'
import { TimestampNowField } from './timestamp-now-field.ts'
import { TimestampNow } from './timestamp-now.ts'
import { ToJSON } from './to-json.ts'
import { ToLong } from './to-long.ts'
import { TopicNameToField } from './topic-name-to-field.ts'

/** The transformations of `kafka-connect-transform-common`, by Java class name; `built-in-transforms.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = pluginClasses({
  name: 'com.github.jcustenborder.kafka.connect.transform.common',
  sided: {
    AdjustPrecisionAndScale,
    BytesToString,
    ChangeCase,
    ExtractNestedField,
    ExtractTimestamp,
    HeaderToField,
    PatternFilter,
    PatternMapString,
    PatternRename,
    SchemaNameToTopic,
    SetMaximumPrecision,
    SetNull,
    TimestampNowField,
    ToJSON,
    ToLong,
    TopicNameToField,
  },
  whole: { ChangeTopicCase, LowerCaseTopic, TimestampNow },
})
