import { expect, test } from 'vitest'
import { bytesText } from '../../src/runtime/failure-text.ts'
import { rememberSecret } from '../../src/util/secrets.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const string = 'org.apache.kafka.connect.storage.StringConverter'
const avro = 'io.confluent.connect.avro.AvroConverter'
const long = 'org.apache.kafka.connect.converters.LongConverter'
const registry = Buffer.from('000000002a0261', 'hex')

test.each([
  {
    converter: json,
    bytes: registry,
    says: /schema id 42\).* Set value.converter to the converter of the registry.*AvroConverter/,
  },
  {
    converter: avro,
    bytes: Buffer.from('{"a":1}'),
    says: /7b …\) look like JSON. Set value.converter=\S*JsonConverter with value.converter.schemas.enable=false/,
  },
  { converter: avro, bytes: registry, says: /value.converter.schema.registry.url/ },
  {
    converter: json,
    bytes: Buffer.from('{"a":1}'),
    says: /set value.converter.schemas.enable=false/,
  },
  {
    converter: avro,
    bytes: Buffer.from('{"schema":null,"payload":1}'),
    says: /Set value.converter=\S*JsonConverter\.$/,
  },
  {
    converter: json,
    bytes: Buffer.from('hello'),
    says: /text in UTF-8. Set value.converter=\S*StringConverter/,
  },
  {
    converter: string,
    bytes: Buffer.from('hello'),
    says: /^The value: 5 bytes look like text in UTF-8\.$/,
  },
  {
    converter: json,
    bytes: Buffer.from('000000000000002a', 'hex'),
    says: /a number of 8 bytes.*LongConverter/,
  },
  {
    converter: long,
    bytes: Buffer.from('ffff', 'hex'),
    says: /^The value: 2 bytes look like a number of 2 bytes\.$/,
  },
  { converter: json, bytes: Buffer.from('1f8b0800', 'hex'), says: /gzip. No converter reads that/ },
  {
    converter: json,
    bytes: Buffer.from('fdfcfb0102', 'hex'),
    says: /^The value: 5 bytes look like binary data\.$/,
  },
])('$converter is told what $bytes.length bytes look like', ({ converter, bytes, says }) => {
  expect(bytesText(converter, { role: 'value', bytes }, false)).toMatch(says)
})

test('the key has the keys of its own converter, and content is shown where it may be', () => {
  const given = { role: 'key', bytes: Buffer.from('secret') } as const
  expect(bytesText(json, given, false)).not.toContain('73 65')
  expect(bytesText(json, given, true)).toContain('(73 65 63 72 65 74)')
  expect(bytesText(json, given, true)).toContain('key.converter=')
})

test('bytes that hold a secret are not shown, in hex either', () => {
  rememberSecret('Secret-of-failure-text')
  const given = { role: 'value', bytes: Buffer.from('id=Secret-of-failure-text') } as const
  expect(bytesText(json, given, true)).toMatch(/^The value: 25 bytes look like text in UTF-8\./)
})
