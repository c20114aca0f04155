import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { ConnectCluster } from '../support/connect-cluster/connect-cluster.ts'
import type { ConnectWorker } from '../support/connect-cluster/connect-cluster.ts'
import { scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'

const secrets = ['classified-pass', 'hunter2-hunter2', 'geheim-geheim'] as const

const file = { 'tasks.max': '1', file: '/nowhere/at-all' }
const connectors = {
  plain: {
    ...{ ...file, 'connector.class': 'FileStreamSource', topic: 'lines' },
    ...{ transforms: 'route', 'transforms.route.type': 'RegexRouter' },
    ...{ 'transforms.route.regex': 'a', 'transforms.route.replacement': 'b' },
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  },
  other: {
    ...{ ...file, 'connector.class': 'FileStreamSink', topics: 'lines', fiel: 'x' },
    'connection.password': secrets[0],
    'consumer.override.sasl.jaas.config': `org.example.Module required password="${secrets[1]}";`,
  },
  missing: {
    ...{ 'connector.class': 'org.apache.kafka.connect.tools.VerifiableSourceConnector' },
    ...{ topic: 'counts', throughput: '1', 'tasks.max': '1', 'secret.key': secrets[2] },
  },
} as const

interface Report {
  readonly counts: Readonly<Record<string, number>>
  readonly subjects: readonly {
    readonly name: string
    readonly findings: readonly { readonly key: string; readonly verdict: string }[]
  }[]
}

async function check(worker: ConnectWorker, file: string, ...options: readonly string[]) {
  const args = [file, '--url', `http://127.0.0.1:${worker.port}`, ...options]
  const child = spawn(path.join(root, 'bin', 'connect-check'), args, { timeout: 120_000 })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  for (const secret of secrets) expect(out + err).not.toContain(secret)
  return { code, out }
}

test('connect-check says of each connector of Java’s running worker what becomes of it here, and tells no secret', async () => {
  await using dir = await scratchDir()
  const bootstrapServers = inject('bootstrapServers')
  const prefix = topicPrefix('connect-check')
  await using cluster = new ConnectCluster({ dir, bootstrapServers, prefix })
  const worker = await cluster.start('java')
  for (const [name, config] of Object.entries(connectors)) await cluster.put(name, config)
  const workerFile = await dir.properties('old-worker.properties', {
    'bootstrap.servers': bootstrapServers,
    'group.id': cluster.groupId,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'config.storage.topic': cluster.configTopic,
    'offset.storage.topic': cluster.offsetTopic,
    'status.storage.topic': cluster.statusTopic,
  })

  const { code, out } = await check(worker, workerFile, '--json')
  expect(code).toBe(1)
  const { counts, subjects } = JSON.parse(out) as Report
  expect(counts.missing).toBe(1)
  const verdicts = (name: string): Readonly<Record<string, string>> => {
    const found = subjects.find((subject) => subject.name === name)?.findings ?? []
    return Object.fromEntries(found.map(({ key, verdict }) => [key, verdict]))
  }
  const all = (verdict: string, keys: readonly string[]): Readonly<Record<string, string>> =>
    Object.fromEntries(keys.map((key) => [key, verdict]))
  // Java adds the name.
  expect(verdicts('plain')).toEqual(all('supported', [...Object.keys(connectors.plain), 'name']))
  expect(verdicts('other')).toEqual({
    ...all('supported', [...Object.keys(connectors.other), 'name']),
    ...all('different', ['fiel', 'connection.password']),
  })
  expect(verdicts('missing')).toMatchObject({ 'connector.class': 'missing', name: 'supported' })

  await cluster.request({ method: 'DELETE', path: '/connectors/missing' })
  const rest = await check(worker, workerFile)
  expect(rest.code).toBe(0)
  expect(rest.out).toContain('docs/differences.md#file-source')
  expect(rest.out.trimEnd().split('\n').at(-1)).toBe('Nothing is missing.')
})
