import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const fixtures = path.join(root, 'test/fixtures/plugins')
let folder: string

/** Laid out as the build lays out `dist`, so that the loader finds the worker's API as it does there. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loader-'))
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
  await build({
    absWorkingDir: root,
    entryPoints: {
      api: 'src/api/index.ts',
      harness: 'test/plugins/load-harness.ts',
      'connectors/file/index': 'connectors/file/index.ts',
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['source'],
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning',
  })
  const manifest = 'connectors/file/package.json'
  await copyFile(path.join(root, manifest), path.join(folder, manifest))
})
afterAll(() => rm(folder, { recursive: true }))

async function load(plugins: string, ...names: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(folder, 'harness.js'),
    plugins,
    ...names,
  ])
  return JSON.parse(stdout)
}

describe('a plugin gets the worker’s copy of the API', () => {
  test('in a plain folder without node_modules', async () => {
    expect(await load(fixtures, 'source', 'Counter Source', 'transformation', 'AddSuffix')).toEqual(
      [
        { name: 'CounterSourceConnector', isOurs: true },
        { name: 'AddSuffix', isOurs: false },
      ],
    )
  })

  test('even with an old copy in its own node_modules', async () => {
    expect(await load(fixtures, 'predicate', 'IsLoud')).toEqual([
      { name: 'IsLoud', isOurs: false, apiIsOld: false },
    ])
  })

  test('but may have a copy of its own inlined', async () => {
    expect(await load(fixtures, 'sink', 'LinesSink')).toEqual([
      { name: 'LinesSinkConnector', isOurs: false },
    ])
  })
})

test('what comes with the worker is loaded by name, and shares its API', async () => {
  const names = [
    'source',
    'File Stream Source',
    'override_policy',
    'Principal',
    'converter',
    'Json',
  ]
  expect(await load(fixtures, ...names)).toEqual([
    { name: 'FileStreamSourceConnector', isOurs: true },
    { name: 'PrincipalConnectorClientConfigOverridePolicy', isOurs: false },
    { name: 'JsonConverter', isOurs: false },
  ])
})

test('a plugin that is not what its manifest says is refused with what to correct', async () => {
  const entry = (name: string, more: object = {}): object => ({
    type: 'sink',
    class: `com.example.${name}`,
    module: './index.js',
    export: name,
    ...more,
  })
  const bad = path.join(folder, 'bad-plugins', 'bad')
  await mkdir(bad, { recursive: true })
  const plugins = [
    entry('NotExported'),
    entry('NoClass'),
    entry('NoSink'),
    entry('AsField', { type: 'predicate' }),
    entry('NoModule', { module: './none.js' }),
    entry('Throws', { module: './throws.js' }),
  ]
  const manifest = { type: 'module', sluice: { plugins } }
  await writeFile(path.join(bad, 'package.json'), JSON.stringify(manifest))
  await writeFile(path.join(bad, 'throws.js'), 'throw new Error("broken on load")')
  const code = [
    'export const NoClass = 5',
    'export class NoSink { start() {} stop() {} taskClass() {} config() {} }',
    'export class AsField { config = () => null; configure = () => null; test = () => true }',
  ]
  await writeFile(path.join(bad, 'index.js'), code.join('\n'))
  const outcomes = await load(
    path.dirname(bad),
    ...['sink', 'NotExported', 'sink', 'NoClass', 'sink', 'NoSink', 'predicate', 'AsField'],
    ...['sink', 'NoModule', 'sink', 'Throws', 'sink', 'Throws'],
  )
  const error = (pattern: RegExp): unknown => ({ error: expect.stringMatching(pattern) as string })
  expect(outcomes).toEqual([
    error(
      /^Cannot load plugin .*NotExported: file:.*index\.js exports AsField, NoClass, NoSink, but not/,
    ),
    error(/^Plugin com\.example\.NoClass \(.*\) is a number, expected a class\. Correct "export"/),
    error(
      /NoSink .* has no taskConfigs, version: a sink must have start, .*version\. Correct "type"/,
    ),
    { name: 'AsField', isOurs: false },
    error(/^Cannot load plugin com\.example\.NoModule from file:.*none\.js: Cannot find module/),
    error(/^Cannot load plugin com\.example\.Throws from file:.*throws\.js: broken on load$/),
    error(/^Cannot load plugin com\.example\.Throws from file:.*throws\.js: broken on load$/),
  ])
})
