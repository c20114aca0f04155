import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { ConfigInfo, ConfigInfos } from '../../src/messages/config-infos.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import type { PluginDescriptor, PluginType } from '../../src/plugins/plugin-descriptor.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { ConnectorValidation } from '../../src/runtime/validation.ts'
import { requireOverridesAllowed } from '../../src/runtime/validation-overrides.ts'

const fixtures = fileURLToPath(new URL('../fixtures/plugins', import.meta.url))
const { plugins } = await discoverPlugins([fixtures])

function odd(type: PluginType, name: string, code: string): PluginDescriptor {
  return {
    type,
    className: `com.example.${name}`,
    version: '1.0',
    aliases: [],
    moduleUrl: `data:text/javascript,${encodeURIComponent(`export class Odd { ${code} }`)}`,
    exportName: 'Odd',
    location: 'file:///odd/',
  }
}

const connector = 'start() {} stop() {} taskClass() {} taskConfigs() {} version() {}'
const noKeys = '{ keys: new Map(), validate: () => [] }'
const registry = new PluginRegistry([
  ...plugins,
  odd('sink', 'NoDefSinkConnector', `${connector} config() { return null }`),
  odd(
    'sink',
    'NoOutcomeSinkConnector',
    `${connector} config() { return ${noKeys} } validate() { return null }`,
  ),
  odd('sink', 'ThrowingSinkConnector', `constructor() { throw new Error('no driver') }`),
  odd(
    'transformation',
    'Broken',
    `config() { throw new Error('no such thing') } configure() {} apply() {}`,
  ),
  odd(
    'converter',
    'OddConverter',
    `fromConnectData() {} toConnectData() {} config() { throw new Error('not now') }`,
  ),
])
const loader = new PluginLoader(registry)
const json = 'org.apache.kafka.connect.json.JsonConverter'

function validate(
  config: Record<string, string | null>,
  worker: Record<string, string> = {},
): Promise<ConfigInfos> {
  const workerConfig = { 'key.converter': json, 'value.converter': json, ...worker }
  const validation = new ConnectorValidation({ loader, workerConfig })
  return validation.validate({ config, pluginName: null }, new AbortController().signal)
}

function infoOf(infos: ConfigInfos, name: string): ConfigInfo | undefined {
  return infos.configs.find(({ definition, value }) => (definition ?? value)?.name === name)
}

function errorsOf(infos: ConfigInfos): Record<string, readonly string[]> {
  const values = infos.configs.map(({ value }) => value).filter((value) => value !== null)
  const faulty = values.filter(({ errors }) => errors.length > 0)
  return Object.fromEntries(faulty.map(({ name, errors }) => [name, errors]))
}

const sink = { name: 'l', 'connector.class': 'LinesSink', topics: 't', file: '/tmp/x' }
const source = { name: 'c', 'connector.class': 'Counter Source', topic: 't' }

describe('the configuration of a stranger’s connector', () => {
  test('is checked by its own copy of the API', async () => {
    expect(errorsOf(await validate(sink))).toEqual({})
    const { file: _file, ...without } = sink
    const infos = await validate(without)
    expect(infos.error_count).toBe(1)
    expect(infoOf(infos, 'file')).toMatchObject({
      definition: { type: 'STRING', required: true },
      value: { errors: ['Set "file".'] },
    })
  })

  test('has the keys of its transformations, with their version', async () => {
    const infos = await validate({
      ...source,
      transforms: 'add',
      'transforms.add.type': 'AddSuffix',
    })
    expect(errorsOf(infos)).toEqual({
      'transforms.add.suffix': [
        'Missing required configuration "transforms.add.suffix" which has no default value.',
      ],
    })
    expect(infoOf(infos, 'transforms.add.plugin.version')?.value?.value).toBe('1.2.0')
    expect(infoOf(infos, 'transforms.add.type')?.value?.recommended_values).toContain(
      'com.example.AddSuffix',
    )
    expect(infos.groups).toContain('Transforms: add')
  })

  test('may not hold null', async () => {
    const infos = await validate({ ...source, 'errors.tolerance': null, unknown: null })
    const rejected = 'Null value can not be supplied as the configuration value.'
    expect(errorsOf(infos)).toEqual({
      'errors.tolerance': [
        'Invalid value null for configuration errors.tolerance: String must be one of: none, all',
        rejected,
      ],
      unknown: [rejected],
    })
    expect(infos.configs[0]).toMatchObject({ definition: null, value: { name: 'unknown' } })
    expect(infos.error_count).toBe(3)
  })

  test.each([
    [
      'NoDefSink',
      'com.example.NoDefSinkConnector.config() must return a ConfigDef that is not null.',
    ],
    [
      'NoOutcomeSink',
      'com.example.NoOutcomeSinkConnector.validate() must return a Config that is not null.',
    ],
    ['ThrowingSink', /^Plugin com\.example\.ThrowingSinkConnector .* has no start, stop/],
  ])('cannot be checked where %s misbehaves, which is said', async (name, message) => {
    await expect(validate({ ...sink, 'connector.class': name })).rejects.toThrow(message)
  })

  test('reports a transformation or converter that does not tell its keys', async () => {
    const infos = await validate({
      ...source,
      transforms: 'b',
      'transforms.b.type': 'com.example.Broken',
      'value.converter': 'OddConverter',
    })
    expect(errorsOf(infos)).toEqual({
      'transforms.b.type': [
        'Invalid value class com.example.Broken for configuration transforms.b.type: Error getting config definition from Transformation: no such thing',
      ],
      'value.converter': ['Failed to load ConfigDef from value converter: not now'],
    })
  })

  test('may ask for versions that are not there', async () => {
    const infos = await validate({
      ...source,
      'value.converter': json,
      'value.converter.plugin.version': '9.9',
      'header.converter.plugin.version': '[1',
    })
    expect(errorsOf(infos)).toEqual({
      'value.converter': [
        `Plugin ${json} not found that matches the version range [9.9,9.9], available versions: [4.3.1, 4.3.1]`,
      ],
      'value.converter.plugin.version': [
        `Plugin ${json} not found that matches the version range [9.9,9.9], available versions: [4.3.1, 4.3.1]`,
      ],
      'header.converter.plugin.version': ['Unbounded range: [1'],
    })
  })
})

describe('what a connector overrides of its clients', () => {
  const policy = 'connector.client.config.override.policy'

  test.each([
    ['None', 2],
    ['Principal', 1],
    ['Allowlist', 1],
    ['All', 0],
  ])('is subject to the policy %s', async (name, errors) => {
    const worker = { [policy]: name, 'connector.client.config.override.allowlist': 'linger.ms' }
    const overrides = {
      'producer.override.linger.ms': '5',
      'producer.override.sasl.jaas.config': 'secret',
    }
    const infos = await validate({ ...source, ...overrides }, worker)
    expect(infos.error_count).toBe(errors)
    expect(JSON.stringify(infos)).not.toContain('secret')
    const login = infoOf(infos, 'producer.override.sasl.jaas.config')
    expect(login?.value?.value).toBe('[hidden]')
  })

  test('is refused in Java’s words, and again when a task starts', async () => {
    const config = { ...sink, 'consumer.override.max.poll.records': '5' }
    const message =
      "The 'None' policy does not allow 'max.poll.records' to be overridden in the connector configuration."
    const infos = await validate(config, { [policy]: 'None' })
    expect(errorsOf(infos)).toEqual({ 'consumer.override.max.poll.records': [message] })
    const services = { loader, workerConfig: { [policy]: 'None' } }
    const plugin = registry.connector('LinesSink')
    await expect(requireOverridesAllowed(services, plugin, config)).rejects.toThrow(
      `Client Config Overrides not allowed [${message}]`,
    )
    await requireOverridesAllowed({ loader, workerConfig: {} }, plugin, config)
  })

  test('counts only for the clients it has', async () => {
    const none = { [policy]: 'None' }
    const admin = { 'admin.override.retries': '3', 'consumer.override.fetch.min.bytes': '1' }
    expect((await validate({ ...source, ...admin }, none)).error_count).toBe(0)
    const creates = { ...source, ...admin, 'topic.creation.default.partitions': '1' }
    expect((await validate(creates, none)).error_count).toBe(1)
    const queue = { ...sink, ...admin, 'errors.deadletterqueue.topic.name': 'dead' }
    expect((await validate(queue, none)).error_count).toBe(2)
    const kept = { ...source, ...admin, 'errors.deadletterqueue.topic.name': 'dead' }
    expect((await validate(kept, none)).error_count).toBe(1)
  })
})

test('the keys of a dead letter queue are checked for a source, too', async () => {
  const key = 'errors.deadletterqueue.topic.replication.factor'
  expect(errorsOf(await validate({ ...source, [key]: 'many' }))).toEqual({
    [key]: [`Invalid value many for configuration ${key}: Not a number of type SHORT`],
  })
})

test('a dead letter queue may not match what its sink reads', async () => {
  const { topics: _topics, ...rest } = sink
  const queue = { 'topics.regex': 'd.*', 'errors.deadletterqueue.topic.name': ' dead ' }
  expect(errorsOf(await validate({ ...rest, ...queue }))).toEqual({
    'topics.regex': [
      "The DLQ topic 'dead' may not be matched by the regex for the topics ('topics.regex=d.*') consumed by the connector",
    ],
  })
})

test('a pattern for topics that takes a dead letter queue too long is told', async () => {
  const { topics: _topics, ...rest } = sink
  const dead = 'x'.repeat(200)
  const queue = { 'topics.regex': '(x+x+)+y', 'errors.deadletterqueue.topic.name': dead }
  expect(errorsOf(await validate({ ...rest, ...queue }))).toEqual({
    'topics.regex': [expect.stringMatching(/^The regular expression .* needs too many steps/)],
  })
})

test('without a class the configuration is printed, but none of its secrets (invariant 8)', async () => {
  await expect(validate({ name: 'x', 'db.password': 'hunter2' })).rejects.toThrow(
    /^Connector config \{(?=.*name=x)(?=.*db\.password=\[hidden\])[^}]*\} contains no connector type$/,
  )
})
