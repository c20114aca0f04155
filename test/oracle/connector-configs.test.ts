import path from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ConfigInfo, ConfigInfos } from '../../src/messages/config-infos.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { unnamedCall } from '../../src/runtime/named-call.ts'
import { pluginConfig } from '../../src/runtime/plugin-config.ts'
import { ConnectorValidation } from '../../src/runtime/validation.ts'
import { installKafka } from '../services/kafka/install.ts'
import { root } from '../services/paths.ts'
import { connectorConfigs } from './arbitrary-connectors.ts'
import { useOracle } from './data-oracle.ts'
import { failure, isFailure } from './failures.ts'

const answers = useOracle('ConfigOracle')
const versions = ['1.0', '1.9', '1.10', '2.0-rc1']
const fixtures = fileURLToPath(new URL('../fixtures/gadgets', import.meta.url))
const { plugins } = await discoverPlugins([fixtures])
const registry = new PluginRegistry(plugins)
const loader = new PluginLoader(registry)
const ours = new Set(plugins.map((plugin) => plugin.className))
const json = 'org.apache.kafka.connect.json.JsonConverter'
const policy = 'connector.client.config.override.policy'
let pluginPath: string

beforeAll(async () => {
  ;({ pluginPath } = await installKafka())
})

function worker(more: Record<string, string> = {}): Record<string, string> {
  return {
    'bootstrap.servers': 'localhost:1',
    'key.converter': json,
    'value.converter': json,
    'offset.storage.file.filename': path.join(root, 'no-such-offsets'),
    ...more,
  }
}

function ask(
  op: string,
  workerConfig: Record<string, string>,
  questions: readonly unknown[],
): Promise<readonly unknown[]> {
  const sources = path.join(root, 'test/oracle/java/Gadgets.java')
  const request = { op, worker: workerConfig, pluginPath, gadgets: sources, versions }
  return answers(request, questions)
}

describe('any configuration of a connector is validated as Java’s herder validates it', () => {
  test.each([
    ['all overrides', worker({ [policy]: 'All' })],
    [
      'no overrides, and converters in versions',
      worker({
        ...{ [policy]: 'None', 'key.converter': 'gadgets.Gadgets$GadgetConverter' },
        'key.converter.plugin.version': '[1.0,1.9]',
        'key.converter.converter.needed': '1',
        'header.converter': 'gadgets.Gadgets$GadgetHeaderConverter',
      }),
    ],
    ['overrides of the principal', worker({ [policy]: 'Principal' })],
  ])('with %s', async (_what, workerConfig) => {
    const validation = new ConnectorValidation({ loader, workerConfig })
    await fc.assert(
      fc.asyncProperty(
        fc.array(connectorConfigs, { minLength: 10, maxLength: 10 }),
        async (list) => {
          const java = await ask('connector', workerConfig, list)
          for (const [at, config] of list.entries()) {
            const signal = new AbortController().signal
            const mine = await validation
              .validate({ config, pluginName: null }, signal)
              .catch((error: unknown) => failure(error))
            expect(comparable(mine), JSON.stringify(config)).toEqual(comparable(java[at]))
          }
        },
      ),
      { numRuns: 12, endOnFailure: true },
    )
  })
})

test.each(versions.flatMap((version) => [`[${version}]`, `(,${version})`]))(
  'the keys of plugins in version %s are Java’s',
  async (version) => {
    const names = [...ours].filter((name) => name.startsWith('gadgets.'))
    const questions = names.map((name) => ({ name, version }))
    const java = await ask('pluginConfig', worker(), questions)
    for (const [at, { name }] of questions.entries()) {
      const mine: unknown = await pluginConfig(
        loader,
        { pluginName: name, version },
        unnamedCall,
      ).catch((error: unknown) => failure(error))
      expect({ name, result: messageOf(mine) }).toEqual({ name, result: messageOf(java[at]) })
    }
  },
)

function messageOf(outcome: unknown): unknown {
  return isFailure(outcome) ? outcome.message : outcome
}

function comparable(outcome: unknown): unknown {
  if (isFailure(outcome)) return core(outcome.message ?? '')
  const infos = outcome as ConfigInfos
  return { ...infos, configs: infos.configs.map(withoutOwnTexts) }
}

/** Java names exceptions that it had before. Ours adds who was probably meant, and has other plugins to list; what prints a whole configuration hides its secrets. */
function core(message: string): string {
  return message
    .replace(/^(?:[\w.]+Exception: )+/, '')
    .replace(/available connectors are: .*/s, '')
    .replace(/^Connector config \{.*\}/s, 'Connector config {}')
}

/** Of a client's keys texts and defaults are ours; and what is not installed here is recommended by nobody. */
function withoutOwnTexts({ definition, value }: ConfigInfo): unknown {
  const isOverride = definition?.name.includes('.override.') ?? false
  const recommended = value?.recommended_values.filter(isKnownToBoth)
  return {
    definition: isOverride
      ? { ...definition, documentation: '', default_value: '', importance: '', width: '' }
      : definition,
    value: value && { ...value, recommended_values: recommended },
  }
}

function isKnownToBoth(name: string): boolean {
  if (/^(?:io|com)\./.test(name)) return false
  return !name.startsWith('org.apache.kafka') || ours.has(name)
}
