import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import type { ConnectorHealth } from '../../src/herder/health.ts'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, isRunning, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const plugins = path.join(root, 'test/fixtures/worker-plugins')
const backlog = 400

test('health tells a put that hangs from one that has nothing to do, where status says RUNNING of both', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const prefix = topicPrefix('health')
  const [feed, silent, long] = [`${prefix}feed`, `${prefix}silent`, `${prefix}long`]
  for (const topic of [feed, silent, long]) await kafka.createTopic(topic)
  await kafka.send(feed, ['a record'])
  await kafka.send(
    long,
    Array.from({ length: backlog }, (_, n) => `record ${n}`),
  )
  await writeFile(dir.file('in.txt'), '')
  const hostile = (misdeed: string): Record<string, string> => ({
    'connector.class': 'com.example.HostileSinkConnector',
    topics: feed,
    'task.misdeed': misdeed,
    'task.misdeed.at': 'put',
  })
  const connectors = {
    spins: hostile('spin'),
    never: hostile('never'),
    'idle-source': {
      'connector.class': 'FileStreamSource',
      file: dir.file('in.txt'),
      topic: silent,
    },
    'idle-sink': {
      'connector.class': 'FileStreamSink',
      topics: silent,
      file: dir.file('out.txt'),
    },
    busy: {
      'connector.class': 'com.example.RecorderSinkConnector',
      topics: long,
      journal: dir.file('busy'),
      'put.wait.ms': '20',
      'consumer.override.max.poll.records': '2',
    },
  }
  await using sluice = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    env: { SLUICE_THREADS: String(Object.keys(connectors).length) },
    properties: {
      ...stringConverters,
      'plugin.path': plugins,
      'offset.storage.file.filename': dir.file('offsets'),
      'task.stalled.ms': '1000',
      // What hangs is to be looked at, not to be ended.
      'task.watchdog.ms': '0',
    },
  })
  const healthOf = (name: string): Promise<ConnectorHealth> =>
    sluice.get(`/connectors/${prefix}${name}/health`)
  const answerOf = async (name: string, query: string): Promise<number> => {
    const response = await fetch(`${sluice.url}/connectors/${prefix}${name}/health${query}`)
    await response.arrayBuffer()
    return response.status
  }
  for (const [name, config] of Object.entries(connectors)) {
    await sluice.request('PUT', `/connectors/${prefix}${name}/config`, {
      ...{ name: `${prefix}${name}`, 'tasks.max': '1' },
      ...config,
    })
  }

  for (const [name, why] of [
    ['spins', /^Task 0: Its thread task-thread-\d+ is held by its own put since \d{4}-\S+Z\.$/],
    ['never', /^Task 0: Its put was called and has not returned since \d{4}-\S+Z\.$/],
  ] as const) {
    // At first it is told of the records alone, which wait for longer than the call has taken.
    const health = await waitFor(`${name} is stalled in put`, async () => {
      const found = await healthOf(name)
      return why.test(found.reason ?? '') ? found : null
    })
    expect(health).toMatchObject({
      ...{ type: 'sink', healthy: false, status: 'unhealthy' },
      connector: { state: 'RUNNING', healthy: true },
      tasks: [{ state: 'RUNNING', healthy: false, stalled: { stage: 'put' }, last_put: null }],
    })
    expect(health.tasks[0]?.stalled?.age_ms).toBeGreaterThan(1000)
    expect(await answerOf(name, '?fail=true')).toBe(503)
    expect(await answerOf(name, '')).toBe(200)
    expect(isRunning(await sluice.status(`${prefix}${name}`))).toBe(true)
  }

  // Both have been doing nothing for longer than what is stalled may.
  for (const name of ['idle-source', 'idle-sink']) {
    const health = await healthOf(name)
    expect(health, name).toMatchObject({ healthy: true, status: 'healthy', reason: null })
    expect(health.tasks, name).toMatchObject([
      { state: 'RUNNING', stalled: null, last_record: null },
    ])
    expect(await answerOf(name, '?fail=true')).toBe(200)
  }

  const lags: number[] = []
  await waitFor('the lag has become nothing', async () => {
    const lag = (await healthOf('busy')).tasks[0]?.lag
    if (!lag) return false
    expect(lag.unit).toBe('records')
    lags.push(lag.value)
    return lag.value === 0
  })
  expect(lags[0]).toBeGreaterThan(0)
  expect(lags).toEqual([...lags].sort((a, b) => b - a))
  expect(await healthOf('busy')).toMatchObject({ healthy: true })
}, 120_000)
