/** What `index.ts` exports, known without importing it: discovery loads no plugin. */

/** One built-in plugin: its kind and its Java class name, under which `index.ts` has its class. */
export interface BuiltInTransform {
  readonly type: 'transformation' | 'predicate'
  readonly className: string
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
    return { type: 'predicate', className: `${kafka}.predicates.${name}` }
  }),
]

function transformation(className: string): BuiltInTransform {
  return { type: 'transformation', className }
}
