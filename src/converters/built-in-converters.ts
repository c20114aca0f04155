/** The converters that come with the worker, known without importing them: discovery loads no plugin. */

/** One built-in plugin: its kind, its Java class name and the name of its export in `module`. */
export interface BuiltInConverter {
  readonly type: 'converter' | 'header_converter'
  readonly className: string
  readonly exportName: string
  readonly module: ConverterModule
}

/** Who needs no registry loads nothing of what speaks to one. */
export type ConverterModule = 'index' | 'avro' | 'json-schema' | 'protobuf'

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

/** Most serve as both kinds; SimpleHeaderConverter is for headers alone, and those over a registry are for keys and values. */
export const builtInConverters: readonly BuiltInConverter[] = [
  ...Object.entries(classNames).flatMap(([exportName, className]): BuiltInConverter[] => [
    { type: 'converter', className, exportName, module: 'index' },
    { type: 'header_converter', className, exportName, module: 'index' },
  ]),
  {
    type: 'header_converter',
    className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    exportName: 'SimpleHeaderConverter',
    module: 'index',
  },
  {
    type: 'converter',
    className: 'io.confluent.connect.avro.AvroConverter',
    exportName: 'AvroConverter',
    module: 'avro',
  },
  {
    type: 'converter',
    className: 'io.confluent.connect.json.JsonSchemaConverter',
    exportName: 'JsonSchemaConverter',
    module: 'json-schema',
  },
  {
    type: 'converter',
    className: 'io.confluent.connect.protobuf.ProtobufConverter',
    exportName: 'ProtobufConverter',
    module: 'protobuf',
  },
]
