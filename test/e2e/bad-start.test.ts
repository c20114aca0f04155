import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { describe, expect, inject, test } from 'vitest'
import path from 'node:path'
import { root } from '../services/paths.ts'
import { freePort } from '../services/ports.ts'
import { SupervisedProcess } from '../services/supervised-process.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir, SluiceOptions } from '../support/sluice.ts'

/** What is wrong, as options of the worker; the rest is in order. */
type Fault = (dir: ScratchDir) => Promise<Partial<SluiceOptions>>

const goodSource = {
  name: 'good',
  'connector.class': 'FileStreamSource',
  'tasks.max': '1',
  file: 'in.txt',
  topic: 'bad-start',
}

function worker(properties: Record<string, string>): Fault {
  return () => Promise.resolve({ properties })
}

function connector(config: Record<string, string>): Fault {
  return async (dir) => ({ connectorFiles: [await dir.properties('c.properties', config)] })
}

function connectorText(text: string): Fault {
  return async (dir) => {
    await writeFile(dir.file('c.json'), text)
    return { connectorFiles: [dir.file('c.json')] }
  }
}

async function without(
  key: keyof typeof goodSource,
  dir: ScratchDir,
): Promise<Partial<SluiceOptions>> {
  const rest = Object.fromEntries(Object.entries(goodSource).filter(([name]) => name !== key))
  return await connector(rest)(dir)
}

/** Exit code 2: the worker was not started. 3: a connector file failed, and the worker was stopped again. */
const cases: readonly (readonly [string, Fault, 2 | 3, RegExp])[] = [
  [
    'a converter that does not exist',
    worker({ 'key.converter': 'org.apache.kafka.connect.storage.StringConvertor' }),
    2,
    /StringConvertor.*StringConverter/,
  ],
  [
    'a value of the wrong type',
    worker({ ...stringConverters, 'offset.flush.interval.ms': 'soon' }),
    2,
    /Invalid value soon for configuration offset\.flush\.interval\.ms: Not a number of type LONG/,
  ],
  ['no converters', worker({}), 2, /key\.converter.*which has no default value/],
  [
    'a listener that is none',
    worker({ ...stringConverters, listeners: 'localhost' }),
    2,
    /Invalid value localhost for configuration listeners/,
  ],
  [
    'brokers that nobody is',
    async () => ({
      bootstrapServers: `127.0.0.1:${await freePort()}`,
      properties: {
        ...stringConverters,
        'default.api.timeout.ms': '1500',
        'request.timeout.ms': '1000',
      },
    }),
    2,
    /Failed to connect to and describe Kafka cluster\. Check worker's broker connection and security properties\./,
  ],
  [
    'a connector file that is not there',
    (dir) => Promise.resolve({ connectorFiles: [dir.file('gone.properties')] }),
    3,
    /Cannot read the connector file .*gone\.properties/,
  ],
  [
    'a connector file that is no file',
    async (dir) => {
      await mkdir(dir.file('folder'))
      return { connectorFiles: [dir.file('folder')] }
    },
    3,
    /Cannot read the connector file .*folder/,
  ],
  [
    'a connector file of broken JSON',
    connectorText('{"name": "x",'),
    3,
    /missing the mandatory 'name' configuration.*begins as JSON does/,
  ],
  ['a connector file with a broken escape', connectorText('name=\\u12x\n'), 3, /c\.json, line 1/],
  [
    'a connector without a name',
    (dir) => without('name', dir),
    3,
    /missing the mandatory 'name' configuration/,
  ],
  [
    'a connector without a class',
    (dir) => without('connector.class', dir),
    3,
    /contains no connector type/,
  ],
  [
    'a connector without its topic',
    (dir) => without('topic', dir),
    3,
    /Missing required configuration "topic" which has no default value/,
  ],
  [
    'a class that does not exist',
    connector({ ...goodSource, 'connector.class': 'FileStreamSourc' }),
    3,
    /Failed to find any class that implements Connector and which name matches FileStreamSourc[\s\S]*FileStreamSource/,
  ],
  [
    'tasks.max that is no number',
    connector({ ...goodSource, 'tasks.max': 'many' }),
    3,
    /Invalid value many for configuration tasks\.max: Not a number of type INT/,
  ],
]

describe('a start with', () => {
  test.each(cases)('%s ends with a message and its exit code', async (_, fault, code, message) => {
    await using dir = await scratchDir()
    await using sluice = await Sluice.launch({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      properties: { ...stringConverters, 'offset.storage.file.filename': dir.file('offsets') },
      ...(await fault(dir)),
    })
    expect(await sluice.process.exited, sluice.process.log()).toBe(code)
    const log = sluice.process.log()
    expect(log).toMatch(message)
    expect(log).toContain(code === 2 ? 'Stopping due to error' : 'Stopping after connector error')
  })

  test('an offsets file that cannot be written ends with its name and code 3', async () => {
    await using dir = await scratchDir()
    await mkdir(dir.file('folder'))
    await using sluice = await Sluice.launch({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      properties: { ...stringConverters, 'offset.storage.file.filename': dir.file('folder') },
    })
    expect(await sluice.process.exited).toBe(3)
    expect(sluice.process.log()).toMatch(
      /Failed to start Connect[^]*Cannot read the offset file .*folder/,
    )
  })

  test('a worker file that is not there ends with its name and code 2', async () => {
    await using dir = await scratchDir()
    const { exit, log } = await run(dir, ['gone.properties'])
    expect(log).toMatch(/Cannot read the properties file gone\.properties/)
    expect(exit).toBe(2)
  })

  test('no arguments, or --help, prints the usage and ends with code 1', async () => {
    await using dir = await scratchDir()
    for (const args of [[], ['x', '--help']]) {
      const { exit, log } = await run(dir, args)
      expect(log).toContain(
        'Usage: ConnectStandalone worker.properties [connector1.properties connector2.json ...]',
      )
      expect(exit).toBe(1)
    }
  })

  test('a port in use ends with code 2 and says which', async () => {
    await using dir = await scratchDir()
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await using sluice = await Sluice.launch({
        dir,
        port,
        bootstrapServers: inject('bootstrapServers'),
        properties: { ...stringConverters, 'offset.storage.file.filename': dir.file('offsets') },
      })
      expect(await sluice.process.exited).toBe(2)
      expect(sluice.process.log()).toMatch(
        new RegExp(`127\\.0\\.0\\.1:${port}.*the port is in use`),
      )
    } finally {
      server.close()
    }
  })

  test('settings for a JVM says once that they have no effect', async () => {
    await using dir = await scratchDir()
    const { log } = await run(dir, [], { KAFKA_HEAP_OPTS: '-Xmx1G', EXTRA_ARGS: '-name x' })
    expect(log.match(/KAFKA_HEAP_OPTS, EXTRA_ARGS are set for a JVM/g)).toHaveLength(1)
  })
})

async function run(
  dir: ScratchDir,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ exit: number; log: string }> {
  const child = new SupervisedProcess({
    command: path.join(root, 'bin', 'connect-standalone'),
    args,
    env,
    cwd: dir.path,
    logFile: dir.file(`run-${args.length}.log`),
  })
  return { exit: await child.exited, log: child.log() }
}
