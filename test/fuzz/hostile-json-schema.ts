import { DataError } from '../../src/errors/connect-error.ts'
import {
  Decimal,
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  ConnectTimestamp,
} from '../../src/api/index.ts'
import { JsonSchemaData } from '../../src/converters/json-schema/json-schema-data.ts'
import { JsonSchemaConverter } from '../../src/converters/registry/json-schema-converter.ts'
import type {
  RegisteredSchema,
  SchemaRegistry,
} from '../../src/converters/registry/registry-client.ts'
import type { Decoder } from './fuzz.ts'

const order = SchemaBuilder.struct()
  .name('com.x.Order')
  .field('id', INT64_SCHEMA)
  .field('small', SchemaBuilder.int8().optional().build())
  .field('f', SchemaBuilder.float32().build())
  .field('name', OPTIONAL_STRING_SCHEMA)
  .field('raw', SchemaBuilder.bytes().build())
  .field('list', SchemaBuilder.array(INT32_SCHEMA).build())
  .field('map', SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build())
  .field('pairs', SchemaBuilder.map(INT32_SCHEMA, STRING_SCHEMA).build())
  .field('dec', Decimal.schema(2_147_483_647))
  .field('at', ConnectTimestamp.SCHEMA)
  .field('__proto__', OPTIONAL_STRING_SCHEMA)
  .build()

/** A choice of which each level of a document is looked ahead at, and which contains itself. */
const tree =
  '{"title":"Tree","anyOf":[{"type":"string"},{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}}},{"type":"object","properties":{"a":{"$ref":"#"}}}]}'
/** To hold a document against it, each level might be tried twice. */
const doubling =
  '{"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["y"]},{"properties":{"a":{"$ref":"#"},"x":{"type":"integer"}}}],"type":"object"}'

const samples: readonly (readonly [string, readonly string[]])[] = [
  [
    new JsonSchemaData().fromConnectSchema(order).text,
    [
      '{"id":9007199254740993,"small":-7,"f":1.5,"name":"Größe","raw":"AQI=","list":[1,2],"map":{"a":1,"__proto__":2},"pairs":[{"key":1,"value":"x"}],"dec":"AQ==","at":1700000000000,"__proto__":null}',
      '{"id":1}',
    ],
  ],
  [tree, ['{"a":{"b":{"a":"x"},"a":"y"}}', '"leaf"', '{"a":'.repeat(60) + '"x"' + '}'.repeat(60)]],
  [doubling, ['{"a":{"a":{"x":1}}}', '{"x":1}']],
  [
    '{"type":"object","properties":{"v":{},"w":true}}',
    ['{"v":{"x":[1,2.50,"a",{"y":null}]},"w":1e3}'],
  ],
  ['{"type":["null","string","integer"],"enum":["a",1,null]}', ['"a"', 'null', '1']],
  ['{"type":"array","items":{"type":"number","multipleOf":0.01},"uniqueItems":true}', ['[1.25,2]']],
  ['{"type":"string","pattern":"^(a+)+$"}', ['"aaa"']],
]

const registered: readonly RegisteredSchema[] = samples.map(([schema], id) => ({
  ...{ type: 'JSON', schema, references: [], hasRules: false, version: 1 },
  ...{ id, guid: null },
}))

function find(id: number | null): Promise<RegisteredSchema> {
  const found = registered.find((schema) => schema.id === id)
  return found === undefined
    ? Promise.reject(new DataError('There is no such schema.'))
    : Promise.resolve(found)
}

/** Answers at once, out of its memory, and takes any schema. */
const unused = (): Promise<never> => Promise.reject(new DataError('It is not asked this here.'))
const registry: SchemaRegistry = {
  register: (_subject, asked) =>
    Promise.resolve({ ...asked, id: 99, guid: null, version: 1, hasRules: false }),
  lookup: (_subject, { schema }) =>
    find(registered.find((each) => each.schema === schema)?.id ?? null),
  byId: (id) => find(id),
  byGuid: unused,
  latest: unused,
  latestWithMetadata: unused,
  version: unused,
  associations: unused,
  close: () => undefined,
}

/** A document as it stands in a topic, behind the id of its schema. */
function framed(id: number, document: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from(document)])
}

function converterDecoder(
  name: string,
  config: Readonly<Record<string, string>>,
  parts: readonly Buffer[],
): Decoder {
  const converter = new JsonSchemaConverter(() => registry)
  converter.configure({ 'schema.registry.url': 'http://localhost', ...config }, false)
  return {
    name: `JsonSchemaConverter, ${name}`,
    samples: samples.flatMap(([, documents], id) =>
      documents.map((document) => framed(id, document)),
    ),
    parts,
    errors: [DataError],
    // What was tried in vain is kept until all has been tried.
    mostRatio: 4000,
    decode: async (bytes) => {
      const { schema, value } = await converter.toConnectData('t', null, bytes)
      try {
        return [value, await converter.fromConnectData('t', null, schema, value)]
      } catch (error) {
        if (error instanceof DataError) return [value, error.message]
        throw error
      }
    },
  }
}

/** Keywords that lead back, to nowhere, or to more than there is. */
const keywords = [
  ...[
    '"$ref":"#"',
    '"$ref":"#/properties/a"',
    '"$ref":"#/$defs/%zz"',
    '"$ref":"http://x/y"',
    '"$id":"#id1"',
  ],
  ...[
    '"$schema":"https://json-schema.org/draft/2020-12/schema"',
    '"$dynamicRef":"#a"',
    '"$anchor":"a"',
  ],
  ...[
    '"$schema":"http://json-schema.org/draft-04/schema#"',
    '"exclusiveMinimum":true',
    '"id":"a b"',
  ],
  ...['"connect.type":"map"', '"connect.type":"int8"', '"connect.type":5', '"connect.index":1e99'],
  ...[
    '"connect.parameters":{"__proto__":"x"}',
    '"connect.version":-1',
    '"title":null',
    '"default":{"__proto__":1}',
  ],
  ...[
    '"enum":[{"a":1},[],1e999]',
    '"const":{"__proto__":1}',
    '"type":["array","null"]',
    '"items":[{}]',
  ],
  ...[
    '"properties":{"__proto__":{"type":"string"}}',
    '"additionalProperties":{"$ref":"#"}',
    '"required":5',
  ],
  ...[
    '"pattern":"(a+)+$"',
    '"pattern":"("',
    '"multipleOf":0',
    '"minLength":-1',
    '"allOf":[{"$ref":"#"}]',
  ],
].map((text) => Buffer.from(text))

/** What a registry could answer as the text of a schema: mapped both ways, compared, and made a reader and a validator. */
function schemas(parts: readonly Buffer[]): Decoder {
  const config = { 'json.fail.invalid.schema': 'true', 'preserve.additional.properties': 'true' }
  return {
    name: 'schemas of JSON Schema',
    samples: samples.map(([text]) => Buffer.from(text)),
    parts: [...parts, ...keywords],
    errors: [DataError],
    // A validator is code.
    mostRatio: 20_000,
    decode: (bytes) => {
      const data = new JsonSchemaData(config)
      const json = data.parse(bytes.toString(), [])
      const { schema } = data.decoder(json, 1)
      const again = data.fromConnectSchema(schema)
      return [again.text, data.incompatibilities(again, json), json.title]
    },
  }
}

export function jsonSchemaDecoders(parts: readonly Buffer[]): readonly Decoder[] {
  return [
    converterDecoder('as it is', {}, parts),
    converterDecoder(
      'all kept',
      { 'preserve.additional.properties': 'true', 'decimal.format': 'NUMERIC' },
      parts,
    ),
    converterDecoder(
      'all checked',
      { 'json.fail.invalid.schema': 'true', 'json.indent.output': 'true' },
      parts,
    ),
    schemas(parts),
  ]
}
