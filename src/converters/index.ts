/** The converters that come with the worker, and the Java class names they answer to. */
export { BooleanConverter } from './boolean-converter.ts'
export { ByteArrayConverter } from './byte-array-converter.ts'
export { JsonConverter } from './json/json-converter.ts'
export {
  DoubleConverter,
  FloatConverter,
  IntegerConverter,
  LongConverter,
  ShortConverter,
} from './number-converter.ts'
export { StringConverter } from './string-converter.ts'

/** One built-in plugin: its kind, its Java class name and the name of this module's export. */
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
export const builtInConverters: readonly BuiltInConverter[] = Object.entries(classNames).flatMap(
  ([exportName, className]) => [
    { type: 'converter', className, exportName } as const,
    { type: 'header_converter', className, exportName } as const,
  ],
)
