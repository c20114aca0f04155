import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { serviceFile } from '../paths.ts'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import { installKafka } from './install.ts'

export interface JavaConnectOptions {
  readonly mode: 'standalone' | 'distributed'
  readonly bootstrapServers: string
  /**
   * `default`: heap, collector and plugin scan as `connect-standalone.sh` has them. `tuned`: a small heap and no scan,
   * which starts in a third of the time; for tests that need Java's behaviour and not its speed.
   */
  readonly flags?: 'default' | 'tuned'
  /** Added to the worker's properties; the last one wins. */
  readonly properties?: Readonly<Record<string, string>>
  /** Connector files, for standalone. */
  readonly connectorFiles?: readonly string[]
  readonly cwd?: string
  /** `-D…` and the like, after ours. */
  readonly jvmArgs?: readonly string[]
  /** Where the worker asks for one: the Authorization header by which its health is asked. */
  readonly authorization?: string
  /** Of the REST API; a free one where it is left out. */
  readonly port?: number
  /** Answers as soon as the process is there where false: for those who measure how long the start takes. */
  readonly waitUntilHealthy?: boolean
}

/** A running worker of Apache Kafka, answering `/health` with 200. */
export interface JavaConnect extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  readonly dir: string
  readonly isRunning: boolean
  log(): string
  signal(name: NodeJS.Signals): void
  /** SIGTERM, and waits: offsets are then committed. Keeps `dir` until disposed of. */
  shutDown(): Promise<number>
  kill(): Promise<number>
}

/** As `connect-standalone.sh` starts Java. */
export const connectJvmFlags = [
  ...['-Xms256M', '-Xmx2G', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
]

const jvmFlags = {
  default: connectJvmFlags,
  tuned: ['-Xms32m', '-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
}

const mainClasses = {
  standalone: 'org.apache.kafka.connect.cli.ConnectStandalone',
  distributed: 'org.apache.kafka.connect.cli.ConnectDistributed',
}

export async function startJavaConnect(options: JavaConnectOptions): Promise<JavaConnect> {
  const { mode, flags = 'tuned', connectorFiles = [], cwd, waitUntilHealthy = true } = options
  const { jvmArgs = [], authorization } = options
  const kafka = await installKafka()
  const port = options.port ?? (await freePort())
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-java-connect-'))
  const properties = {
    ...workerProperties(options, port, dir, kafka.pluginPath),
    ...options.properties,
  }
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  const workerFile = path.join(dir, 'worker.properties')
  await writeFile(workerFile, lines.join(''))
  const child = new SupervisedProcess({
    command: 'java',
    args: [
      ...[...jvmFlags[flags], '-Djava.awt.headless=true'],
      `-Dlog4j2.configurationFile=file:${serviceFile('kafka/log4j2.properties')}`,
      ...jvmArgs,
      ...['-cp', kafka.classPath, mainClasses[mode], workerFile, ...connectorFiles],
    ],
    logFile: path.join(dir, 'worker.log'),
    scratchDir: dir,
    ...(cwd === undefined ? {} : { cwd }),
  })
  const url = `http://127.0.0.1:${port}`
  const dispose = async (): Promise<void> => {
    await child.kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    if (waitUntilHealthy)
      await child.waitUntil(
        'The Java Connect worker did not start',
        () => isHealthy(url, authorization),
        {
          timeoutMs: 300_000,
          everyMs: 100,
        },
      )
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    url,
    pid: child.pid,
    dir,
    get isRunning() {
      return child.isRunning
    },
    log: () => child.log(),
    signal: (name) => child.signal(name),
    shutDown: () => child.stop(60_000),
    kill: () => child.kill(),
    [Symbol.asyncDispose]: dispose,
  }
}

/** `/health` answers 200 only once the worker has started (KIP-1017). */
export async function isHealthy(url: string, authorization?: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, {
      signal: AbortSignal.timeout(10_000),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

function workerProperties(
  options: JavaConnectOptions,
  port: number,
  dir: string,
  pluginPath: string,
): Record<string, string> {
  const converter = 'org.apache.kafka.connect.json.JsonConverter'
  const common = {
    'bootstrap.servers': options.bootstrapServers,
    'key.converter': converter,
    'value.converter': converter,
    'offset.flush.interval.ms': '1000',
    listeners: `HTTP://127.0.0.1:${port}`,
    'plugin.path': pluginPath,
    ...(options.flags === 'default' ? {} : { 'plugin.discovery': 'service_load' }),
  }
  if (options.mode === 'standalone') {
    return { ...common, 'offset.storage.file.filename': path.join(dir, 'connect.offsets') }
  }
  return {
    ...common,
    'group.id': 'connect-cluster',
    'config.storage.topic': 'connect-configs',
    'config.storage.replication.factor': '1',
    'offset.storage.topic': 'connect-offsets',
    'offset.storage.replication.factor': '1',
    'offset.storage.partitions': '5',
    'status.storage.topic': 'connect-status',
    'status.storage.replication.factor': '1',
    'status.storage.partitions': '3',
  }
}
