import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startBroker } from '../services/kafka/broker.ts'
import { isHealthy } from '../services/kafka/java-connect.ts'
import { root } from '../services/paths.ts'
import { freePort } from '../services/ports.ts'
import { SupervisedProcess } from '../services/supervised-process.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { isRunning, scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, ScratchDir } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'

/** The shipped files; of the worker's only the two addresses are changed, because 9092 and 8083 may be taken. */
const shipped = [
  'connect-standalone.properties',
  'connect-file-source.properties',
  'connect-file-sink.properties',
]
const line = 'Hello, Kafka: from a file, to a file.'

/** File to Kafka to file with the shipped configuration, told step by step. Throws where a step does not come true. */
export async function demo(): Promise<void> {
  await using dir = await scratchDir()
  say('Starting Apache Kafka (installed by Maven the first time) ...')
  await using broker = await startBroker()
  say(`Kafka answers at ${broker.bootstrapServers}.`)

  const port = await freePort()
  const files = await copyConfiguration(dir, broker.bootstrapServers, port)
  await writeFile(dir.file('test.txt'), '')
  say(`\n$ bin/connect-standalone ${shipped.map((name) => `config/${name}`).join(' ')}`)
  const worker = new SupervisedProcess({
    command: path.join(root, 'bin', 'connect-standalone'),
    args: files,
    cwd: dir.path,
    logFile: dir.file('worker.log'),
  })
  try {
    await tour(worker, `http://127.0.0.1:${port}`, dir, broker.bootstrapServers)
  } finally {
    await worker.kill()
  }
}

async function tour(
  worker: SupervisedProcess,
  url: string,
  dir: ScratchDir,
  bootstrapServers: string,
): Promise<void> {
  await worker.waitUntil('The worker did not start', () => isHealthy(url))
  for (const name of ['local-file-source', 'local-file-sink']) {
    await waitFor(`${name} is RUNNING`, async () =>
      isRunning(await get(url, `/connectors/${name}/status`)),
    )
  }
  say(
    worker
      .log()
      .split('\n')
      .filter((logged) => /started|listening|Created/.test(logged))
      .join('\n'),
  )

  say(`\n$ echo '${line}' >> test.txt`)
  await appendFile(dir.file('test.txt'), `${line}\n`)
  await using kafka = await openKafkaClient(bootstrapServers)
  await waitFor(
    'the line is in the topic',
    async () => (await kafka.endOffset('connect-test').catch(() => 0)) === 1,
  )
  const [value] = await kafka.readValues('connect-test')
  say(`\nIn the topic connect-test:\n${value ?? ''}`)
  if (value?.includes(line) !== true)
    throw new Error('the topic holds something else than the line.')

  await waitFor('the line is in test.sink.txt', async () => {
    const text = await readFile(dir.file('test.sink.txt'), 'utf8').catch(() => '')
    return text === `${line}\n`
  })
  say(`\n$ cat test.sink.txt\n${line}`)

  for (const resource of ['/', '/connectors', '/connectors/local-file-sink/status']) {
    say(`\n$ curl ${url}${resource}\n${JSON.stringify(await get(url, resource))}`)
  }
  const code = await worker.stop()
  if (code !== 143) throw new Error(`the worker ended with code ${code} at SIGTERM instead of 143.`)
  say('\nStopped. All of it is true: npm run demo passed.')
}

/** Copies the shipped files to `config/` of `dir`. */
async function copyConfiguration(
  dir: ScratchDir,
  bootstrapServers: string,
  port: number,
): Promise<string[]> {
  await mkdir(dir.file('config'))
  const files: string[] = []
  for (const name of shipped) {
    const text = await readFile(path.join(root, 'config', name), 'utf8')
    const own = text
      .replace(/^bootstrap\.servers=.*$/m, `bootstrap.servers=${bootstrapServers}`)
      .replace(/^#?listeners=.*$/m, `listeners=http://127.0.0.1:${port}`)
    await writeFile(dir.file(`config/${name}`), own)
    files.push(`config/${name}`)
  }
  return files
}

async function get(url: string, resource: string): Promise<ConnectorStatus> {
  const response = await fetch(`${url}${resource}`)
  if (!response.ok) throw new Error(`GET ${resource} answered ${response.status}.`)
  return (await response.json()) as ConnectorStatus
}

function say(text: string): void {
  console.log(text)
}
