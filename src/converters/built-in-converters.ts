/** What `index.ts` exports, known without importing it: discovery loads no plugin. */

/** One built-in plugin: its kind, its Java class name and the name of its export in `index.ts`. */
export interface BuiltInConverter {
  readonly type: 'converter' | 'header_converter'
  readonly className: string
  readonly exportName: string
}

const classNames: Readonly<Record<string, string>> = {
  BooleanConverter: 'org.apache.kafka.connect.converters.BooleanConverter',
  ByteArrayConverter: 'org.apache.kafka.connect.converters.ByteArrayConverter',
  DoubleConverter: 'org.apache.kafka.connect.converters.DoubleConverter',
  FloatConverter: 'org.apache.kafka.connect.converters.FloatConverter',
  IntegerConverter: 'org.apache.kafka.connect.converters.IntegerConverter',
  LongConverter: 'org.apache.kafka.connect.converters.LongConverter',
  ShortConverter: 'org.apache.kafka.connect.converters.ShortConverter',
  JsonConverter: 'org.apache.kafka.connect.json.JsonConverter',
  StringConverter: 'org.apache.kafka.connect.storage.StringConverter',
}

/** All but SimpleHeaderConverter, which reads and writes headers alone, serve as both kinds. */
export const builtInConverters: readonly BuiltInConverter[] = [
  ...Object.entries(classNames).flatMap(([exportName, className]): BuiltInConverter[] => [
    { type: 'converter', className, exportName },
    { type: 'header_converter', className, exportName },
  ]),
  {
    type: 'header_converter',
    className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    exportName: 'SimpleHeaderConverter',
  },
]
