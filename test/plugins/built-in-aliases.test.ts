import { afterEach, expect, test } from 'vitest'
import { parseType, setClassResolver } from '../../src/config/parse-type.ts'
import { simpleNameOf } from '../../src/plugins/aliases.ts'
import { builtInPlugins } from '../../src/plugins/built-in-plugins.ts'
import type { PluginDescriptor } from '../../src/plugins/plugin-descriptor.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'

const registry = new PluginRegistry(builtInPlugins)
const kafkas = registry.plugins
  .map(({ className }) => className)
  .filter((name) => name.startsWith('org.apache.kafka.') && !name.includes('$'))

afterEach(() => setClassResolver((name) => name))

test.each(kafkas)('%s answers to its simple name, whatever else comes with the worker', (name) => {
  expect(registry.resolveClass(simpleNameOf(name))).toBe(name)
})

test('of the plugins that come with the worker few have the same simple name', () => {
  const names = ['Key', 'TombstoneHandler', 'TopicRegexRouter', 'Value']
  expect([...registry.ambiguousAliases].toSorted()).toEqual(names)
})

test.each([
  ['TombstoneHandler', 'com.acme.TombstoneHandler', 'transformation'],
  ['EventRouter', 'com.acme.EventRouter', 'transformation'],
  ['Avro', 'com.acme.AvroConverter', 'converter'],
] as const)('%s is that of an installed plugin, as in Java', (alias, className, type) => {
  const [other] = builtInPlugins
  if (other === undefined) throw new Error('There are no plugins.')
  const own: PluginDescriptor = {
    ...other,
    type,
    className,
    aliases: [],
    location: '/plugins/acme',
  }
  const all = new PluginRegistry([...builtInPlugins, own])
  expect(registry.resolveClass(alias)).not.toBe(className)
  expect(all.resolveClass(alias)).toBe(className)
})

test('a short name of several classes is refused with their names', () => {
  expect(new PluginLoader(registry).registry).toBe(registry)
  expect(() => parseType('transforms.a.type', 'TombstoneHandler', 'CLASS')).toThrow(
    'Class TombstoneHandler could not be found. It is the short name of io.aiven.kafka.connect.transforms.TombstoneHandler ' +
      'and of io.confluent.connect.transforms.TombstoneHandler: give the full name.',
  )
  expect(() => parseType('transforms.a.type', 'Key', 'CLASS')).toThrow(/could not be found\.?$/)
})
