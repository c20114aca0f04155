import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import type { Discovery } from '../../src/plugins/discovery.ts'
import type { PluginDescriptor } from '../../src/plugins/plugin-descriptor.ts'

const fixtures = fileURLToPath(new URL('../fixtures/plugins', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'plugins-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(relative: string, content: unknown): Promise<void> {
  const file = path.join(folder, relative)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
}

function manifest(className: string): unknown {
  const entry = { type: 'sink', class: className, module: './index.js', export: 'X' }
  return { version: '1.0', sluice: { plugins: [entry] } }
}

function foreign(discovery: Discovery): readonly PluginDescriptor[] {
  return discovery.plugins.filter((plugin) => plugin.location !== 'classpath')
}

test('plugins in the folders of a plugin.path element are found by their manifests', async () => {
  const found = foreign(await discoverPlugins([fixtures]))
  expect(found.map((plugin) => [plugin.type, plugin.className, plugin.version])).toEqual([
    ['sink', 'com.example.LinesSinkConnector', '0.9.0'],
    ['predicate', 'com.example.IsLoud', '2.0.0'],
    ['source', 'com.example.CounterSourceConnector', '1.2.0'],
    ['transformation', 'com.example.AddSuffix', '1.2.0'],
  ])
  expect(found[2]).toMatchObject({
    aliases: ['Counter Source'],
    exportName: 'CounterSourceConnector',
    moduleUrl: expect.stringMatching(/^file:.*\/plain-folder\/index\.js$/) as string,
    location: expect.stringMatching(/^file:.*\/plain-folder\/$/) as string,
  })
})

test('an element may be a plugin, hold packages in node_modules, or link to a plugin', async () => {
  await write('npm/node_modules/a/package.json', manifest('com.example.A'))
  await write('npm/node_modules/@scope/b/package.json', manifest('com.example.B'))
  await write('npm/node_modules/not-a-plugin/package.json', { name: 'x' })
  await write('linked/readme.txt', '')
  await symlink(path.join(fixtures, 'plain-folder'), path.join(folder, 'linked', 'counter'))
  const npm = await discoverPlugins([path.join(folder, 'npm'), path.join(folder, 'linked')])
  expect(foreign(npm).map((plugin) => plugin.className)).toEqual([
    'com.example.B',
    'com.example.A',
    'com.example.CounterSourceConnector',
    'com.example.AddSuffix',
  ])
  const single = await discoverPlugins([` ${path.join(fixtures, 'plain-folder')} `, ''])
  expect(foreign(single)).toHaveLength(2)
  expect(single.warnings).toEqual([])
})

test('the worker’s own plugins are there without any plugin.path', async () => {
  const { plugins } = await discoverPlugins([])
  expect(plugins).not.toHaveLength(0)
  const ofKafka = plugins.filter(({ className }) => className.startsWith('org.apache.kafka.'))
  expect(ofKafka.every((plugin) => plugin.version === '4.3.1')).toBe(true)
})

test('a Java plugin gets one sentence with the nearest of ours', async () => {
  await write('java/my-counter/lib-a.jar', '')
  await write('java/my-counter/lib-b.jar', '')
  const { warnings } = await discoverPlugins([path.join(folder, 'java'), fixtures])
  expect(warnings).toEqual([
    `plugin.path: ${path.join(folder, 'java/my-counter/lib-a.jar')} is a Java plugin, which cannot run here. ` +
      'The nearest connector installed is com.example.CounterSourceConnector.',
  ])
  const alone = await discoverPlugins([path.join(folder, 'java/my-counter/lib-a.jar')])
  expect(alone.warnings[0]).toMatch(/is a Java plugin, which cannot run here\. None of/)
})

test('what is wrong with a manifest is said, and the rest stands', async () => {
  const good = { type: 'sink', class: 'com.example.Good', module: './x.js', export: 'X' }
  const broken = [
    { ...good, type: 'sinc' },
    { ...good, type: undefined },
    { ...good, module: '' },
    { ...good, version: 2 },
    { ...good, aliases: 'a' },
    'text',
    good,
  ]
  await write('broken/one/package.json', { sluice: { plugins: broken } })
  await write('broken/two/package.json', '{')
  await write('broken/three/package.json', { sluice: {} })
  const missing = path.join(folder, 'missing')
  const found = await discoverPlugins([path.join(folder, 'broken'), missing])
  expect(foreign(found)).toMatchObject([{ className: 'com.example.Good', version: null }])
  const kinds = 'source, sink, converter, header_converter, transformation, predicate, '
  const out = (number: number, fault: string): string =>
    `${path.join(folder, 'broken/one/package.json')}: plugin ${number} in "sluice" is left out: ${fault}.`
  expect(found.warnings).toEqual([
    out(
      1,
      `"type" is "sinc", expected one of ${kinds}config_provider, rest_extension, override_policy`,
    ),
    out(
      2,
      `"type" is nothing, expected one of ${kinds}config_provider, rest_extension, override_policy`,
    ),
    out(3, '"module" must be a string'),
    out(4, '"version" must be a string'),
    out(5, '"aliases" must be strings'),
    out(6, 'expected an object'),
    `${path.join(folder, 'broken/three/package.json')}: expected "sluice": { "plugins": [ … ] }.`,
    expect.stringMatching(/broken\/two\/package\.json is not valid JSON: /),
    `plugin.path: ${missing} is not a folder that can be read, and is left out. ` +
      'Name the folder that holds the plugins, or one plugin.',
  ])
})
