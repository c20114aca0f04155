import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

test('a put that does not come back fails its task, which names it, and another worker gets its records', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const name = `${topicPrefix('hanging-put')}sink`
  await kafka.createTopic(name)
  await kafka.send(name, ['a', 'b', 'c'])
  const launch = async (role: string, putWaitMs: number): Promise<Sluice> => {
    await writeFile(dir.file(role), '')
    return await Sluice.start({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      properties: {
        ...stringConverters,
        'plugin.path': path.join(root, 'test/fixtures/worker-plugins/recorder'),
        'offset.storage.file.filename': dir.file(`${role}.offsets`),
        'offset.flush.interval.ms': '100',
      },
      connectorFiles: [
        await dir.properties(`${role}.properties`, {
          name,
          'connector.class': 'com.example.RecorderSinkConnector',
          'tasks.max': '1',
          topics: name,
          journal: dir.file(role),
          'put.wait.ms': String(putWaitMs),
          'consumer.override.max.poll.interval.ms': '1500',
        }),
      ],
    })
  }
  await using hanging = await launch('hanging', 600_000)
  const trace = await hanging.failedTrace(name)
  expect(trace).toMatch(
    /^org\.apache\.kafka\.connect\.errors\.ConnectException: Task \S+-0: put has not come back for \d{4} ms, and max\.poll\.interval\.ms allows 1500 ms/,
  )
  await using other = await launch('other', 0)
  await other.running(name)
  await waitFor('the other one has put and committed them', async () =>
    (await kafka.committed(`connect-${name}`, name)).every((offset) => offset === 3),
  )
  expect(await readFile(dir.file('other'), 'utf8')).toContain('put 0:0 0:1 0:2\n')
  // It left its group instead of waiting for its session of 45 s to end.
  expect(hanging.process.isRunning).toBe(true)
  expect(await hanging.process.stop()).toBe(143)
}, 60_000)
