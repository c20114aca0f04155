import { expect, test } from 'vitest'
import {
  ConnectTimestamp,
  Decimal,
  INT64_SCHEMA,
  INT8_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { textOf } from './support.ts'

const struct = (name: string | null, fields: Readonly<Record<string, Schema>>): Schema => {
  const builder = SchemaBuilder.struct()
  if (name !== null) builder.name(name)
  for (const [field, schema] of Object.entries(fields)) builder.field(field, schema)
  return builder.build()
}
const withTag = (builder: SchemaBuilder, tag: number): Schema =>
  builder.parameter('io.confluent.connect.protobuf.Tag', String(tag)).build()

test('is the text that Java prints, to the last blank', () => {
  const inner = struct('x.Inner', {
    d: Decimal.builder(2).parameter('connect.decimal.precision', '9').build(),
  })
  const color = SchemaBuilder.string()
    .name('x.Color')
    .parameter('io.confluent.connect.protobuf.Enum', 'Color')
    .parameter('io.confluent.connect.protobuf.Enum.RED', '0')
    .parameter('io.confluent.connect.protobuf.Enum.BLUE', '5')
    .build()
  const union = SchemaBuilder.struct()
    .name('io.confluent.connect.protobuf.Union.choice')
    .field('s', withTag(SchemaBuilder.string(), 11))
    .field('n', withTag(SchemaBuilder.int64(), 12))
    .optional()
    .build()
  const schema = struct('com.x.Order', {
    id: INT64_SCHEMA,
    tiny: INT8_SCHEMA,
    at: ConnectTimestamp.SCHEMA,
    inner,
    color,
    choice_0: union,
    tags: SchemaBuilder.map(STRING_SCHEMA, inner).name('tags').build(),
  })
  expect(textOf(schema)).toBe(
    [
      'syntax = "proto3";',
      'package com.x;',
      '',
      'import "google/protobuf/timestamp.proto";',
      'import "confluent/type/decimal.proto";',
      '',
      'message Order {',
      '  int64 id = 1;',
      '  int32 tiny = 2 [(confluent.field_meta) = {',
      '    params: [',
      '      {',
      '        key: "connect.type",',
      '        value: "int8"',
      '      }',
      '    ]',
      '  }];',
      '  google.protobuf.Timestamp at = 3;',
      '  Inner inner = 4;',
      '  Color color = 5;',
      '  repeated tagsEntry tags = 7;',
      '',
      '  oneof choice {',
      '    string s = 11;',
      '    int64 n = 12;',
      '  }',
      '',
      '  message Inner {',
      '    confluent.type.Decimal d = 1 [(confluent.field_meta) = {',
      '      params: [',
      '        {',
      '          value: "9",',
      '          key: "precision"',
      '        },',
      '        {',
      '          value: "2",',
      '          key: "scale"',
      '        }',
      '      ]',
      '    }];',
      '  }',
      '  message tagsEntry {',
      '    string key = 1;',
      '    Inner value = 2;',
      '  ',
      '    message Inner {',
      '      confluent.type.Decimal d = 1 [(confluent.field_meta) = {',
      '        params: [',
      '          {',
      '            value: "9",',
      '            key: "precision"',
      '          },',
      '          {',
      '            value: "2",',
      '            key: "scale"',
      '          }',
      '        ]',
      '      }];',
      '    }',
      '  }',
      '  enum Color {',
      '    RED = 0;',
      '    BLUE = 5;',
      '  }',
      '}',
      '',
    ].join('\n'),
  )
})
