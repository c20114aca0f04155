import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isHealthy } from '../services/kafka/java-connect.ts'
import { root } from '../services/paths.ts'
import { freePort } from '../services/ports.ts'
import { SupervisedProcess } from '../services/supervised-process.ts'
import { waitFor } from './wait-for.ts'

/** A folder for one test, gone at its end. */
export interface ScratchDir extends AsyncDisposable {
  readonly path: string
  file(name: string): string
  /** Writes `config` as Java properties and answers with the file's name. */
  properties(name: string, config: Readonly<Record<string, string>>): Promise<string>
}

export async function scratchDir(): Promise<ScratchDir> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-test-'))
  const file = (name: string): string => path.join(dir, name)
  return {
    path: dir,
    file,
    properties: async (name, config) => {
      const lines = Object.entries(config).map(([key, value]) => `${key}=${value}\n`)
      await writeFile(file(name), lines.join(''))
      return file(name)
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

export const stringConverters = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
} as const

export interface SluiceOptions {
  readonly dir: ScratchDir
  /** Worker properties besides bootstrap servers and listener. */
  readonly properties: Readonly<Record<string, string>>
  readonly bootstrapServers: string
  readonly connectorFiles?: readonly string[]
  /** `connect-standalone` where it is left out. */
  readonly command?: 'connect-standalone' | 'connect-distributed'
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Port of the REST API; a free one where it is left out. */
  readonly port?: number
  readonly cwd?: string
  readonly stdinFile?: string
}

/** A connector or task in `GET …/status`. */
export interface StatusEntry {
  readonly state: string
  readonly worker_id: string
  readonly trace?: string
}

export interface ConnectorStatus {
  readonly name: string
  readonly type: string
  readonly connector: StatusEntry
  readonly tasks: readonly (StatusEntry & { readonly id: number })[]
}

/** Our worker, started by the command that users start, and its REST API. */
export class Sluice implements AsyncDisposable {
  readonly url: string
  readonly process: SupervisedProcess

  private constructor(process: SupervisedProcess, url: string) {
    this.process = process
    this.url = url
  }

  /** Starts the command in `bin/`; does not wait. */
  static async launch(options: SluiceOptions): Promise<Sluice> {
    const { dir, properties, bootstrapServers, connectorFiles = [], env, cwd, stdinFile } = options
    const port = options.port ?? (await freePort())
    const workerFile = await dir.properties(`worker-${port}.properties`, {
      'bootstrap.servers': bootstrapServers,
      listeners: `http://127.0.0.1:${port}`,
      ...properties,
    })
    const child = new SupervisedProcess({
      command: path.join(root, 'bin', options.command ?? 'connect-standalone'),
      args: [workerFile, ...connectorFiles],
      logFile: dir.file(`worker-${port}.log`),
      cwd: cwd ?? dir.path,
      ...(env === undefined ? {} : { env }),
      ...(stdinFile === undefined ? {} : { stdinFile }),
    })
    return new Sluice(child, `http://127.0.0.1:${port}`)
  }

  /** Starts it and waits until `/health` answers 200. */
  static async start(options: SluiceOptions): Promise<Sluice> {
    const sluice = await Sluice.launch(options)
    await sluice.process.waitUntil('Sluice did not start', () => isHealthy(sluice.url))
    return sluice
  }

  async get<T>(resource: string): Promise<T> {
    return await this.request<T>('GET', resource)
  }

  /** The body of an answer that is no error; throws what the error says. */
  async request<T>(method: string, resource: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}${resource}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${resource}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  async status(connector: string): Promise<ConnectorStatus> {
    return await this.get<ConnectorStatus>(`/connectors/${encodeURIComponent(connector)}/status`)
  }

  /** Waits until the connector and at least one task, and every task, are RUNNING. */
  async running(connector: string): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const status = await this.status(connector).catch(() => null)
      return status !== null && isRunning(status)
    }
    await waitFor(`${connector} is RUNNING`, isThere, { timeoutMs: 90_000 })
  }

  /** Waits until a task has FAILED and answers with its trace. */
  async failedTrace(connector: string): Promise<string> {
    return await waitFor(`a task of ${connector} has FAILED`, async () => {
      const { tasks } = await this.status(connector)
      return tasks.find((task) => task.state === 'FAILED')?.trace
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.kill()
  }
}

export function isRunning({ connector, tasks }: ConnectorStatus): boolean {
  const states = [connector, ...tasks].map(({ state }) => state)
  return tasks.length > 0 && states.every((state) => state === 'RUNNING')
}
