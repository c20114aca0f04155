import { beforeAll, describe, expect, test } from 'vitest'
import { readFile } from 'node:fs/promises'
import * as connectors from '../../../connectors/jdbc/index.ts'
import type { PluginDescriptor, PluginType } from '../../../src/plugins/plugin-descriptor.ts'
import { PluginRegistry } from '../../../src/plugins/plugin-registry.ts'

interface Entry {
  readonly type: PluginType
  readonly class: string
  readonly export: string
  readonly version: string
}

describe('the JDBC connectors', () => {
  let entries: readonly Entry[]
  let registry: PluginRegistry

  beforeAll(async () => {
    const file = new URL('../../../connectors/jdbc/package.json', import.meta.url)
    const manifest = JSON.parse(await readFile(file, 'utf8')) as {
      readonly sluice: { readonly plugins: readonly Entry[] }
    }
    entries = manifest.sluice.plugins
    registry = new PluginRegistry(
      entries.map(({ type, class: className, version, export: exportName }): PluginDescriptor => {
        const place = { moduleUrl: 'file:///x.js', location: 'classpath' }
        return { type, className, version, aliases: [], exportName, ...place }
      }),
    )
  })

  test('are all exported', () => {
    for (const entry of entries) expect(connectors).toHaveProperty(entry.export)
  })

  test.each([
    'io.confluent.connect.jdbc.JdbcSourceConnector',
    'io.aiven.connect.jdbc.JdbcSourceConnector',
    'io.confluent.connect.jdbc.JdbcSinkConnector',
    'io.aiven.connect.jdbc.JdbcSinkConnector',
    'io.debezium.connector.jdbc.JdbcSinkConnector',
  ])('answer to %s', (className) => {
    expect(registry.connector(className).className).toBe(className)
  })

  test.each([
    ['JdbcSource', 2],
    ['JdbcSourceConnector', 2],
    ['JdbcSink', 3],
    ['JdbcSinkConnector', 3],
  ])('%s means %i classes, and hence none: Java’s sentence names them', (alias, count) => {
    let message = ''
    try {
      registry.connector(alias)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain(
      `More than one connector matches alias ${alias}. Please use full package and class name instead. Classes found: `,
    )
    expect(message.match(/klass=class io\./g)).toHaveLength(count)
  })
})
