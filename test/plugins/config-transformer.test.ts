import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { setLogSink } from '../../src/util/logger.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { ConfigTransformer } from '../../src/plugins/config-transformer.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import type { PluginDescriptor } from '../../src/plugins/plugin-descriptor.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'

const { plugins } = await discoverPlugins([])
const loader = new PluginLoader(new PluginRegistry(plugins))
const signal = new AbortController().signal
const log: LogEntry[] = []
let folder: string

beforeAll(async () => {
  setLogSink((entry) => log.push(entry))
  folder = await mkdtemp(path.join(tmpdir(), 'providers-'))
  await writeFile(path.join(folder, 'login.properties'), 'user=ann\npassword=s3cr\u00e9t\n')
  await mkdir(path.join(folder, 'secrets', 'data'), { recursive: true })
  await writeFile(path.join(folder, 'secrets', 'data', 'token'), 'abc\n')
  await symlink(path.join('data', 'token'), path.join(folder, 'secrets', 'token'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => {
  vi.unstubAllEnvs()
  log.length = 0
})

function open(more: Record<string, string> = {}): Promise<ConfigTransformer> {
  return ConfigTransformer.open(
    {
      'config.providers': 'file, dir,env',
      'config.providers.file.class': 'File',
      'config.providers.dir.class':
        'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
      'config.providers.env.class': 'EnvVarConfigProvider',
      ...more,
    },
    loader,
  )
}

async function resolve(value: string, more: Record<string, string> = {}): Promise<string> {
  const transformer = await open(more)
  return (await transformer.resolve({ key: value }, signal)).key
}

describe('variables in a configuration', () => {
  test('are resolved by files, folders and the environment, several in a value', async () => {
    vi.stubEnv('SLUICE_TEST_NAME', 'lines')
    const file = path.join(folder, 'login.properties')
    const value = `\${file:${file}:user}/\${file:${file}:password}@\${dir:${folder}/secrets:token}-\${env:SLUICE_TEST_NAME}`
    expect(await resolve(value)).toBe('ann/s3crét@abc\n-lines')
  })

  test.each([
    '${none:x:y}',
    '${file::user}',
    '${file:user}',
    '${env:SLUICE_TEST_UNSET}',
    '${}',
    '${env}',
    'plain',
    '${dir:/nowhere/at/all:x}',
  ])('that nobody knows stay as they are: %s', async (value) => {
    expect(await resolve(value)).toBe(value)
  })

  test('are not looked for in what has no end, or is larger than any settings', async () => {
    await expect(resolve('${file:/dev/zero:x}')).rejects.toThrow(
      'Could not read properties from file /dev/zero: it is no regular file.',
    )
    await expect(resolve(`\${file:${folder}:x}`)).rejects.toThrow('it is no regular file')
    const large = path.join(folder, 'large')
    await writeFile(large, '')
    await truncate(large, 17 * 2 ** 20)
    await expect(resolve(`\${file:${large}:x}`)).rejects.toThrow('it has 17825792 bytes')
    await expect(resolve(`\${dir:${folder}:large}`)).rejects.toThrow('it has 17825792 bytes')
    await rm(large)
  })

  test('split at the first two colons; what is left is the key', async () => {
    await writeFile(path.join(folder, 'colons'), 'b\\:c=found\n')
    expect(await resolve(`\${file:${folder}/colons:b:c}`)).toBe('found')
  })

  test('are resolved once, and only in values', async () => {
    vi.stubEnv('SLUICE_TEST_NAME', '${env:HOME}')
    const config = { '${env:HOME}': 'x', a: '${env:SLUICE_TEST_NAME}', b: null }
    expect(await (await open()).resolve(config, signal)).toEqual({
      '${env:HOME}': 'x',
      a: '${env:HOME}',
      b: null,
    })
  })

  test('ask a provider once for all keys of a path', async () => {
    const get = vi.fn(() => ({ data: { a: '1', b: '2' } }))
    const transformer = new ConfigTransformer(new Map([['p', { configure: vi.fn(), get }]]))
    const config = { x: '${p:/s:a}', y: '${p:/s:b}${p:/s:a}' }
    expect(await transformer.resolve(config, signal)).toEqual({ x: '1', y: '21' })
    expect(get.mock.calls).toEqual([['/s', ['a', 'b'], expect.any(AbortSignal)]])
  })

  test('that hold for a time only are told, by provider and path', async () => {
    const ttls: Readonly<Record<string, number>> = { '/short': 20, '/now': 0, '/odd': -1 }
    const get = (file: string) => ({
      data: { a: file },
      ...(ttls[file] !== undefined && { ttlMs: ttls[file] }),
    })
    const transformer = new ConfigTransformer(new Map([['p', { configure: vi.fn(), get }]]))
    const config = { a: '${p:/short:a} ${p:/for-ever:a}', b: '${p:/now:a}', c: '${p:/odd:a}' }
    const told = vi.fn()
    await transformer.resolve(config, signal, told)
    expect(told.mock.calls).toEqual([
      ['p:/short', 20],
      ['p:/now', 0],
    ])
  })
})

describe('a provider of one’s own', () => {
  const code = `
    export class Vault {
      configure(config) { this.prefix = config.prefix }
      get(path, keys) {
        if (path === 'broken') throw new Error('sealed')
        const data = Object.fromEntries(keys.map((key) => [key, this.prefix + path + '/' + key]))
        return Promise.resolve({ data, ttlMs: 5000 })
      }
      close() { globalThis.vaultClosed = true }
    }`
  const vault: PluginDescriptor = {
    type: 'config_provider',
    className: 'com.example.VaultConfigProvider',
    version: '1.0',
    aliases: [],
    moduleUrl: `data:text/javascript,${encodeURIComponent(code)}`,
    exportName: 'Vault',
    location: 'file:///vault/',
  }
  const openVault = (more: Record<string, string> = {}) =>
    ConfigTransformer.open(
      {
        'config.providers': 'secrets',
        'config.providers.secrets.class': 'Vault',
        'config.providers.secrets.param.prefix': '~',
        ...more,
      },
      new PluginLoader(new PluginRegistry([...plugins, vault])),
    )

  test('is found by its alias, configured, asked, and closed at the end', async () => {
    const transformer = await openVault()
    const config = { url: 'x://${secrets:db:user}:${secrets:db:password}@h', plain: '1' }
    expect(await transformer.resolve(config, signal)).toEqual({
      url: 'x://~db/user:~db/password@h',
      plain: '1',
    })
    transformer.close()
    expect(globalThis).toHaveProperty('vaultClosed', true)
  })

  test('fails what asks for it by its own error', async () => {
    const transformer = await openVault()
    await expect(transformer.resolve({ a: '${secrets:broken:x}' }, signal)).rejects.toThrow(
      'sealed',
    )
  })

  test('that does not answer is given up with the request, whether it minds the signal or not', async () => {
    const get = () => new Promise<never>(() => undefined)
    const transformer = new ConfigTransformer(new Map([['p', { configure: vi.fn(), get }]]))
    const request = new AbortController()
    const resolving = transformer.resolve({ a: '${p:x:y}' }, request.signal)
    request.abort(new Error('the client has gone'))
    await expect(resolving).rejects.toThrow('the client has gone')
  })

  test('that does not answer is named after its time', async () => {
    vi.useFakeTimers()
    try {
      const get = () => new Promise<never>(() => undefined)
      const transformer = new ConfigTransformer(new Map([['p', { configure: vi.fn(), get }]]))
      const outcome = transformer
        .resolve({ a: '${p:x:y}' }, signal)
        .catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(30_000)
      expect((await outcome) as Error).toHaveProperty(
        'message',
        'The config provider p has not answered within 30 s. Look at its service, or at "config.providers.p.*".',
      )
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a provider', () => {
  const allowed = 'config.providers.file.param.allowed.paths'

  test('reads below its allowed paths only, whatever .. is in the path', async () => {
    const inside = `\${file:${folder}/secrets/../login.properties:user}`
    expect(await resolve(inside, { [allowed]: folder })).toBe('ann')
    const outside = { [allowed]: `${folder}/secrets` }
    expect(await resolve(inside, outside)).toBe(inside)
    expect(log.at(-1)?.message).toMatch(/^The path .* is not allowed to be accessed$/)
    expect(await resolve(`\${file:${folder}/secretsX:user}`, outside)).toContain('secretsX')
  })

  test.each([
    ['relative', 'Path relative is not absolute'],
    ['/nowhere/at/all', 'Path /nowhere/at/all does not exist'],
  ])('refuses an allowed path of %s', async (root, message) => {
    await expect(open({ [allowed]: root })).rejects.toThrow(message)
  })

  test('of the environment gives out what its pattern matches', async () => {
    vi.stubEnv('SLUICE_TEST_NAME', 'lines')
    const pattern = 'config.providers.env.param.allowlist.pattern'
    const value = '${env:SLUICE_TEST_NAME}'
    expect(await resolve(value, { [pattern]: 'SLUICE_.*' })).toBe('lines')
    expect(await resolve(value, { [pattern]: 'SLUICE' })).toBe(value)
    await expect(resolve('${env:path:X}')).rejects.toThrow(
      "Path is not supported for EnvVarConfigProvider, invalid value 'path'",
    )
  })

  test('that cannot read says what', async () => {
    await expect(resolve('${file:/nowhere/at/all:x}')).rejects.toThrow(
      'Could not read properties from file /nowhere/at/all',
    )
  })

  test('must have a class, and one that exists', async () => {
    await expect(ConfigTransformer.open({ 'config.providers': 'p' }, loader)).rejects.toThrow(
      '"config.providers" names p, but there is no "config.providers.p.class".',
    )
    await expect(open({ 'config.providers.file.class': 'Vault' })).rejects.toThrow(
      /^Failed to find any class that implements ConfigProvider and which name matches Vault, available ConfigProviders are: /,
    )
  })
})
