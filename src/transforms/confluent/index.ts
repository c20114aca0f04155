import { pluginClasses } from '../support/plugin-classes.ts'
import { Drop } from './drop.ts'
import { ExtractTopic } from './extract-topic.ts'
import { ExtractTopicOfHeader } from './extract-topic-of-header.ts'
import { Filter } from './filter.ts'
import { GzipDecompress } from './gzip-decompress.ts'
import { MessageTimestampRouter } from './message-timestamp-router.ts'
import { TombstoneHandler } from './tombstone-handler.ts'
import { TopicRegexRouter } from './topic-regex-router.ts'

/** Confluent's transformations, by Java class name; `built-in-transforms.ts` lists them without importing them. */
export const transformClasses: ReadonlyMap<string, unknown> = new Map([
  ...pluginClasses({
    name: 'io.confluent.connect.transforms',
    sided: { Drop, ExtractTopic, Filter, GzipDecompress },
    whole: {
      ExtractTopic$Header: ExtractTopicOfHeader,
      MessageTimestampRouter,
      TombstoneHandler,
      TopicRegexRouter,
    },
  }),
  ...pluginClasses({
    name: 'io.confluent.connect.cloud.transforms',
    sided: {},
    whole: { TopicRegexRouter },
  }),
])
