import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StandaloneHerder } from '../../src/herder/standalone/standalone-herder.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import type { Surroundings } from './replay/comparable.ts'
import { differences } from './replay/differences.ts'
import { notReplayedIds } from './replay/not-replayed.ts'
import { recordedCalls } from './replay/recorded.ts'
import { ReplayWorker, replayRegistry } from './replay/replay-worker.ts'
import { replay } from './replay/replay.ts'

let server: RestServer
let surroundings: Surroundings

beforeAll(async () => {
  setLogSink(() => undefined)
  server = createRestServer({
    listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  const port = listener?.port ?? 0
  const registry = await replayRegistry()
  const folder = await mkdtemp(path.join(tmpdir(), 'rest-replay-'))
  const herder = new StandaloneHerder({
    worker: (events) => {
      const worker = new ReplayWorker(registry, events)
      seedOffsets(worker, folder)
      return worker
    },
    resolver: { resolve: (config) => config },
    workerId: `127.0.0.1:${port}`,
    stalledMs: 30_000,
    workerConfig: {},
    topicTracking: { enabled: true, resettable: true },
  })
  server.attach(herder)
  herder.markReady()
  surroundings = {
    mode: 'standalone',
    port,
    classes: new Set(registry.plugins.map(({ className }) => className)),
    topicPrefix: '',
    clusterId: 'cluster',
    folder,
  }
})

/** What the tasks of the recording had committed by the time it asked. */
function seedOffsets({ offsets, groups }: ReplayWorker, folder: string): void {
  const position = {
    partition: { filename: path.join(folder, 'in.txt') },
    offset: { position: 70 },
  }
  const counts = [0, 1].map((id) => ({ partition: { id }, offset: { seqno: 27 } }))
  void offsets.set('src', [position])
  void offsets.set('ver', counts)
  groups.topics.add('fix-lines')
  void groups
    .of('connect-snk')
    .commit([{ topic: 'fix-lines', partition: 0, offset: 70 }], AbortSignal.timeout(1000))
}

afterAll(async () => {
  await server.stop(1000)
  await rm(surroundings.folder, { recursive: true })
})

describe('the answers of the Java worker are ours', () => {
  test.each([...recordedCalls()])('%s', async (_, calls) => {
    await replay(calls, surroundings)
  })
})

test('what is not replayed grows no longer', () => {
  expect(notReplayedIds.size).toBe(1)
})

test.each(differences)('docs/differences.md tells of: $title', async (difference) => {
  const page = await readFile(new URL('../../docs/differences.md', import.meta.url), 'utf8')
  const row = page.split('\n').find((line) => line.includes(`**${difference.title}**`)) ?? ''
  const named = [...row.matchAll(/`(\d\d-[a-z-]+\/\d\d)`/g)].map(([, id]) => id)
  expect(row.split('|')[1]?.trim()).toBe(difference.class)
  expect(named).toEqual([...Object.keys(difference.answers), ...(difference.apart?.ids ?? [])])
})
