import { sidedNames } from '../support/sided-names.ts'

/** Aiven's transformations, known without importing them. */

/** The release whose names, keys and defaults these have. */
export const aivenVersion = '1.6.0'

const packageName = 'io.aiven.kafka.connect.transforms'

export const aivenTransforms: readonly string[] = [
  ...sidedNames(packageName, [
    'CaseTransform',
    'ConcatFields',
    'ExtractTimestamp',
    'ExtractTopic',
    'FilterByFieldValue',
    'Hash',
  ]),
  `${packageName}.ExtractTopicFromSchemaName$Value`,
  `${packageName}.KeyToValue`,
  `${packageName}.MakeTombstone`,
  `${packageName}.TombstoneHandler`,
]
