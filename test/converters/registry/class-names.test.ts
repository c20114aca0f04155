import { afterAll, beforeAll, expect, test } from 'vitest'
import { setClassResolver } from '../../../src/config/parse-type.ts'
import { parseRegistryConfig } from '../../../src/converters/registry/registry-config.ts'

// As in every thread of a worker: a CLASS key names a plugin, and these are none.
beforeAll(() => setClassResolver(() => null))
afterAll(() => setClassResolver((name) => (name === '' ? null : name)))

const confluent = 'io.confluent.kafka.serializers'

function parse(key: string, value: string): unknown {
  const url = { 'schema.registry.url': 'http://localhost:8081' }
  return parseRegistryConfig({ ...url, [key]: value })[key as 'key.subject.name.strategy']
}

test.each([
  ['key.subject.name.strategy', `${confluent}.subject.TopicNameStrategy`],
  ['value.subject.name.strategy', `${confluent}.subject.RecordNameStrategy`],
  ['value.subject.name.strategy', `${confluent}.subject.TopicRecordNameStrategy`],
  ['value.subject.name.strategy', `${confluent}.subject.AssociatedNameStrategy`],
  ['key.schema.id.serializer', `${confluent}.schema.id.PrefixSchemaIdSerializer`],
  ['value.schema.id.serializer', `${confluent}.schema.id.HeaderSchemaIdSerializer`],
  ['key.schema.id.deserializer', `${confluent}.schema.id.DualSchemaIdDeserializer`],
  ['value.schema.id.deserializer', `${confluent}.schema.id.PrefixSchemaIdDeserializer`],
  ['context.name.strategy', `${confluent}.context.NullContextNameStrategy`],
])('%s may be %s, though no plugin is called so', (key, className) => {
  expect(parse(key, ` ${className} `)).toBe(className)
})

test('another class is refused, with those there are', () => {
  expect(() => parse('value.subject.name.strategy', 'x.Own')).toThrow(
    /^Invalid value x.Own for configuration value.subject.name.strategy: Class x.Own could not be found. Expected \S*\.TopicNameStrategy, /,
  )
})
