import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

test('a topic that was reset is listed again as soon as a source and a sink use it once more, while they run', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const prefix = topicPrefix('topics')
  const topic = `${prefix}lines`
  await kafka.createTopic(topic)
  const [input, output] = [dir.file('in.txt'), dir.file('out.txt')]
  await writeFile(input, 'one\n')
  const connectors = {
    [`${prefix}source`]: { 'connector.class': 'FileStreamSource', file: input, topic },
    [`${prefix}sink`]: { 'connector.class': 'FileStreamSink', file: output, topics: topic },
  }
  const files = Object.entries(connectors).map(([name, config]) =>
    dir.properties(`${name}.properties`, { name, ...config }),
  )
  await using sluice = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    properties: { ...stringConverters, 'offset.storage.file.filename': dir.file('offsets') },
    connectorFiles: await Promise.all(files),
  })
  const topicsOf = async (name: string): Promise<unknown> =>
    (await sluice.get<Record<string, { readonly topics: unknown }>>(`/connectors/${name}/topics`))[
      name
    ]?.topics
  const delivered = (text: string): Promise<unknown> =>
    waitFor(`${JSON.stringify(text)} has come out`, async () => {
      return (await readFile(output, 'utf8').catch(() => '')) === text
    })
  const names = Object.keys(connectors)
  await delivered('one\n')
  for (const name of names) {
    expect(await topicsOf(name)).toEqual([topic])
    await sluice.request('PUT', `/connectors/${name}/topics/reset`)
    expect(await topicsOf(name)).toEqual([])
  }
  await appendFile(input, 'two\n')
  await delivered('one\ntwo\n')
  for (const name of names) {
    await waitFor(`the topic of ${name} is listed again`, async () => {
      return String(await topicsOf(name)) === topic
    })
  }
}, 60_000)
