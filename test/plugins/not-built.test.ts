import { afterEach, expect, test } from 'vitest'
import { parseType, setClassResolver } from '../../src/config/parse-type.ts'
import { builtInPlugins } from '../../src/plugins/built-in-plugins.ts'
import { alternativeTo } from '../../src/plugins/not-built.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'

const registry = new PluginRegistry([...builtInPlugins])

afterEach(() => setClassResolver((name) => name))

test.each(['Filter', 'ContentBasedRouter'])(
  'who names Debezium’s %s is told of classes that there are',
  (name) => {
    const className = `io.debezium.transforms.${name}`
    expect(new PluginLoader(registry).registry).toBe(registry)
    expect(() => parseType('transforms.a.type', className, 'CLASS')).toThrow(
      `Class ${className} could not be found. It evaluates scripts`,
    )
    const named = alternativeTo(className)?.match(/(?:org|io)\.[\w.$]+\w/g) ?? []
    expect(named).toHaveLength(2)
    expect(named.filter((other) => registry.resolveClass(other) === null)).toEqual([])
  },
)

test('of any other class nothing is known', () => {
  expect(alternativeTo('io.debezium.transforms.Nothing')).toBeNull()
})
