import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as plugin from '../../../connectors/file/index.ts'
import type { ConfigDef, SourceOffsetChange } from '../../../src/api/index.ts'

interface KeyInfo {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: string
  readonly documentation: string
  readonly group: string | null
  readonly width: string
  readonly display_name: string
}

/** What `GET /connector-plugins/{name}/config` of Java's worker says about these connectors' own keys. */
const javaKeys = JSON.parse(
  readFileSync(new URL('../../fixtures/file/config.json', import.meta.url), 'utf8'),
) as Record<'FileStreamSource' | 'FileStreamSink', KeyInfo[]>

function keysOf(def: ConfigDef): Partial<KeyInfo>[] {
  return [...def.keys.values()].map((key) => ({
    name: key.name,
    type: key.type,
    required: !key.hasDefault,
    default_value: typeof key.default === 'number' ? String(key.default) : null,
    importance: key.importance,
    documentation: key.documentation,
    group: key.group,
    width: key.width,
    display_name: key.displayName,
  }))
}

const source = new plugin.FileStreamSourceConnector()
const sink = new plugin.FileStreamSinkConnector()

describe('the file connectors', () => {
  test.each([
    ['FileStreamSource', source],
    ['FileStreamSink', sink],
  ] as const)("%s has Java's keys and texts", (name, connector) => {
    for (const [index, key] of keysOf(connector.config()).entries()) {
      expect(javaKeys[name][index]).toMatchObject(key)
    }
    expect(connector.config().keys.size).toBe(javaKeys[name].length)
  })

  test('are what the manifest names', () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../../../connectors/file/package.json', import.meta.url), 'utf8'),
    ) as { sluice: { plugins: { class: string; export: keyof typeof plugin; version: string }[] } }
    const named = manifest.sluice.plugins.map(
      ({ class: className, export: exportName, version }) => {
        const connector = new plugin[exportName]()
        expect(connector.version()).toBe(version)
        return [className, connector.taskClass().className]
      },
    )
    expect(named).toEqual([
      [
        'org.apache.kafka.connect.file.FileStreamSourceConnector',
        'org.apache.kafka.connect.file.FileStreamSourceTask',
      ],
      [
        'org.apache.kafka.connect.file.FileStreamSinkConnector',
        'org.apache.kafka.connect.file.FileStreamSinkTask',
      ],
    ])
  })

  test('make one task as a source and as many as allowed as a sink', () => {
    const props = { file: 'f', topic: 't', name: 'n' }
    source.start(props)
    sink.start(props)
    expect(source.taskConfigs()).toEqual([props])
    expect(sink.taskConfigs(3)).toEqual([props, props, props])
  })

  test.each([
    [{ file: 'f', topic: 't' }, 'SUPPORTED'],
    [{ file: '', topic: 't' }, 'UNSUPPORTED'],
    [{ topic: 't' }, 'UNSUPPORTED'],
  ])('say of %j that exactly once is %s', (props, support) => {
    expect(source.exactlyOnceSupport(props)).toBe(support)
  })

  test.each([
    [{ 'line.max.bytes': '12' }, ['line.max.bytes']],
    [{ 'line.max.bytes': 'x', 'batch.size': 'y' }, ['batch.size', 'line.max.bytes']],
    [{ topic: '' }, ['topic']],
    [{}, []],
  ])('find the mistakes in %j', (props, names) => {
    const values = source.validate({ file: 'f', topic: 't', ...props })
    expect(
      values.filter((value) => value.errorMessages.length > 0).map(({ name }) => name),
    ).toEqual(names)
  })
})

describe('altering offsets of the file source', () => {
  const props = { file: 'f', topic: 't' }
  const partition = { filename: 'f' }

  const noPosition = "Offset objects should either be null or contain the key 'position'"
  const noLong = "The value for the 'position' key in the offset is expected to be a Long value"
  const negative = "The value for the 'position' key in the offset should be a non-negative value"

  test.each<[SourceOffsetChange, string]>([
    [{ partition: null, offset: { x: 1 } }, noPosition],
    [{ partition: null, offset: { position: '5' } }, noLong],
    [{ partition: null, offset: { position: 1.5 } }, noLong],
    [{ partition: null, offset: { position: null } }, noLong],
    [{ partition: null, offset: { position: -1 } }, negative],
    [{ partition: null, offset: { position: -(2n ** 60n) } }, negative],
    [{ partition: null, offset: { position: 1 } }, 'Partition objects cannot be null'],
    [
      { partition: { file: 'f' }, offset: { position: 1 } },
      "Partition objects should contain the key 'filename'",
    ],
  ])("refuses %o in Java's words, at the first mistake", (change, message) => {
    const good = { partition, offset: { position: 0 } }
    expect(() => source.alterOffsets(props, [good, change])).toThrow(message)
  })

  test.each([[{ topic: 't' }], [{ file: '', topic: 't' }]])(
    'refuses all of them for standard input: %j',
    (config) => {
      expect(() => source.alterOffsets(config, [])).toThrow(
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.",
      )
    },
  )

  test.each<[SourceOffsetChange]>([
    [{ partition, offset: { position: 0 } }],
    [{ partition, offset: { position: 2n ** 60n } }],
    [{ partition: { filename: 'another' }, offset: { position: 7 } }],
    [{ partition: null, offset: null }],
  ])('accepts %o', (change) => {
    expect(source.alterOffsets(props, [change])).toBe(true)
    expect(sink.alterOffsets()).toBe(true)
  })
})
