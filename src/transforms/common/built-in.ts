import { sidedNames } from '../support/sided-names.ts'

/** The transformations of `kafka-connect-transform-common`, known without importing them. */

/** The release whose names, keys and defaults these have. */
export const commonVersion = '0.1.0.59'

const packageName = 'com.github.jcustenborder.kafka.connect.transform.common'

export const commonTransforms: readonly string[] = [
  ...sidedNames(packageName, [
    'AdjustPrecisionAndScale',
    'BytesToString',
    'ChangeCase',
    'ExtractNestedField',
    'ExtractTimestamp',
    'HeaderToField',
    'PatternFilter',
    'PatternMapString',
    'PatternRename',
    'SchemaNameToTopic',
    'SetMaximumPrecision',
    'SetNull',
    'TimestampNowField',
    'ToJSON',
    'ToLong',
    'TopicNameToField',
  ]),
  `${packageName}.ChangeTopicCase`,
  `${packageName}.LowerCaseTopic`,
  `${packageName}.TimestampNow`,
]
