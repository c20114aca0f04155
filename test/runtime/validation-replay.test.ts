import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { throwIfInvalid } from '../../src/herder/validation-message.ts'
import { httpStatusOf } from '../../src/errors/rest-error.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../../src/messages/config-infos.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { unnamedCall } from '../../src/runtime/named-call.ts'
import { pluginConfig } from '../../src/runtime/plugin-config.ts'
import { ConnectorValidation } from '../../src/runtime/validation.ts'
import { differenceOf } from '../rest/replay/differences.ts'

/** Answers of the Java worker: what plugins it has keys for, and what it says of configurations. */

interface Call {
  readonly id: string
  readonly note: string
  readonly path: string
  readonly reqBody: unknown
  readonly status: number
  readonly json: unknown
}

function recorded(file: string): Call[] {
  const url = new URL(`../fixtures/java-connect/rest/standalone/${file}.jsonl`, import.meta.url)
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call)
}

const { plugins } = await discoverPlugins([])
const registry = new PluginRegistry(plugins)
const loader = new PluginLoader(registry)
const json = 'org.apache.kafka.connect.json.JsonConverter'
const validation = new ConnectorValidation({
  loader,
  workerConfig: { 'key.converter': json, 'value.converter': json },
})
const ours = new Set(plugins.map((plugin) => plugin.className))

const isKafkas = (name: string): boolean => name.startsWith('org.apache.kafka.')
const ofOthers = new Set(
  plugins.map(({ className }) => className).filter((name) => !isKafkas(name)),
)

function isKnownToBoth(name: string): boolean {
  if (ofOthers.has(name)) return false
  return !isKafkas(name) || ours.has(name)
}

/** What the recorded worker had beside ours is not recommended by ours, and it had no built-in plugins but Kafka's. */
function withoutForeignClasses(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member: unknown) =>
      key === 'recommended_values' && Array.isArray(member)
        ? member.filter((name: string) => isKnownToBoth(name))
        : member,
    ),
  )
}

describe('GET /connector-plugins/{plugin}/config', () => {
  const calls = recorded('09-plugins').filter((call) => call.path.includes('/config'))
  const classOf = (path: string): string => decodeURIComponent(path.split('/')[2] ?? '')
  const builtIn = calls.filter(
    ({ path, status }) => status !== 200 || registry.findListed(classOf(path)) !== null,
  )

  test.each(builtIn)('$id $path', async ({ id, path, status, json: expected }) => {
    const version = new URL(path, 'http://localhost').searchParams.get('version')
    const name = classOf(path.replace(/\?.*/, ''))
    if (status === 200) {
      const keys: readonly ConfigKeyInfo[] = await pluginConfig(
        loader,
        { pluginName: name, version },
        unnamedCall,
      )
      const without = differenceOf(id)?.apart?.without ?? ((body: unknown) => body)
      expect(without(keys)).toEqual(without(expected))
      expect(JSON.stringify(without(keys))).toBe(JSON.stringify(without(expected)))
      return
    }
    const error: unknown = await pluginConfig(
      loader,
      { pluginName: name, version },
      unnamedCall,
    ).catch((it: unknown) => it)
    expect({ status: httpStatusOf(error), message: (error as Error).message }).toEqual({
      status,
      message: (expected as { message: string }).message,
    })
  })
})

/** What we say of a client's keys is about our clients, not Java's. */
function withoutClientTexts(infos: unknown): unknown {
  return JSON.parse(JSON.stringify(infos), (_key, member: unknown) => {
    const isOverride =
      typeof member === 'object' &&
      member !== null &&
      'documentation' in member &&
      'name' in member &&
      String(member.name).includes('.override.')
    return isOverride ? { ...member, documentation: '', default_value: '' } : member
  })
}

/** The names of Java's exception classes before a message, and everything the worker recorded has that ours has not. */
function core(message: string): string {
  return message.replace(/^(?:[\w.]+Exception: )+/, '').replace(/available connectors are: .*/s, '')
}

describe('PUT /connector-plugins/{plugin}/config/validate', () => {
  const calls = recorded('10-validate').filter(({ reqBody }) => {
    return typeof reqBody === 'object' && reqBody !== null && !Object.values(reqBody).some(isObject)
  })
  const validate = ({ path, reqBody }: Call): Promise<ConfigInfos> =>
    validation.validate(
      {
        config: reqBody as Record<string, string>,
        pluginName: decodeURIComponent(path.split('/')[2] ?? ''),
      },
      new AbortController().signal,
    )

  test.each(calls.filter(({ status }) => status === 200))('$id $note', async (call) => {
    const infos = withoutClientTexts(withoutForeignClasses(await validate(call)))
    const expected = withoutClientTexts(withoutForeignClasses(call.json))
    expect(infos).toEqual(expected)
    expect(JSON.stringify(infos)).toBe(JSON.stringify(expected))
  })

  test.each(calls.filter(({ status }) => status !== 200))('$id $note', async (call) => {
    const error: unknown = await validate(call).catch((it: unknown) => it)
    expect(core((error as Error).message)).toBe(core((call.json as { message: string }).message))
  })
})

describe('POST /connectors', () => {
  interface Creation {
    readonly name?: string
    readonly config: Readonly<Record<string, string>>
  }
  const calls = recorded('02-create').filter(({ status, reqBody, json: answer }) => {
    const { message = '' } = (answer ?? {}) as { readonly message?: string }
    const isAboutName = message.startsWith('Connector name configuration')
    return status === 400 && isObject(reqBody) && !isAboutName
  })

  test('is refused often enough to tell', () => {
    expect(calls).toHaveLength(14)
  })

  test.each(calls)('$id $note', async ({ reqBody, json: answer }) => {
    const { name = '', config } = reqBody as Creation
    const outcome: unknown = await validation
      .validate(
        { config: { name: name.trim(), ...config }, pluginName: null },
        new AbortController().signal,
      )
      .then(throwIfInvalid)
      .catch((it: unknown) => it)
    const { message } = answer as { message: string }
    expect(core((outcome as Error).message)).toBe(core(message))
    expect(httpStatusOf(outcome)).toBe(400)
  })
})

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
