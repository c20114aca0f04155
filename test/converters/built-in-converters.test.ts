import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { javaToString } from '../../src/api/index.ts'
import type { ConfigDef, Converter, HeaderConverter } from '../../src/api/index.ts'
import { builtInConverters } from '../../src/converters/built-in-converters.ts'
import * as converters from '../../src/converters/index.ts'
import { AvroConverter } from '../../src/converters/registry/avro-converter.ts'
import { JsonSchemaConverter } from '../../src/converters/registry/json-schema-converter.ts'
import { builtInPlugins, loadBuiltIn } from '../../src/plugins/built-in-plugins.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'

interface Exchange {
  readonly path: string
  readonly json: unknown
}

const exchanges: readonly Exchange[] = readFileSync(
  new URL('../fixtures/java-connect/rest/standalone/09-plugins.jsonl', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Exchange)

function construct(exportName: string): Converter & HeaderConverter {
  const constructor = (converters as Record<string, unknown>)[exportName] as new () => Converter &
    HeaderConverter
  return new constructor()
}

function answerTo(path: string): unknown {
  return exchanges.find((exchange) => exchange.path === path)?.json
}

/** The keys as `GET /connector-plugins/{name}/config` shows them. */
function described(def: ConfigDef): unknown[] {
  return [...def.keys.values()].map((key) => ({
    name: key.name,
    type: key.type,
    required: !key.hasDefault,
    default_value: key.default === null ? null : javaToString(key.default),
    importance: key.importance,
    documentation: key.documentation,
    group: key.group,
    order_in_group: key.orderInGroup,
    width: key.width,
    display_name: key.displayName,
    dependents: key.dependents,
  }))
}

const recordedConfigs = builtInConverters.filter(
  ({ className }) => answerTo(`/connector-plugins/${className}/config`) !== undefined,
)

describe('the configuration of a converter is what Java shows', () => {
  test.each(recordedConfigs)('$type $className', ({ className, exportName }) => {
    const expected = answerTo(`/connector-plugins/${className}/config`)
    const config = construct(exportName).config?.()
    expect(config && described(config)).toEqual(expected)
  })

  test('for String, ByteArray, Json, Long and SimpleHeader at least', () => {
    expect(new Set(recordedConfigs.map(({ exportName }) => exportName)).size).toBe(5)
  })
})

/** Those that stand in Kafka itself; those over a registry are Confluent's. */
const ofKafka = builtInConverters.filter(({ className }) => className.startsWith('org.apache.'))

test('every converter that Java lists is there, and no other of Kafka’s', () => {
  const listed = answerTo('/connector-plugins?connectorsOnly=false') as {
    class: string
    type: string
  }[]
  const ofJava = listed.filter(({ type }) => type === 'converter' || type === 'header_converter')
  const names = (list: readonly { type: string; className: string }[]): string[] =>
    list.map(({ type, className }) => `${type} ${className}`).sort()
  expect(names(ofKafka)).toEqual(
    names(ofJava.map((plugin) => ({ type: plugin.type, className: plugin.class }))),
  )
})

test('every converter has the methods of its kind', () => {
  for (const { type, exportName } of ofKafka) {
    const methods =
      type === 'converter'
        ? ['fromConnectData', 'toConnectData']
        : ['fromConnectHeader', 'toConnectHeader']
    for (const method of methods) expect(construct(exportName)).toHaveProperty(method)
  }
})

test.each([
  ['io.confluent.connect.avro.AvroConverter', AvroConverter],
  ['AvroConverter', AvroConverter],
  ['Avro', AvroConverter],
  ['io.confluent.connect.json.JsonSchemaConverter', JsonSchemaConverter],
  ['JsonSchemaConverter', JsonSchemaConverter],
  ['JsonSchema', JsonSchemaConverter],
])('a converter over a registry is loaded as %s', async (name, converter) => {
  const registry = new PluginRegistry([...builtInPlugins])
  expect(await loadBuiltIn(registry.find('converter', name))).toBe(converter)
})
