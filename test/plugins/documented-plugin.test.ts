import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SinkRecord, isRetriable } from '../../src/api/index.ts'
import type {
  SinkConnector,
  SourceConnector,
  SourceOffset,
  Transformation,
} from '../../src/api/index.ts'
import { readManifest } from '../../src/plugins/manifest.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What docs/plugins.md has its reader write: every block that names a file, joined per file. */
async function documentedFiles(): Promise<Map<string, string>> {
  const page = await readFile(path.join(root, 'docs/plugins.md'), 'utf8')
  const files = new Map<string, string>()
  for (const [, file = '', code = ''] of page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)) {
    files.set(file, (files.get(file) ?? '') + code)
  }
  return files
}

interface DocumentedPlugin {
  readonly TickSourceConnector: new () => SourceConnector
  readonly PostSinkConnector: new () => SinkConnector
  readonly Shout: new () => Transformation
}

let folder: string
let plugin: DocumentedPlugin

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-documented-'))
  for (const [file, code] of await documentedFiles()) await writeFile(path.join(folder, file), code)
  const outfile = path.join(folder, 'bundle.mjs')
  const options = { bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' } as const
  const alias = { 'sluice/api': path.join(root, 'src/api/index.ts') }
  await build({ ...options, alias, outfile, entryPoints: [path.join(folder, 'index.js')] })
  plugin = (await import(pathToFileURL(outfile).href)) as DocumentedPlugin
})
afterAll(() => rm(folder, { recursive: true }))

const { signal } = new AbortController()

describe('the plugin that docs/plugins.md has its reader write', () => {
  test('has a manifest without fault that names what the module exports', async () => {
    const manifest = await readManifest(folder, 'here')
    expect(manifest?.problems).toEqual([])
    const exports = manifest?.plugins.map(({ exportName }) => exportName) ?? []
    expect(exports.sort()).toEqual(Object.keys(plugin).sort())
  })

  test('reads on where its stored offset says', async () => {
    const connector = new plugin.TickSourceConnector()
    await connector.start({ topic: 'ticks', 'every.ms': '1' }, signal)
    const [config = {}] = await connector.taskConfigs(1, signal)
    const TaskClass = connector.taskClass()
    const sent: unknown[] = []
    let stored: SourceOffset | null = null
    for (let start = 0; start < 2; start++) {
      const task = new TaskClass()
      const offset = stored
      task.initialize({
        configs: () => config,
        offsetStorageReader: {
          offset: () => Promise.resolve(offset),
          offsets: () => Promise.resolve([offset]),
        },
        transactionContext: null,
      })
      await task.start(config, signal)
      for (let poll = 0; poll < 2; poll++) {
        for (const record of (await task.poll(signal)) ?? []) {
          sent.push([record.topic, String(record.value)])
          stored = record.sourceOffset
        }
      }
      await task.stop(signal)
    }
    expect(sent).toEqual(
      [0, 1, 2, 3].map((number) => ['ticks', `Struct{number=${number},host=here}`]),
    )
  })

  test('posts what it is given, and tells what to try again from what to fail for', async () => {
    const bodies: string[] = []
    const answers = [204, 503, 403]
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(body)
        response.writeHead(answers[bodies.length - 1] ?? 500).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const connector = new plugin.PostSinkConnector()
    await connector.start({ url }, signal)
    expect(await connector.taskConfigs(2, signal)).toEqual([{ url }, { url }])
    const task = new (connector.taskClass())()
    await task.start({ url }, signal)
    const put = async (): Promise<unknown> => {
      const records = ['a', 'b'].map((value) => new SinkRecord('t', 0, null, null, null, value, 0))
      return Promise.resolve(task.put(records, signal)).catch((error: unknown) => error)
    }
    expect(await put()).toBeUndefined()
    expect(isRetriable(await put())).toBe(true)
    expect(isRetriable(await put())).toBe(false)
    server.close()
    server.closeAllConnections()
    expect(isRetriable(await put())).toBe(true)
    expect(bodies).toEqual(['a\nb\n', 'a\nb\n', 'a\nb\n'])
  })

  test('transforms records', () => {
    const shout = new plugin.Shout()
    shout.configure({ mark: '!!' })
    const record = new SinkRecord('t', 0, null, null, null, 'hi', 0)
    expect(shout.apply(record)).toMatchObject({ value: 'HI!!', topic: 't' })
  })
})
