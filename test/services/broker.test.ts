import { Kafka, logLevel } from 'kafkajs'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { bundleTs } from '../../scripts/lib/load-ts.mjs'
import { isListening } from './ports.ts'
import { root } from './paths.ts'

test('the broker of this run answers an independent client', async () => {
  const kafka = new Kafka({ brokers: [inject('bootstrapServers')], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    expect((await admin.describeCluster()).brokers).toHaveLength(1)
  } finally {
    await admin.disconnect()
  }
})

test('a broker dies with the process that started it, even when that is killed', async () => {
  const module = await bundleTs('test/services/kafka/broker.ts')
  const script = `import(${JSON.stringify(module)}).then(async ({ startBroker }) => {
    const broker = await startBroker()
    console.log(JSON.stringify({ pid: broker.pid, port: broker.port, dir: broker.dir }))
  })`
  const starter = spawn(process.execPath, ['-e', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve) => {
    starter.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
  })
  const broker = JSON.parse(line) as { pid: number; port: number; dir: string }
  expect(await isListening(broker.port)).toBe(true)

  starter.kill('SIGKILL')

  await waitFor(() => !existsSync(path.join('/proc', String(broker.pid))))
  await waitFor(() => !existsSync(broker.dir))
}, 60_000)

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('not within 20 s')
    await delay(20)
  }
}
