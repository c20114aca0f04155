import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readRaw } from '../support/raw-records.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'

const prefix = topicPrefix('versions')
const bootstrapServers = inject('bootstrapServers')
let dir: ScratchDir
let sluice: Sluice

/** A source of one record, a transformation, a predicate and a converter, which all write their version into it. */
const code = `
import { SourceConnector, SourceRecord, SourceTask, configDef } from 'sluice/api'
import manifest from './version.js'

const version = manifest
class EchoTask extends SourceTask {
  static className = 'com.example.EchoTask'
  version() { return version }
  start(props) { this.topic = props.topic }
  poll() {
    const { topic } = this
    if (topic === null) return null
    this.topic = null
    return [new SourceRecord({}, {}, topic, null, null, null, null, 'source ' + version)]
  }
  stop() {}
}
export class EchoSourceConnector extends SourceConnector {
  version() { return version }
  config() { return configDef({
    topic: { type: 'string', importance: 'high', doc: 'Topic of version ' + version + '.' } }) }
  start(props) { this.props = props }
  taskClass() { return EchoTask }
  taskConfigs() { return [this.props] }
  stop() {}
}
export class Stamp {
  config() { return configDef({}) }
  configure() {}
  apply(record) { return record.newRecord({ value: record.value + ', transformation ' + version }) }
}
export class Is {
  config() { return configDef({ version: { type: 'string', importance: 'low', doc: 'Which.' } }) }
  configure(props) { this.wanted = props.version }
  test() { return this.wanted === version }
}
export class StampConverter {
  configure() {}
  fromConnectData(topic, headers, schema, value) {
    return Buffer.from(value + ', converter ' + version)
  }
  toConnectData() { return { schema: null, value: null } }
}`

const kinds = [
  ['source', 'EchoSourceConnector'],
  ['transformation', 'Stamp'],
  ['predicate', 'Is'],
  ['converter', 'StampConverter'],
] as const

async function install(version: string): Promise<void> {
  const folder = dir.file(`plugins/echo-${version}`)
  await mkdir(folder, { recursive: true })
  const plugins = kinds.map(([type, name]) => {
    return { type, class: `com.example.${name}`, module: './index.js', export: name }
  })
  const manifest = { name: 'echo', version, type: 'module', sluice: { plugins } }
  await writeFile(`${folder}/package.json`, JSON.stringify(manifest))
  await writeFile(`${folder}/version.js`, `export default '${version}'`)
  await writeFile(`${folder}/index.js`, code)
}

beforeAll(async () => {
  dir = await scratchDir()
  for (const version of ['1.9', '1.10', '2.0-rc1']) await install(version)
  sluice = await Sluice.start({
    dir,
    bootstrapServers,
    properties: {
      ...stringConverters,
      'plugin.path': dir.file('plugins'),
      'offset.storage.file.filename': dir.file('offsets'),
    },
  })
})
afterAll(async () => {
  await sluice[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

/** The first record of a connector with these settings. */
async function recordOf(name: string, more: Record<string, string>): Promise<string> {
  const topic = `${prefix}${name}`
  const config = {
    ...{ 'connector.class': 'EchoSource', 'tasks.max': '1', topic },
    ...{ transforms: 't', 'transforms.t.type': 'com.example.Stamp', ...more },
  }
  await sluice.request('PUT', `/connectors/${name}/config`, {
    ...config,
    'value.converter': 'StampConverter',
  })
  await sluice.running(name)
  const [record] = await readRaw(bootstrapServers, topic, 1)
  return Buffer.from(record?.value ?? []).toString()
}

describe('of a plugin in several versions', () => {
  test('each connector runs those it asks for, side by side', async () => {
    expect(await recordOf('newest', {})).toBe(
      'source 2.0-rc1, transformation 2.0-rc1, converter 2.0-rc1',
    )
    const pinned = {
      'connector.plugin.version': '1.9',
      'transforms.t.plugin.version': '[1.0,2.0-alpha)',
      'value.converter.plugin.version': '[2.0-rc1,)',
      'transforms.t.predicate': 'p',
      predicates: 'p',
      'predicates.p.type': 'Is',
      'predicates.p.plugin.version': '(,1.9]',
      'predicates.p.version': '1.9',
    }
    expect(await recordOf('pinned', pinned)).toBe(
      'source 1.9, transformation 1.10, converter 2.0-rc1',
    )
    expect(await recordOf('unfit', { ...pinned, 'predicates.p.plugin.version': '2.0-rc1' })).toBe(
      'source 1.9, converter 2.0-rc1',
    )
    const versionOf = async (name: string): Promise<unknown> => {
      const { connector, tasks } = await sluice.get<{
        connector: { version: string }
        tasks: { version: string }[]
      }>(`/connectors/${name}/status`)
      return [connector.version, tasks[0]?.version]
    }
    expect(await versionOf('newest')).toEqual(['2.0-rc1', '2.0-rc1'])
    expect(await versionOf('pinned')).toEqual(['1.9', '1.9'])
  })

  test('all are listed, and the keys of each can be asked for', async () => {
    const listed = await sluice.get<{ class: string; version: string }[]>('/connector-plugins')
    expect(
      listed.filter((it) => it.class === 'com.example.EchoSourceConnector').map((it) => it.version),
    ).toEqual(['1.9', '1.10', '2.0-rc1'])
    const docOf = async (query: string): Promise<string | undefined> => {
      const keys = await sluice.get<{ documentation: string }[]>(
        `/connector-plugins/EchoSource/config${query}`,
      )
      return keys[0]?.documentation
    }
    expect(await docOf('')).toBe('Topic of version 2.0-rc1.')
    expect(await docOf('?version=1.9')).toBe('Topic of version 1.9.')
    expect(await docOf('?version=%5B1,2)')).toBe('Topic of version 2.0-rc1.')
    await expect(docOf('?version=3')).rejects.toThrow(
      'Plugin com.example.EchoSourceConnector not found that matches the version range [3,3], available versions: [1.9, 1.10, 2.0-rc1]',
    )
  })

  test('one that is not there is refused with those that are', async () => {
    const refused = recordOf('refused', { 'transforms.t.plugin.version': '7' })
    await expect(refused).rejects.toThrow('400')
  })
})
