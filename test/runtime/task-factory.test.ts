import { describe, expect, test } from 'vitest'
import type { TaskStart } from '../../src/messages/protocol.ts'
import { builtInPlugins } from '../../src/plugins/built-in-plugins.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { workerTaskFactory } from '../../src/runtime/task-factory.ts'
import { fakeServices } from './fakes.ts'

const bufferBytes = 2 ** 28

const sink = {
  type: 'sink' as const,
  className: 'org.example.MySinkConnector',
  version: '1',
  aliases: [],
  moduleUrl: 'file:///none.js',
  exportName: 'none',
  location: 'none',
}
const plugins = new PluginLoader(new PluginRegistry([...builtInPlugins, sink]))

function start(connector: Record<string, string>, worker: Record<string, string> = {}): TaskStart {
  return {
    id: { connector: 'c', task: 0 },
    type: 'sink',
    connectorClass: 'MySink',
    connectorConfig: { name: 'c', 'connector.class': 'MySink', ...connector },
    taskConfig: {},
    workerConfig: {
      'bootstrap.servers': 'localhost:9092',
      'key.converter': 'String',
      'value.converter': 'String',
      ...worker,
    },
    secrets: [],
    kafkaClusterId: null,
    targetState: 'STARTED',
  }
}

const override = { topics: 't', 'consumer.override.max.poll.records': '1' }

describe('making a task', () => {
  test('is refused where the policy of the worker refuses what the connector overrides', async () => {
    const policy = { 'connector.client.config.override.policy': 'None' }
    await expect(
      workerTaskFactory(plugins, bufferBytes)(start(override, policy), fakeServices()),
    ).rejects.toThrow(
      /Client Config Overrides not allowed \[The 'None' policy does not allow 'max.poll.records' to be overridden/,
    )
    await expect(
      workerTaskFactory(plugins, bufferBytes)(start(override), fakeServices()),
    ).resolves.toBeDefined()
  })

  test('is refused where a sink names neither topics nor a pattern, or a pattern that cannot be read', async () => {
    const create = workerTaskFactory(plugins, bufferBytes)
    await expect(create(start({}), fakeServices())).rejects.toThrow(
      'Must configure one of topics or topics.regex',
    )
    await expect(create(start({ 'topics.regex': '(' }), fakeServices())).rejects.toThrow(/Unclosed/)
  })
})
