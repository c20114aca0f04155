import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const leaky = fileURLToPath(new URL('../fixtures/leaky-plugin.js', import.meta.url))
const manifest = {
  name: 'leaky-plugin',
  version: '1.0.0',
  type: 'module',
  sluice: {
    plugins: [
      ...[
        ['source', 'LeakySourceConnector'],
        ['transformation', 'LeakyTransformation'],
        ['predicate', 'LeakyPredicate'],
        ['converter', 'LeakyConverter'],
        ['header_converter', 'LeakyHeaderConverter'],
        ['config_provider', 'LeakyConfigProvider'],
      ].map(([type, name]) => {
        return { type, class: `com.example.${name}`, module: './index.js', export: name }
      }),
    ],
  },
}
const secrets = {
  workerPassword: 'worker-Tr0ub4dor',
  provided: 'provided "by" a file\\1',
  account: 'account-of-somebody',
  pin: 'pin-98765',
  inUrl: 'hidden-in-url',
  byName: 'named-like-a-secret',
  vaultToken: 'token-of-the-vault-itself',
  vaulted: 'salt-of-the-vault',
  registryLogin: 'registry-user:registry-Pa55',
  ofTransformation: 'pepper-for-transformation',
  ofPredicate: 'pepper-for-predicate',
  ofConverter: 'pepper-for-converter',
  ofHeaders: 'pepper-for-headers',
  ofClient: 'key-password-of-the-client',
  ofLogin: 'jaas-Pa55word',
}
let dir: ScratchDir
let sluice: Sluice
const answers: string[] = []

beforeAll(async () => {
  dir = await scratchDir()
  const provided = secrets.provided.replaceAll('\\', '\\\\')
  await writeFile(
    dir.file('secrets.properties'),
    `password=${provided}\naccount=${secrets.account}\nstore=${secrets.workerPassword}\n`,
  )
  await mkdir(dir.file('plugins/leaky'), { recursive: true })
  await copyFile(leaky, dir.file('plugins/leaky/index.js'))
  await writeFile(dir.file('plugins/leaky/package.json'), JSON.stringify(manifest))
  sluice = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    env: { SLUICE_LOG_LEVEL: 'TRACE', SLUICE_LOG_FORMAT: 'json' },
    properties: {
      ...stringConverters,
      'plugin.path': dir.file('plugins'),
      'offset.storage.file.filename': dir.file('offsets'),
      'config.providers': 'file,vault',
      'config.providers.vault.class': 'LeakyConfigProvider',
      'config.providers.vault.param.token': secrets.vaultToken,
      'config.providers.file.class': 'FileConfigProvider',
      // Of no effect on a plain connection, but a password.
      'ssl.truststore.password': `\${file:${dir.file('secrets.properties')}:store}`,
      'producer.ssl.key.password': `\${file:${dir.file('secrets.properties')}:store}`,
    },
  })
})

afterAll(async () => {
  await sluice[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

/** Every way of writing a secret that a reader could make out. */
function shownIn(text: string): string[] {
  return Object.values(secrets).filter((secret) =>
    [secret, JSON.stringify(secret).slice(1, -1), JSON.stringify(JSON.stringify(secret))].some(
      (written) => text.includes(written),
    ),
  )
}

async function call(method: string, path: string, body?: object): Promise<string> {
  const response = await fetch(sluice.url + path, {
    method,
    signal: AbortSignal.timeout(30_000),
    headers: { 'content-type': 'application/json', accept: '*/*' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  answers.push(`${method} ${path} ${response.status}\n${text}`)
  return text
}

const configOf = (leak: string): Record<string, string> => ({
  'connector.class': 'com.example.LeakySourceConnector',
  'tasks.max': '1',
  leak,
  pin: secrets.pin,
  'some.password': `\${file:${dir.file('secrets.properties')}:password}`,
  account: `\${file:${dir.file('secrets.properties')}:account}`,
  'some.token': secrets.byName,
  url: `jdbc:x://user:${secrets.inUrl}@host/db`,
})

describe('a plugin that tells its passwords tells them to nobody', () => {
  test.each(['validate', 'message', 'start', 'taskConfigs', 'task', 'timer'])(
    'in %s',
    async (leak) => {
      const name = `leaky-${leak}`
      const created = await call('POST', '/connectors', { name, config: configOf(leak) })
      if (created.includes('error_code')) {
        expect(created).toContain('[hidden]')
        expect(shownIn(created)).toEqual([])
      } else {
        await waitFor('the leak', async () =>
          (await call('GET', `/connectors/${name}/status`)).includes('FAILED'),
        )
      }
      for (const path of ['status', 'health', 'logs', 'tasks/0/logs']) {
        expect(shownIn(await call('GET', `/connectors/${name}/${path}`)), path).toEqual([])
      }
      const validated = JSON.parse(
        await call('PUT', '/connector-plugins/LeakySourceConnector/config/validate', {
          ...configOf(leak),
          name,
        }),
      ) as { configs?: { value: { errors: string[] } }[] }
      const errors = (validated.configs ?? []).flatMap(({ value }) => value.errors)
      expect(shownIn(errors.join('\n'))).toEqual([])
    },
  )
})

/** Every part of a connector's configuration with a secret of its own. */
const everywhere = (fails: string): Record<string, string> => {
  const pepper = (prefix: string, secret: string): Record<string, string> => ({
    [`${prefix}pepper`]: secret,
    [`${prefix}salt`]: '${vault:any:salt}',
    [`${prefix}fails`]: String(prefix === fails),
  })
  return {
    ...configOf('record'),
    topic: topicPrefix('secrets') + fails,
    'key.converter': 'io.confluent.connect.avro.AvroConverter',
    'key.converter.schema.registry.url': 'http://127.0.0.1:1',
    'key.converter.basic.auth.credentials.source': 'USER_INFO',
    'key.converter.basic.auth.user.info': secrets.registryLogin,
    'value.converter': 'LeakyConverter',
    ...pepper('value.converter.', secrets.ofConverter),
    'header.converter': 'LeakyHeaderConverter',
    ...pepper('header.converter.', secrets.ofHeaders),
    transforms: 't',
    'transforms.t.type': 'LeakyTransformation',
    'transforms.t.predicate': 'p',
    ...pepper('transforms.t.', secrets.ofTransformation),
    predicates: 'p',
    'predicates.p.type': 'LeakyPredicate',
    ...pepper('predicates.p.', secrets.ofPredicate),
    // Of no effect on a plain connection, but secrets.
    'producer.override.ssl.key.password': secrets.ofClient,
    'producer.override.sasl.jaas.config': `org.example.PlainLoginModule required username="u" password="${secrets.ofLogin}";`,
    'errors.log.enable': 'true',
    'errors.log.include.messages': 'true',
  }
}

describe('a secret that is given', () => {
  // Without a place that fails by itself, the registry cannot be reached.
  test.each(['transforms.t.', 'predicates.p.', 'value.converter.', 'key.converter.'])(
    'to every part of a connector is kept where %s fails',
    async (fails) => {
      const name = `everywhere-${fails}`
      const key = fails === 'key.converter.' ? {} : { 'key.converter': 'String' }
      const config = { ...everywhere(fails), ...key }
      const created = await call('POST', '/connectors', { name, config })
      expect(created).not.toContain('error_code')
      await waitFor('the failure', async () =>
        (await call('GET', `/connectors/${name}/status`)).includes('FAILED'),
      )
      for (const path of ['status', 'health', 'logs', 'tasks/0/logs']) {
        expect(shownIn(await call('GET', `/connectors/${name}/${path}`)), path).toEqual([])
      }
      const validate = '/connector-plugins/LeakySourceConnector/config/validate'
      const answer = await call('PUT', validate, { ...config, name })
      // What is written into keys that are no passwords is answered, as GET does.
      const written = [secrets.byName, secrets.inUrl, secrets.ofClient]
      expect(shownIn(answer).filter((secret) => !written.includes(secret))).toEqual([])
      expect(answer).toContain('[hidden]')
    },
    60_000,
  )

  test('to a config provider is kept where that fails', async () => {
    const config = { ...configOf('none'), account: '${vault:broken:x}' }
    const created = await call('POST', '/connectors', { name: 'broken-vault', config })
    expect(created).toContain('configured with')
    expect(shownIn(created)).toEqual([])
  })
})

test('a task shows in its log what it printed, secrets hidden', async () => {
  const lines = JSON.parse(await call('GET', '/connectors/leaky-task/tasks/0/logs')) as {
    logger: string
    message: string
    trace?: string
  }[]
  for (const logger of ['stdout', 'stderr', 'com.example.LeakySourceTask']) {
    expect(lines.find((line) => line.logger === logger)?.message).toContain('[hidden]')
  }
  expect(lines.find(({ trace }) => trace?.includes('Caused by'))?.trace).toContain('[hidden]')
})

test('metrics hold none', async () => {
  expect(shownIn(await call('GET', '/metrics'))).toEqual([])
})

test('the whole output of the worker, at TRACE and to its end, holds none, and is an object a line', async () => {
  process.kill(sluice.process.pid, 'SIGTERM')
  await sluice.process.exited
  const output = await waitFor('the output is written', async () => {
    const text = await readFile(sluice.process.logFile, 'utf8')
    return text.includes('Kafka Connect stopped') ? text : undefined
  })
  expect(shownIn(output)).toEqual([])
  expect(output).toContain('[hidden]')
  const lines = output.trimEnd().split('\n')
  expect(lines.filter((line) => !line.startsWith('{'))).toEqual([])
  const entries = lines.map((line) => JSON.parse(line) as { level: string; thread: string })
  expect(new Set(entries.map(({ level }) => level))).toContain('TRACE')
  expect(new Set(entries.map(({ thread }) => thread)).size).toBeGreaterThan(2)
})
