import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { describeRegistry } from '../../converters/registry/contract.ts'
import type { RunningRegistry } from '../../converters/registry/contract.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { Sluice, scratchDir } from '../../support/sluice.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startApicurio } from './apicurio.ts'
import type { RunningApicurio } from './apicurio.ts'

let registry: RunningApicurio

beforeAll(async () => {
  registry = await startApicurio()
}, 180_000)
afterAll(() => registry[Symbol.asyncDispose]())

describeRegistry('Apicurio Registry', (): Promise<RunningRegistry> =>
  Promise.resolve({ url: registry.url, [Symbol.asyncDispose]: () => Promise.resolve() }),
)

test(
  'lines become Avro in a topic, and Avro becomes lines again',
  { timeout: 120_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('avro')}lines`
    await kafka.createTopic(topic)
    const lines = Array.from({ length: 2000 }, (_, n) => `line ${n} – Größe`)
    await writeFile(dir.file('in.txt'), `${lines.join('\n')}\n`)
    const source = await dir.properties('source.properties', {
      name: 'avro-source',
      'connector.class': 'FileStreamSource',
      file: dir.file('in.txt'),
      topic,
      transforms: 'hoist,name',
      'transforms.hoist.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
      'transforms.hoist.field': 'line',
      'transforms.name.type': 'org.apache.kafka.connect.transforms.SetSchemaMetadata$Value',
      'transforms.name.schema.name': 'com.example.Line',
    })
    const sink = await dir.properties('sink.properties', {
      name: 'avro-sink',
      'connector.class': 'FileStreamSink',
      file: dir.file('out.txt'),
      topics: topic,
    })
    await using sluice = await Sluice.start({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      connectorFiles: [source, sink],
      properties: {
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'Avro',
        // The first does not answer: the second is asked.
        'value.converter.schema.registry.url': `http://127.0.0.1:1,${registry.url}`,
        'offset.storage.file.filename': dir.file('offsets'),
      },
    })
    await sluice.running('avro-sink')
    const written = lines.map((line) => `Struct{line=${line}}\n`).join('')
    await waitFor('every line to be written', async () => {
      return (await readFile(dir.file('out.txt'), 'utf8').catch(() => '')) === written
    })
    const [first] = await kafka.read(topic)
    expect(first?.value?.slice(0, 1)).toBe('\0')
    const versions = await fetch(`${registry.url}/subjects/${topic}-value/versions/latest`)
    expect(await versions.json()).toMatchObject({
      version: 1,
      schema: expect.stringContaining('"name":"Line","namespace":"com.example"') as string,
    })
  },
)
