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
  const infos = await validation.validate(config, null, new AbortController().signal)
  return { infos, names: infos.configs.map(({ value }) => value?.name) }
}

const rightKeys = { 'errors.restart.policy': 'on-failure', 'errors.restart.max.attempts': '3' }

test('the keys of restarts are not listed where they are right, so that the body is Java’s', async () => {
  const { infos, names } = await validate(rightKeys)
  expect(names).toEqual((await validate({})).names)
  expect(infos.error_count).toBe((await validate({})).infos.error_count)
})

test('they are where they are wrong, and what they should be is said', async () => {
  const { infos } = await validate({ ...rightKeys, 'errors.restart.policy': 'often' })
  expect(infos.error_count).toBe((await validate({})).infos.error_count + 1)
  const wrong = infos.configs.filter(({ value }) => value?.name.startsWith('errors.restart'))
  expect(wrong).toMatchObject([
    {
      definition: { name: 'errors.restart.policy', type: 'STRING', default_value: 'none' },
      value: {
        value: 'often',
        errors: [
          'Invalid value often for configuration errors.restart.policy: String must be one of: none, on-failure, on-retriable-failure',
        ],
      },
    },
  ])
})
