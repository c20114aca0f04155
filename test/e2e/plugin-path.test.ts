import { spawn } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../services/paths.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'

const plain = fileURLToPath(new URL('../fixtures/plugins/plain-folder', import.meta.url))
const columns =
  'pluginName\tfirstAlias\tsecondAlias\tpluginVersion\tpluginType\tisLoadable\thasManifest\tpluginLocation'
let dir: ScratchDir

interface Answer {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The command as users start it. */
function pluginPath(...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(root, 'bin', 'connect-plugin-path'), args, { timeout: 60_000 })
    const text = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...text }))
  })
}

beforeAll(async () => {
  dir = await scratchDir()
  await cp(plain, dir.file('plugins/counter'), { recursive: true })
  await mkdir(dir.file('plugins/broken'))
  await writeFile(
    dir.file('plugins/broken/package.json'),
    JSON.stringify({
      version: '0.1',
      type: 'module',
      sluice: {
        plugins: [
          { type: 'config_provider', class: 'a.Vault', module: './index.js', export: 'Vault' },
          { type: 'converter', class: 'a.Odd', module: './missing.js', export: 'Odd' },
        ],
      },
    }),
  )
  await writeFile(
    dir.file('plugins/broken/index.js'),
    `console.log('hello'); setInterval(() => {}, 1000)
     export class Vault { configure() {} get() {} }`,
  )
  await mkdir(dir.file('plugins/java'))
  await writeFile(dir.file('plugins/java/some-connect.jar'), '')
})
afterAll(() => dir[Symbol.asyncDispose]())

describe('connect-plugin-path list', () => {
  test('prints Java’s table of what lies on the path, and on standard error what is wrong', async () => {
    const { code, out, err } = await pluginPath('list', '--plugin-path', dir.file('plugins'))
    expect(out.split('\n')).toEqual([
      columns,
      `a.Vault\tVault\tN/A\t0.1\tconfigprovider\ttrue\ttrue\t${dir.file('plugins/broken')}`,
      `a.Odd\tN/A\tN/A\tundefined\tconverter\tfalse\ttrue\t${dir.file('plugins/broken')}`,
      `com.example.CounterSourceConnector\tCounterSourceConnector\tCounterSource\t1.2.0\tsource\ttrue\ttrue\t${dir.file('plugins/counter')}`,
      `com.example.AddSuffix\tAddSuffix\tN/A\t1.2.0\ttransformation\ttrue\ttrue\t${dir.file('plugins/counter')}`,
      '',
      'Total plugins:      \t4',
      'Loadable plugins:   \t3',
      'Compatible plugins: \t3',
      '',
    ])
    expect(err).toContain('hello')
    expect(err).toContain('Cannot load plugin a.Odd from ')
    expect(err).toContain('some-connect.jar is a Java plugin, which cannot run here.')
    expect(code).toBe(0)
  })

  test('takes locations, paths and worker files, as often as given, each location once', async () => {
    const worker = await dir.properties('worker.properties', {
      'plugin.path': dir.file('plugins/counter'),
    })
    const counter = dir.file('plugins/counter')
    const { out, code } = await pluginPath(
      ...['list', '--worker-config', worker, '--plugin-location', counter],
      ...[`--plugin-path=${counter}`, '--plugin-location', dir.file('plugins/java')],
    )
    expect([code, out.match(/^com\.example/gm)?.length]).toEqual([0, 2])
    expect(out).toContain('Total plugins:      \t2')
  })
})

test.each([
  [[], 1, 'connect-plugin-path: error: too few arguments'],
  [['remove'], 1, "error: invalid choice: 'remove'"],
  [['list'], 1, 'Must specify at least one --plugin-location, --plugin-path, or --worker-config'],
  [['list', '--dry-run', '--plugin-path', '/'], 1, "'--dry-run'"],
  [['list', '--worker-config', '/nowhere'], 2, 'Unable to read worker config at /nowhere'],
  [['list', '--plugin-location', '/nowhere'], 2, 'Specified location /nowhere does not exist'],
  [['list', '--plugin-path', '/nowhere'], 2, 'Unable to parse plugin path /nowhere: /nowhere'],
])('connect-plugin-path %j ends with %i and says: %s', async (args, code, message) => {
  const answer = await pluginPath(...args)
  expect(answer).toMatchObject({ code, out: '' })
  expect(answer.err).toContain(message)
})

test('connect-plugin-path sync-manifests has nothing to write', async () => {
  const given = ['--plugin-path', dir.file('plugins'), '--keep-not-found']
  expect(await pluginPath('sync-manifests', ...given)).toMatchObject({
    code: 0,
    out: 'Scanning for plugins...\nNo changes required.\n',
    err: expect.stringContaining('Cannot load plugin a.Odd') as string,
  })
  const dry = await pluginPath('sync-manifests', ...given, '--dry-run')
  expect(dry.out).toMatch(/^Dry run started: No changes will be committed\.\n/)
})
