import { expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { ConnectorValidation } from '../../src/runtime/validation.ts'

const fixtures = fileURLToPath(new URL('../fixtures/worker-plugins', import.meta.url))
const { plugins } = await discoverPlugins([fixtures])
const loader = new PluginLoader(new PluginRegistry(plugins))
const json = 'org.apache.kafka.connect.json.JsonConverter'
const workerConfig = { 'key.converter': json, 'value.converter': json }

async function validate(more: Record<string, string>) {
  const validation = new ConnectorValidation({ loader, workerConfig })
  const config = { name: 'a', 'connector.class': 'UnrulySource', ...more }
  const infos = await validation.validate(
    { config, pluginName: null },
    new AbortController().signal,
  )
  return { infos, names: infos.configs.map(({ value }) => value?.name) }
}

const rightKeys = {
  'errors.restart.policy': 'on-failure',
  'errors.restart.max.attempts': '3',
  'task.isolation': 'thread',
  'task.heap.mb': '64',
}

test('keys that Java does not know are not listed where they are right, so that the body is Java’s', async () => {
  const { infos, names } = await validate(rightKeys)
  expect(names).toEqual((await validate({})).names)
  expect(infos.error_count).toBe((await validate({})).infos.error_count)
})

test.each([
  [
    { name: 'errors.restart.policy', type: 'STRING', default_value: 'none' },
    'often',
    'String must be one of: none, on-failure, on-retriable-failure',
  ],
  [
    { name: 'task.isolation', type: 'STRING', default_value: 'shared' },
    'process',
    'String must be one of: shared, thread',
  ],
  [{ name: 'task.heap.mb', type: 'INT', default_value: null }, '8', 'Value must be at least 16'],
])(
  'they are where they are wrong, and what they should be is said: %j',
  async (definition, value, why) => {
    const { name } = definition
    const { infos } = await validate({ ...rightKeys, [name]: value })
    expect(infos.error_count).toBe((await validate({})).infos.error_count + 1)
    const wrong = infos.configs.filter((info) => info.value && info.value.name in rightKeys)
    const errors = [`Invalid value ${value} for configuration ${name}: ${why}`]
    expect(wrong).toMatchObject([{ definition, value: { value, errors } }])
  },
)
