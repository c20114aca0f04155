import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { serviceFile } from '../paths.ts'
import { freePorts, isListening } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import { clusterId, installKafka } from './install.ts'
import type { KafkaInstallation } from './install.ts'

export interface BrokerOptions {
  /** Added to the broker's properties; the last one wins. */
  readonly properties?: Readonly<Record<string, string>>
  /** Port for clients; a free one where it is left out. */
  readonly port?: number
  /** For the other nodes of the cluster; a free one where it is left out. */
  readonly controllerPort?: number
  /** 1 where it is left out. */
  readonly nodeId?: number
  /** Release of Kafka, from 3.3 on; the one whose contract is kept where it is left out. */
  readonly release?: string
  readonly heap?: readonly string[]
  readonly logLevel?: string
}

/** One KRaft node, broker and controller in one, with its data in a folder of its own that goes when it stops. */
export interface Broker extends AsyncDisposable {
  readonly bootstrapServers: string
  readonly port: number
  readonly dir: string
  readonly pid: number
  log(): string
  signal(name: NodeJS.Signals): void
  /** Ends the process and keeps port and data, so that `start` continues them. */
  shutDown(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts one node of Apache Kafka on free ports and waits until it answers. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const kafka = await installKafka(options.release)
  const [free = 0, freeController = 0] = await freePorts(2)
  const { port = free, controllerPort = freeController, nodeId = 1 } = options
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-kafka-'))
  const data = path.join(dir, 'data')
  mkdirSync(data)
  cpSync(kafka.template, data, { recursive: true })
  if (nodeId !== 1) await writeFile(path.join(data, 'meta.properties'), identityOf(nodeId))
  const ports = { port, controllerPort }
  const properties = { ...brokerProperties(nodeId, ports, data), ...options.properties }
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  await writeFile(path.join(dir, 'broker.properties'), lines.join(''))
  let child = launch(kafka, dir, options)
  const start = async (): Promise<void> => {
    if (!child.isRunning) child = launch(kafka, dir, options)
    await child.waitUntil('Apache Kafka did not start', () => isListening(port), {
      timeoutMs: 180_000,
      everyMs: 50,
    })
  }
  const stop = async (): Promise<void> => {
    await child.kill()
    await rm(dir, { recursive: true, force: true })
  }
  await start().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    bootstrapServers: `127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return child.pid
    },
    log: () => child.log(),
    signal: (name) => child.signal(name),
    shutDown: async (how) => {
      await (how === 'SIGKILL' ? child.kill() : child.stop())
    },
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function launch(kafka: KafkaInstallation, dir: string, options: BrokerOptions): SupervisedProcess {
  const { heap = ['-Xms128m', '-Xmx512m'], logLevel = 'WARN' } = options
  return new SupervisedProcess({
    command: 'java',
    args: [
      ...heap,
      ...['-XX:+UseSerialGC', '-XX:MaxDirectMemorySize=256m', '-Djava.awt.headless=true'],
      `-Dlog.level=${logLevel}`,
      `-Dlog4j2.configurationFile=file:${serviceFile('kafka/log4j2.properties')}`,
      `-Dlog4j.configuration=file:${serviceFile('kafka/log4j.properties')}`,
      ...['-cp', kafka.classPath, 'kafka.Kafka', path.join(dir, 'broker.properties')],
    ],
    logFile: path.join(dir, 'broker.log'),
    scratchDir: dir,
  })
}

/** What formatting writes into a data folder: each node of a cluster has a number and a folder id of its own. */
function identityOf(nodeId: number): string {
  const directoryId = randomBytes(16).toString('base64url')
  const lines = ['version=1', `cluster.id=${clusterId}`, `node.id=${nodeId}`]
  return [...lines, `directory.id=${directoryId}`, ''].join('\n')
}

/** One partition and one replica for everything internal, and no waiting for members that may yet join. */
function brokerProperties(
  nodeId: number,
  { port, controllerPort }: { readonly port: number; readonly controllerPort: number },
  dataDir: string,
): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': String(nodeId),
    'controller.quorum.voters': `${nodeId}@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataDir,
    'num.partitions': '1',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'background.threads': '2',
    'num.recovery.threads.per.data.dir': '1',
    // Tests write records of 1970, which would be deleted while they are read.
    'log.retention.ms': '-1',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'log.cleaner.io.buffer.size': '65536',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '500',
    'controlled.shutdown.enable': 'false',
  }
}
