import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readManifest } from '../../src/plugins/manifest.ts'
import { ownThreadOf } from '../../src/worker/own-thread.ts'

test('a task shares a thread unless its connector, or the manifest of its plugin, says otherwise', () => {
  const plugins = {
    connector: (name: string) => (name === 'Native' ? { native: ['oracledb'] } : {}),
  }
  const own = (connector: Record<string, string>, config: Record<string, string> = {}) =>
    ownThreadOf(connector, { config, plugins })
  const worker = { 'task.heap.mb': '100' }
  const isolated = { 'task.isolation': 'thread' }
  expect(own({}, worker)).toBeNull()
  expect(own({ 'task.isolation': 'shared' }, worker)).toBeNull()
  expect(own({ 'connector.class': 'Native' }, worker)).toEqual({ heapMb: 100 })
  expect(own(isolated, worker)).toEqual({ heapMb: 100 })
  expect(own(isolated)).toEqual({ heapMb: null })
  expect(own({ ...isolated, 'task.heap.mb': '32' }, worker)).toEqual({ heapMb: 32 })
})

test.each([
  [['oracledb'], ['oracledb'], 0],
  [undefined, undefined, 0],
  ['oracledb', undefined, 1],
])('a manifest lists its native modules: %j', async (native, expected, problems) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'manifest-'))
  const plugin = { type: 'sink', class: 'com.example.A', module: './a.js', export: 'A' }
  const manifest = { version: '1', sluice: { plugins: [plugin], native } }
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest))
  const read = await readManifest(folder, folder)
  expect(read?.plugins[0]?.native).toEqual(expected)
  expect(read?.problems).toHaveLength(problems)
  await rm(folder, { recursive: true })
})
