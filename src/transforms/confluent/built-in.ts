import { sidedNames } from '../support/sided-names.ts'

/** Confluent's transformations, known without importing them. */

/** The release whose names, keys and defaults these have. */
export const confluentVersion = '1.6.0'

const packageName = 'io.confluent.connect.transforms'

export const confluentTransforms: readonly string[] = [
  ...sidedNames(packageName, ['Drop', 'ExtractTopic', 'Filter', 'GzipDecompress']),
  `${packageName}.ExtractTopic$Header`,
  `${packageName}.MessageTimestampRouter`,
  `${packageName}.TombstoneHandler`,
  `${packageName}.TopicRegexRouter`,
  // Under which managed connectors have it.
  'io.confluent.connect.cloud.transforms.TopicRegexRouter',
]
