import { describe, expect, test } from 'vitest'
import { nearestByWords } from '../../src/plugins/near-names.ts'
import type { PluginDescriptor, PluginType } from '../../src/plugins/plugin-descriptor.ts'
import { PluginRegistry, PluginVersionError } from '../../src/plugins/plugin-registry.ts'

function plugin(
  type: PluginType,
  className: string,
  more: Partial<PluginDescriptor> = {},
): PluginDescriptor {
  return {
    type,
    className,
    version: '4.3.1',
    aliases: [],
    moduleUrl: `file:///plugins/${className}.js`,
    exportName: 'Plugin',
    location: 'classpath',
    ...more,
  }
}

const file = 'org.apache.kafka.connect.file'
const transforms = 'org.apache.kafka.connect.transforms'
const registry = new PluginRegistry([
  plugin('header_converter', 'org.apache.kafka.connect.storage.SimpleHeaderConverter'),
  plugin('converter', 'org.apache.kafka.connect.json.JsonConverter'),
  plugin('header_converter', 'org.apache.kafka.connect.json.JsonConverter'),
  plugin('converter', 'org.apache.kafka.connect.converters.ByteArrayConverter'),
  plugin('predicate', `${transforms}.predicates.TopicNameMatches`),
  plugin('transformation', `${transforms}.RegexRouter`),
  plugin('transformation', `${transforms}.Cast$Value`),
  plugin('transformation', `${transforms}.Cast$Key`),
  plugin('transformation', `${transforms}.HoistField$Key`),
  plugin('transformation', `${transforms}.HoistField$Value`),
  plugin('config_provider', 'org.apache.kafka.common.config.provider.FileConfigProvider'),
  plugin('source', `${file}.FileStreamSourceConnector`, { aliases: ['File Stream Source'] }),
  plugin('sink', `${file}.FileStreamSinkConnector`, { aliases: ['File Stream Sink'] }),
  plugin('source', 'com.example.Connector'),
])

describe('a plugin is found by', () => {
  test.each([
    [`${file}.FileStreamSourceConnector`, `${file}.FileStreamSourceConnector`],
    ['FileStreamSourceConnector', `${file}.FileStreamSourceConnector`],
    ['FileStreamSource', `${file}.FileStreamSourceConnector`],
    ['File Stream Source', `${file}.FileStreamSourceConnector`],
    [' FileStreamSink ', `${file}.FileStreamSinkConnector`],
    ['Json', 'org.apache.kafka.connect.json.JsonConverter'],
    ['JsonConverter', 'org.apache.kafka.connect.json.JsonConverter'],
    ['ByteArray', 'org.apache.kafka.connect.converters.ByteArrayConverter'],
    ['Simple', 'org.apache.kafka.connect.storage.SimpleHeaderConverter'],
    ['RegexRouter', `${transforms}.RegexRouter`],
    [`${transforms}.Cast$Key`, `${transforms}.Cast$Key`],
    ['File', 'org.apache.kafka.common.config.provider.FileConfigProvider'],
    ['Connector', 'com.example.Connector'],
    [`${transforms}.Cast`, `${transforms}.Cast`],
  ])('%j', (name, className) => {
    expect(registry.resolveClass(name)).toBe(className)
  })

  test.each(['Key', 'Value', 'Cast$Value', 'filestreamsource', '', 'com.example.Nope'])(
    'no such name as %j',
    (name) => {
      expect(registry.resolveClass(name)).toBeNull()
    },
  )

  test('an alias of two classes is none, and is told', () => {
    expect([...registry.ambiguousAliases]).toEqual(['Key', 'Value'])
  })
})

test('plugins are listed in the order of the REST API', () => {
  expect(registry.plugins.slice(0, 5).map(({ type, className }) => [type, className])).toEqual([
    ['sink', `${file}.FileStreamSinkConnector`],
    ['source', 'com.example.Connector'],
    ['source', `${file}.FileStreamSourceConnector`],
    ['transformation', `${transforms}.Cast$Key`],
    ['transformation', `${transforms}.Cast$Value`],
  ])
})

describe('a connector that is not there', () => {
  const java =
    `available connectors are: PluginDesc{klass=class com.example.Connector, name='com.example.Connector', ` +
    `version='4.3.1', encodedVersion=4.3.1, type=source, typeName='source', location='classpath'}, ` +
    `PluginDesc{klass=class ${file}.FileStreamSinkConnector, `

  test.each([
    ['FileStreamSuorce', `Did you mean ${file}.FileStreamSourceConnector`],
    ['org.acme.FileStreamSourceConector', `Did you mean ${file}.FileStreamSourceConnector`],
    ['io.confluent.connect.jdbc.JdbcSinkConnector', 'A Java plugin cannot run here: '],
  ])('%s: Java’s sentence, and then advice', (name, advice) => {
    const find = (): PluginDescriptor => registry.connector(name)
    expect(find).toThrow(
      `Failed to find any class that implements Connector and which name matches ${name}, ${java}`,
    )
    expect(find).toThrow(advice)
  })

  test('a converter is not one', () => {
    expect(() => registry.connector('JsonConverter')).toThrow(
      'Failed to find any class that implements Connector and which name matches JsonConverter',
    )
  })

  test('an alias of several connectors lists them', () => {
    const twins = new PluginRegistry([
      plugin('source', 'a.MySourceConnector'),
      plugin('source', 'b.MySourceConnector'),
    ])
    expect(() => twins.connector('MySource')).toThrow(
      /^More than one connector matches alias MySource\. Please use full package and class name instead\. Classes found: .*a\.My.*b\.My/,
    )
  })

  test('a class of another kind is refused with the names of the right kind', () => {
    expect(() => registry.find('converter', 'RegexRouter')).toThrow(
      /^Failed to find any class that implements Converter and which name matches RegexRouter, available converters are: .*ByteArrayConverter/,
    )
  })
})

describe('of several versions of one class', () => {
  const versions = new PluginRegistry([
    plugin('sink', 'a.SomeSinkConnector', { version: '1.10.0' }),
    plugin('sink', 'a.SomeSinkConnector', { version: '1.9.0' }),
    plugin('sink', 'a.SomeSinkConnector', { version: '2.0.0-rc1' }),
    plugin('sink', 'a.SomeSinkConnector', { version: '1.9.0', location: 'file:///plugins/a/' }),
  ])

  test.each([
    [null, '2.0.0-rc1'],
    ['latest', '2.0.0-rc1'],
    ['[1.0,2.0)', '2.0.0-rc1'],
    ['[1.0,1.99]', '1.10.0'],
    ['(,1.10.0)', '1.9.0'],
    ['1.9', '1.9.0'],
    ['[1.9],[1.10]', '1.10.0'],
  ])('%s means %s', (range, expected) => {
    expect(versions.connector('SomeSink', range).version).toBe(expected)
  })

  test('the copy on plugin.path wins over ours at equal versions', () => {
    expect(versions.plugins.map((it) => [it.version, it.location])).toEqual([
      ['1.9.0', 'file:///plugins/a/'],
      ['1.10.0', 'classpath'],
      ['2.0.0-rc1', 'classpath'],
    ])
  })

  test('none in the range is an error that lists them', () => {
    expect(() => versions.connector('SomeSink', '[9.0,)')).toThrow(PluginVersionError)
    expect(() => versions.connector('SomeSink', '9.9.9')).toThrow(
      'Plugin a.SomeSinkConnector not found that matches the version range [9.9.9,9.9.9], available versions: [1.9.0, 1.10.0, 2.0.0-rc1]',
    )
    expect(() => versions.connector('SomeSink', '[1.0')).toThrow('[1.0')
  })
})

test.each([
  ['confluentinc-kafka-connect-jdbc kafka-connect-jdbc-10.7.4.jar', 'x.JdbcSinkConnector'],
  ['connect-file-4.3.1.jar', `${file}.FileStreamSinkConnector`],
  ['kafka-connect-1.0.jar', null],
])('nearest to %s is %s', (jar, expected) => {
  const known = [`${file}.FileStreamSinkConnector`, 'x.JdbcSinkConnector']
  expect(nearestByWords(jar, known)).toBe(expected)
})
