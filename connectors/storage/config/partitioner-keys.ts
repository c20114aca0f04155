import { nonNull } from 'sluice/api'
import type { KeySpec } from 'sluice/api'

const group = { group: 'Partitioner' } as const
const classes = [
  'DefaultPartitioner',
  'FieldPartitioner',
  'TimeBasedPartitioner',
  'HourlyPartitioner',
  'DailyPartitioner',
] as const

const packages = [
  'io.confluent.connect.storage.partitioner',
  'io.confluent.connect.hdfs.partitioner',
]

/** Their names in configurations: Java's, those of old HDFS configurations, and the short ones. */
export const partitionerClasses: readonly string[] = [
  ...packages.flatMap((name) => classes.map((simple) => `${name}.${simple}`)),
  ...classes,
]

/** Confluent's keys for where records are kept (`PartitionerConfig`). */
export const partitionerKeys = {
  'partitioner.class': {
    type: 'class',
    classes: partitionerClasses,
    default: 'io.confluent.connect.storage.partitioner.DefaultPartitioner',
    importance: 'high',
    doc: 'How records are divided into directories.',
    dependents: [
      'partition.field.name',
      'partition.duration.ms',
      'path.format',
      'locale',
      'timezone',
    ],
    ...group,
  },
  'partition.field.name': {
    type: 'list',
    default: '',
    importance: 'medium',
    doc: 'Of FieldPartitioner: the fields by whose values records are divided, in order. Dots lead into nested fields.',
    ...group,
  },
  'partition.duration.ms': {
    type: 'long',
    default: -1,
    importance: 'medium',
    doc: 'Of TimeBasedPartitioner: how many milliseconds of records a directory holds.',
    ...group,
  },
  'path.format': {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: "Of TimeBasedPartitioner: the directories, as a pattern of Joda-Time, e.g. 'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH.",
    ...group,
  },
  locale: {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'Of partitioners by time: the language of the names of months and days.',
    ...group,
  },
  timezone: {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'Of partitioners by time, and of rotate.schedule.interval.ms: the time zone.',
    ...group,
  },
  'timestamp.extractor': {
    type: 'string',
    default: 'Wallclock',
    importance: 'medium',
    doc: "What a record's time is: Wallclock (when it is processed), Record (its timestamp in Kafka) or RecordField (a field of its value).",
    ...group,
  },
  'timestamp.field': {
    type: 'string',
    default: 'timestamp',
    validator: nonNull,
    importance: 'medium',
    doc: 'Of RecordField: the field. Dots lead into nested fields.',
    ...group,
  },
} as const satisfies Record<string, KeySpec>
