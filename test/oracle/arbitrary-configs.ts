import fc from 'fast-check'
import type { ConnectorConfig } from '../../src/api/index.ts'
import { names } from './arbitrary-records.ts'

type Configs = fc.Arbitrary<ConnectorConfig>

const list = (elements: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.uniqueArray(elements, { maxLength: 3 }).map((parts) => parts.join(','))
const flag = fc.constantFrom('true', 'false')
const types = fc.constantFrom(
  ...[
    'int8',
    'int16',
    'INT32',
    'int64',
    'float32',
    'float64',
    'boolean',
    'string',
    'bytes',
    'int9',
  ],
)
const replaceNull = { 'replace.null.with.default': flag }

/** Keys that may be left out. */
function optionally(keys: Record<string, fc.Arbitrary<string>>, required: string[] = []): Configs {
  return fc.record(keys, { requiredKeys: required })
}

const spec = fc.oneof(
  types,
  list(fc.tuple(names, types).map((pair) => pair.join(':'))),
  list(
    fc.oneof(
      types,
      fc.tuple(names, types).map((pair) => pair.join(':')),
    ),
  ),
)

/** Transformations of Java's with configurations for them, wrong ones among them. */
export const chains: readonly { readonly name: string; readonly configs: Configs }[] = [
  { name: 'Cast$Value', configs: optionally({ spec, ...replaceNull }, ['spec']) },
  { name: 'Cast$Key', configs: optionally({ spec: types, ...replaceNull }, ['spec']) },
  { name: 'DropHeaders', configs: optionally({ headers: list(names) }) },
  {
    name: 'ExtractField$Value',
    configs: optionally(
      {
        field: fc.oneof(
          fc.constantFrom('a', 'b', 'c'),
          fc.constantFrom('a.b', 'a.b.c', '`d.e`', '.', 'a.', '`a', 'b.`d.e`'),
        ),
        'field.syntax.version': fc.constantFrom('V1', 'V2', 'v2'),
        ...replaceNull,
      },
      ['field'],
    ),
  },
  { name: 'Flatten$Value', configs: optionally({ delimiter: fc.constantFrom('.', '_', '') }) },
  {
    name: 'HeaderFrom$Key',
    configs: optionally(
      {
        fields: list(names),
        headers: list(fc.constantFrom('h', 'g')),
        operation: fc.constantFrom('move', 'copy'),
        ...replaceNull,
      },
      ['fields', 'headers', 'operation'],
    ),
  },
  { name: 'HoistField$Value', configs: optionally({ field: names }, ['field']) },
  {
    name: 'InsertField$Value',
    configs: optionally({
      'topic.field': fc.constantFrom('t', 't!', 'a?', '!'),
      'partition.field': fc.constantFrom('p', 'p!', 'b'),
      'offset.field': fc.constantFrom('o', 'o!'),
      'timestamp.field': fc.constantFrom('s', 's!', 'c'),
      ...replaceNull,
    }),
  },
  {
    name: 'InsertField$Key',
    configs: optionally({ 'static.field': fc.constantFrom('f', 'f!'), 'static.value': names }, [
      'static.field',
      'static.value',
    ]),
  },
  {
    name: 'InsertHeader',
    configs: optionally({ header: names, 'value.literal': fc.constantFrom('1', 'x', '[1,2]', '') }),
  },
  {
    name: 'MaskField$Value',
    configs: optionally(
      {
        fields: list(names),
        replacement: fc.constantFrom('x', '300', '1.9', '-1'),
        ...replaceNull,
      },
      ['fields'],
    ),
  },
  {
    name: 'RegexRouter',
    configs: optionally(
      {
        regex: fc.constantFrom('.*', 't|topic', '(.)(.*)', '(?<n>t.*)', '(?i)T', '(', 'my\\.(.*)'),
        replacement: fc.constantFrom('x', '$0', '$1-$2', '${n}', '$', '\\$x', '$x', '\\'),
      },
      ['regex', 'replacement'],
    ),
  },
  {
    name: 'ReplaceField$Value',
    configs: optionally({
      exclude: list(names),
      include: list(names),
      renames: list(fc.constantFrom('a:x', 'b:y', 'a', 'd.e:z', ':q')),
      ...replaceNull,
    }),
  },
  {
    name: 'SetSchemaMetadata$Value',
    configs: optionally({
      'schema.name': fc.constantFrom('n', ''),
      'schema.version': fc.constantFrom('1', '-1'),
      ...replaceNull,
    }),
  },
  {
    name: 'TimestampConverter$Value',
    configs: optionally(
      {
        field: fc.constantFrom('', 'a', 'b', 'c'),
        'target.type': fc.constantFrom('string', 'unix', 'Date', 'Time', 'Timestamp'),
        format: fc.constantFrom('yyyy-MM-dd', "yyyyMMdd'T'HHmmss.SSS", 'MMM d yyyy', 'bogus', ' '),
        'unix.precision': fc.constantFrom(
          ...['nanoseconds', 'microseconds', 'milliseconds', 'seconds'],
        ),
        ...replaceNull,
      },
      ['target.type'],
    ),
  },
  {
    name: 'TimestampRouter',
    configs: optionally({
      'topic.format': fc.constantFrom(
        '${topic}-${timestamp}',
        '${timestamp}${timestamp}',
        '$1${x}',
      ),
      'timestamp.format': fc.constantFrom('yyyyMMdd', 'yyyy-MM', "'$&'HH"),
    }),
  },
  { name: 'ValueToKey', configs: optionally({ fields: list(names), ...replaceNull }, ['fields']) },
]
