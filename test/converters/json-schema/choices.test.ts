import { describe, expect, test } from 'vitest'
import { DataError } from '../../../src/api/index.ts'
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'

function read(json: unknown, text: string): unknown {
  const data = new JsonSchemaData()
  return data.decoder(data.parse(JSON.stringify(json), [])).decode(Buffer.from(text)).value
}

describe('of a choice', () => {
  const struct = (...names: readonly string[]): unknown => ({
    type: 'object',
    properties: Object.fromEntries(
      names.map((name) => [name, name === 'in' ? struct('x', 'y') : { type: 'integer' }]),
    ),
  })

  test.each<[string, readonly unknown[], string, string]>([
    [
      'the first whose type fits',
      [{ type: 'string' }, { type: 'integer' }, { type: 'number' }],
      '5',
      '1=5',
    ],
    [
      'a number where the integer does not',
      [{ type: 'integer' }, { type: 'number' }],
      '5.5',
      '1=5.5',
    ],
    [
      'the struct with most members',
      [struct('a'), struct('a', 'b')],
      '{"a":1,"b":2}',
      '1=Struct{a=1,b=2}',
    ],
    ['the first of two with as many', [struct('a'), struct('a')], '{"a":1}', '0=Struct{a=1}'],
    [
      'those within counted',
      [struct('a', 'b'), struct('a', 'in')],
      '{"a":1,"b":1,"in":{"x":1,"y":2}}',
      '1=Struct{a=1,in=Struct{x=1,y=2}}',
    ],
    [
      'a map before a struct',
      [
        struct('a'),
        { type: 'object', 'connect.type': 'map', additionalProperties: { type: 'integer' } },
      ],
      '{"a":1}',
      '1={a=1}',
    ],
    [
      'bytes where no text is',
      [{ type: 'string', 'connect.type': 'bytes' }, { type: 'integer' }],
      '"AQ=="',
      '0=java.nio.HeapByteBuffer[pos=0 lim=1 cap=1]',
    ],
  ])('is read %s', (_what, oneOf, text, expected) => {
    const value = read({ oneOf }, text)
    expect(String(value).replaceAll('io.confluent.connect.json.OneOf.field.', '')).toContain(
      expected.startsWith('0=java') ? '0=' : `Struct{${expected}}`,
    )
  })

  test('nothing is read that no schema takes', () => {
    expect(() => read({ oneOf: [{ type: 'string' }, struct('a')] }, '5')).toThrow(
      'Did not find matching oneof field for data',
    )
    expect(() => read({ oneOf: [{ type: 'string' }, struct('a')] }, '{"z":1}')).toThrow(DataError)
  })

  test('the one that is set is written', () => {
    const data = new JsonSchemaData()
    const json = data.parse(
      JSON.stringify({ oneOf: [{ type: 'string' }, { type: 'null' }, struct('a')] }),
      [],
    )
    const decoder = data.decoder(json)
    for (const text of ['"x"', '{"a":1}', 'null']) {
      const { value } = decoder.decode(Buffer.from(text))
      expect(data.encoder(decoder.schema, json).encode(value).toString()).toBe(text)
    }
  })
})
