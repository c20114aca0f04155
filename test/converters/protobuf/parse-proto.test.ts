import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../../src/api/index.ts'
import { parseProtobufFile, parseProtobufSchema } from '../../../src/converters/protobuf/index.ts'

describe('a file', () => {
  test('may hold all that the language has', () => {
    const file = parseProtobufFile(`
      /* a file */ syntax = 'proto3'; // with comments
      package a . b;
      import public "x.proto"; import weak 'y.proto'; import "google/protobuf/descriptor.proto";
      option java_package = "com.x"; option (my.opt).sub = { a: 1, b: [1, 2]; c < d: -inf > [type.example/T] { } };
      extend google.protobuf.FieldOptions { string tag = 50000; }
      service S { rpc Call (stream M) returns (M) { option (x) = { a: "}" }; } }
      message M {
        option deprecated = true;
        reserved 2, 15, 9 to 11, 40 to max; reserved "foo", "bar";
        extensions 100 to 199 [verification = UNVERIFIED];
        string message = 1 [json_name = "m", deprecated = true];
        .a.b.M.Nested optional = 0x3;
        map < string , Nested > entries = 4;
        oneof choice { option (y) = 1; int32 group = 5; Nested reserved = 6; };
        enum E { option allow_alias = true; ZERO = 0; ALSO = 0 [(z) = "q"]; reserved 5; reserved = -1; option = 010; }
        message Nested { E e = 1; ; }
        repeated E es = 8 [packed = false];
        extend M { int32 more = 100; }
      }
    `)
    expect(file.packageName).toBe('a.b')
    expect(file.imports).toEqual(['x.proto', 'y.proto', 'google/protobuf/descriptor.proto'])
    const [message] = file.messages
    expect(message?.fields.map(({ name, number, typeName }) => [name, number, typeName])).toEqual([
      ['message', 1, 'string'],
      ['optional', 3, '.a.b.M.Nested'],
      ['entries', 4, 'entriesEntry'],
      ['group', 5, 'int32'],
      ['reserved', 6, 'Nested'],
      ['es', 8, 'E'],
    ])
    expect(message?.oneofs).toEqual(['choice'])
    expect(message?.messages.map(({ name }) => name)).toEqual(['Nested'])
    expect(message?.enums[0]?.values).toEqual([
      { name: 'ZERO', number: 0 },
      { name: 'ALSO', number: 0 },
      { name: 'reserved', number: -1 },
      { name: 'option', number: 8 },
    ])
  })

  test('of proto2 has labels and defaults, and its groups are no fields', () => {
    const [message] = parseProtobufFile(`
      message M {
        required string a = 1; optional string b = 2 [default = "x\\n\\x41\\101\\""];
        optional group G = 3 { optional int32 inner = 4; }
        repeated group H = 5 { optional int32 inner = 6; }
        oneof o { group I = 7 { optional int32 inner = 8; } string c = 9; }
        repeated int32 d = 10; repeated int32 e = 11 [packed = true];
      }`).messages
    expect(message?.fields.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(message?.fields[1]?.byDefault).toBe('x\nAA"')
    expect(message?.fields.map(({ packed }) => packed)).toEqual([false, false, false, false, true])
  })

  test('of an edition has its features', () => {
    const [message] = parseProtobufFile(
      'edition = "2023"; option features.field_presence = IMPLICIT; message M { int32 a = 1; int32 b = 2 [features.field_presence = EXPLICIT]; repeated int32 c = 3 [features.repeated_field_encoding = EXPANDED]; }',
    ).messages
    expect(message?.fields.map(({ explicit }) => explicit)).toEqual([false, true, false])
    expect(message?.fields.map(({ packed }) => packed)).toEqual([true, true, false])
  })

  test('finds types in the message, around it and in what it imports', () => {
    const imported = new Map([
      [
        'x.proto',
        parseProtobufFile(
          'syntax = "proto3"; package a; import public "y.proto"; message X { Y y = 1; }',
        ),
      ],
      ['y.proto', parseProtobufFile('syntax = "proto3"; package a; message Y { int32 i = 1; }')],
    ])
    const text =
      'syntax = "proto3"; package a.b; import "x.proto"; message M { X x = 1; Y y = 2; Z z = 3; message Z {} } message Z { int32 top = 1; }'
    const fields = parseProtobufSchema(text, imported).root?.fields ?? []
    const names = fields.map(({ type }) => (typeof type === 'string' ? type : type.fullName))
    expect(names).toEqual(['a.X', 'a.Y', 'a.b.M.Z'])
  })

  test('may import what only its options need', () => {
    const text =
      'syntax = "proto3"; import "validate/validate.proto"; message M { string s = 1 [(validate.rules).string.min_len = 1]; }'
    expect(parseProtobufSchema(text).root?.fields).toHaveLength(1)
  })
})

describe('what is no schema is refused:', () => {
  test.each([
    ['', 'message M {', /it ends in line 1 where a name was expected/],
    ['a missing number', 'message M { string s; }', /";" stands in line 1 where "=" was expected/],
    ['a number that is none', 'message M { string s = x; }', /where an integer was expected/],
    [
      'the number 0',
      'message M { string s = 0; }',
      /field number 0 is not between 1 and 536870911/,
    ],
    ['a huge number', 'message M { string s = 536870912; }', /is not between/],
    ['a type that is not there', 'message M { Foo f = 1; }', /"M.f": "Foo" is not defined/],
    ['another syntax', 'syntax = "proto4";', /its syntax is "proto4"/],
    ['the prototype', 'syntax = "__proto__";', /its syntax is/],
    ['a comment that does not end', '/* message M {}', /"\/" stands in line 1/],
    ['a string that does not end', 'import "x', /no part of the language/],
    [
      'a long string that does not end',
      `import "${'x'.repeat(100_000)}`,
      /no part of the language/,
    ],
    [
      'delimited messages',
      'edition = "2023"; option features.message_encoding = DELIMITED;',
      /DELIMITED/,
    ],
    ['JSON', '{"type":"record"}', /expected/],
    ['Base64 of something else', Buffer.from('\xff\xff\xff').toString('base64'), /Protobuf/],
    ['messages within messages', 'message M {'.repeat(10_000), /too deeply/],
    ['options within options', `option (x) = ${'{a:'.repeat(10_000)}`, /too deeply/],
    ['lists within lists', `option (x) = ${'['.repeat(10_000)}`, /too deeply/],
  ])('%s', (_what, text, message) => {
    const parse = (): unknown => parseProtobufSchema(text)
    expect(parse).toThrow(message)
    expect(parse).toThrow(DataError)
  })

  test('whatever it is, in time that grows with its length', () => {
    const words = fc.constantFrom(
      ...[
        'message',
        'M',
        '{',
        '}',
        '=',
        ';',
        '1',
        '<',
        '>',
        'map',
        'oneof',
        'enum',
        '"x"',
        '[',
        ']',
        '(',
        ')',
        '.',
      ],
      ...[
        'option',
        'repeated',
        'string',
        '/*',
        '*/',
        '//',
        '\n',
        '-',
        ',',
        ':',
        'syntax',
        'extend',
        '__proto__',
      ],
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (list) => {
        try {
          parseProtobufSchema(list.join(' '))
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
        }
      }),
      { numRuns: 2000 },
    )
    const long = `${' '.repeat(200_000)}"${'a'.repeat(200_000)}"${'A'.repeat(200_000)};`
    expect(() => parseProtobufSchema(long)).toThrow(DataError)
    expect(() => parseProtobufSchema('A'.repeat(1_000_000))).toThrow(DataError)
  })
})
