import { aivenTransforms, aivenVersion } from './aiven/built-in.ts'
import { commonTransforms, commonVersion } from './common/built-in.ts'
import { confluentTransforms, confluentVersion } from './confluent/built-in.ts'
import { debeziumTransforms, debeziumVersion } from './debezium/built-in.ts'

/** The transformations and predicates that come with the worker, known without importing them: discovery loads no plugin. */

/** Whose they are in Java. Each family has a module of its own, which exports `transformClasses`. */
export type TransformFamily = 'kafka' | 'aiven' | 'common' | 'confluent' | 'debezium'

/** One built-in plugin: its kind and its Java class name, under which the module of its family has its class. */
export interface BuiltInTransform {
  readonly type: 'transformation' | 'predicate'
  readonly className: string
  readonly family: TransformFamily
  /** What Java lists as its version; null for that of Kafka. */
  readonly version: string | null
}

const kafka = 'org.apache.kafka.connect.transforms'

/** Of these there is a `$Key` and a `$Value`. */
const sided = [
  'Cast',
  'ExtractField',
  'Flatten',
  'HeaderFrom',
  'HoistField',
  'InsertField',
  'MaskField',
  'ReplaceField',
  'SetSchemaMetadata',
  'TimestampConverter',
]
const whole = [
  'DropHeaders',
  'Filter',
  'InsertHeader',
  'RegexRouter',
  'TimestampRouter',
  'ValueToKey',
]
const predicates = ['HasHeaderKey', 'RecordIsTombstone', 'TopicNameMatches']

export const builtInTransforms: readonly BuiltInTransform[] = [
  ...sided.flatMap((name) => [
    transformation(`${kafka}.${name}$Key`),
    transformation(`${kafka}.${name}$Value`),
  ]),
  ...whole.map((name) => transformation(`${kafka}.${name}`)),
  ...predicates.map((name): BuiltInTransform => {
    const className = `${kafka}.predicates.${name}`
    return { type: 'predicate', className, family: 'kafka', version: null }
  }),
  ...aivenTransforms.map((className) => transformation(className, 'aiven', aivenVersion)),
  ...commonTransforms.map((className) => transformation(className, 'common', commonVersion)),
  ...confluentTransforms.map((className) => {
    return transformation(className, 'confluent', confluentVersion)
  }),
  ...debeziumTransforms.map((className) => transformation(className, 'debezium', debeziumVersion)),
]

function transformation(
  className: string,
  family: TransformFamily = 'kafka',
  version: string | null = null,
): BuiltInTransform {
  return { type: 'transformation', className, family, version }
}
