import { DataError } from '../../src/errors/connect-error.ts'
import { ProtobufData, parseProtobufSchema } from '../../src/converters/protobuf/index.ts'
import { ProtobufConverter } from '../../src/converters/registry/protobuf-converter.ts'
import type { Decoder } from './fuzz.ts'
import { framed, memoryRegistry } from './memory-registry.ts'

interface Sample {
  readonly text: string
  readonly data: readonly Buffer[]
}

const hex = (text: string, ...data: readonly string[]): Sample => ({
  text,
  data: data.map((each) => Buffer.from(each, 'hex')),
})
const imports = [
  ...[
    'google/protobuf/timestamp.proto',
    'google/protobuf/wrappers.proto',
    'google/type/date.proto',
  ],
  ...['google/type/timeofday.proto', 'confluent/type/decimal.proto'],
].map((file) => `import "${file}";`)

/** Schemas of which few bytes could claim much, and messages of each, their indexes before them. */
const samples: readonly Sample[] = [
  hex(
    'syntax = "proto3"; message All { int64 a = 1; sint64 b = 2; string c = 3; bytes d = 4; repeated int32 e = 5; map<string, All2> f = 6; oneof g { bool h = 7; double i = 8; } optional float j = 9; E k = 10; message All2 { repeated string l = 1; fixed64 m = 536870911; } enum E { A = 0; B = 5; } }',
    '000880808080808080801010ffffffffffffffffff011a074772c3b6c39f652202ff002a0301ac02' +
      '32170a016b12120a01780a00f9ffffff0f050000000000000041000000000000f83f4d0000c03f5005',
    '00',
    '0400000a0178f9ffffff0f0500000000000000',
  ),
  hex(
    'syntax = "proto3"; message R { repeated In i = 1; message In { int32 a = 1; int32 b = 2; string c = 3; } }',
    '000a000a020801',
  ),
  hex(
    'syntax = "proto3"; message R { map<int64, In> m = 1; message In { map<string, int32> n = 1; } }',
    '000a0b080112070a050a01611001',
  ),
  hex(
    `syntax = "proto3"; ${imports.join(' ')} message R { google.protobuf.Timestamp a = 1; google.type.Date b = 2; google.type.TimeOfDay c = 3; confluent.type.Decimal d = 4; google.protobuf.StringValue e = 5; repeated confluent.type.Decimal f = 6; }`,
    '000a0c08a5facdac0610808c8d9e02120708e80f100218011a02081722080a02009c10031802' +
      '2a030a0178320b0a0105100118ffffffff07',
  ),
  hex(
    'syntax = "proto2"; message R { required int32 a = 1 [default = 5]; optional E b = 2; repeated group G = 3 { optional int32 c = 4; } enum E { A = 1; } }',
    '00080110011b20011c',
  ),
  hex(
    'Cgd4LnByb3RvEgF4In0KAU0SDAoBYRgBIAEoBVIBYRpeCgJJbhIcCgFtGAEgAygLMg4ueC5NLkluLk1FbnRyeVIBbRo6CgZNRW50cnkSEAoDa2V5GAEgASgJUgNrZXkSGgoFdmFsdWUYAiABKAsyBC54Lk1SBXZhbHVlOgI4ASIKCgFFEgUKAUEQAGIGcHJvdG8z',
    '000801',
    '0400000a050a016b1200',
  ),
]

export const protobufTexts: readonly string[] = samples.map(({ text }) => text)

const converter = new ProtobufConverter(() => memoryRegistry('PROTOBUF', protobufTexts))
converter.configure({ 'schema.registry.url': 'http://localhost' }, false)

/** Groups in groups, varints that do not end, lengths and indexes beyond all bytes, and messages that hold themselves. */
const parts = [
  ...[
    '0b'.repeat(150),
    'ff'.repeat(12),
    '0affffffff0f',
    '0affffffff07',
    'feffffff0f',
    '0a00'.repeat(200),
  ],
  ...['0a020a00', '0c', '07', '00', '1a02c328', '80'.repeat(9) + '7f'],
].map((each) => Buffer.from(each, 'hex'))

export const protobufDecoder: Decoder = {
  name: 'ProtobufConverter',
  samples: samples.flatMap(({ data }, id) => data.map((datum) => framed(id, datum))),
  parts,
  errors: [DataError],
  decode: async (bytes) => (await converter.toConnectData('t', null, bytes)).value,
}

/** What a registry could answer as the text of a schema: parsed, mapped and made a reader, and written again. */
export const protobufSchemas: Decoder = {
  name: 'schemas of Protobuf',
  samples: protobufTexts.map((text) => Buffer.from(text)),
  parts: [
    ...[
      'message M { M m = 1; }',
      '{'.repeat(200),
      'map<',
      '/*',
      '*/',
      '"',
      '[(x) = {',
      'oneof',
      '__proto__',
    ],
    ...[
      '536870911',
      '0x',
      '-1',
      'option (a).b = ',
      'import "google/protobuf/struct.proto";',
      'repeated group',
    ],
  ].map((text) => Buffer.from(text)),
  errors: [DataError],
  decode: (bytes) => {
    const { root } = parseProtobufSchema(bytes.toString())
    if (root === null) return null
    const data = new ProtobufData({ 'scrub.invalid.names': 'true' })
    const { schema } = data.decoder(root)
    return data.fromConnectSchema(schema).text
  },
}
