import type {
  ConfigListener,
  ConfigStore,
  StatusStore,
} from '../../src/herder/distributed/options.ts'
import { ClusterConfig } from '../../src/stores/config/cluster-config.ts'
import { encodeConfigRecord, readConfigRecord } from '../../src/stores/config/config-records.ts'
import type { ConfigRecord } from '../../src/stores/config/config-records.ts'
import type { StatusRecord } from '../../src/stores/status/status-records.ts'
import { StatusTable, mayReplace } from '../../src/stores/status/status-table.ts'

/** A topic of configurations in memory: what one worker writes the others read at once. */
export class MemoryConfigTopic {
  readonly #records: { readonly key: string; readonly value: Buffer | null }[] = []
  readonly #readers = new Set<() => void>()
  readonly #reloaders = new Set<() => void>()
  /** Has writes fail. */
  failure: Error | null = null

  /** Keys in the order in which they were written. */
  get keys(): readonly string[] {
    return this.#records.map(({ key }) => key)
  }

  write(...records: readonly ConfigRecord[]): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure)
    for (const record of records) {
      this.#records.push(encodeConfigRecord(record))
      for (const read of this.#readers) read()
    }
    return Promise.resolve()
  }

  /** Somebody has made the topic anew, with this in it; whoever reads it begins again. */
  replace(...records: readonly ConfigRecord[]): void {
    this.#records.splice(0, this.#records.length, ...records.map(encodeConfigRecord))
    for (const reload of this.#reloaders) reload()
  }

  open({ onChange, onReloaded }: ConfigListener): ConfigStore {
    let cluster = new ClusterConfig()
    let next = 0
    let isLoaded = false
    const read = (): void => {
      for (; next < this.#records.length; next++) {
        const { key = '', value = null } = this.#records[next] ?? {}
        const record = readConfigRecord(key, value)
        if (record.kind === 'invalid') throw new Error(record.problem)
        const change = cluster.apply(record, next)
        if (change !== null && isLoaded) onChange(change)
      }
    }
    const reload = (): void => {
      cluster = new ClusterConfig()
      next = 0
      isLoaded = false
      read()
      isLoaded = true
      onReloaded()
    }
    const put = (...records: readonly ConfigRecord[]): Promise<void> => this.write(...records)
    return {
      start: () => {
        read()
        isLoaded = true
        this.#readers.add(read)
        this.#reloaders.add(reload)
        return Promise.resolve()
      },
      stop: () => {
        this.#readers.delete(read)
        this.#reloaders.delete(reload)
        return Promise.resolve()
      },
      claimWritePrivileges: () => Promise.resolve(),
      releaseWritePrivileges: () => Promise.resolve(),
      watchWritePrivileges: () => undefined,
      snapshot: () => cluster.snapshot(),
      refresh: () => Promise.resolve(cluster.snapshot()),
      problem: () => null,
      putConnectorConfig: (connector, config, state) => {
        const target = { kind: 'target-state', connector, state } as const
        const stored = { kind: 'connector', connector, config } as const
        return state === null ? put(stored) : put(target, stored)
      },
      removeConnectorConfig: (connector) =>
        put(
          { kind: 'connector', connector, config: null },
          { kind: 'target-state', connector, state: null },
        ),
      putTaskConfigs: (connector, configs) =>
        put(
          ...configs.map((config, task) => ({ kind: 'task', connector, task, config }) as const),
          { kind: 'commit', connector, tasks: configs.length },
        ),
      putTargetState: (connector, state) => put({ kind: 'target-state', connector, state }),
      putTaskCount: (connector, tasks) => put({ kind: 'fencing', connector, tasks }),
      putSessionKey: (sessionKey) => put({ kind: 'session-key', sessionKey }),
      putRestartRequest: (request) => put({ kind: 'restart', ...request }),
      putLoggerLevel: (logger, level) => put({ kind: 'logger', logger, level }),
    }
  }
}

/** A topic of statuses in memory. */
export class MemoryStatusStore implements StatusStore {
  readonly table = new StatusTable()
  readonly said: StatusRecord[] = []
  start = (): Promise<void> => Promise.resolve()
  stop = (): Promise<void> => Promise.resolve()
  flush = (): Promise<void> => Promise.resolve()
  refresh = (): Promise<StatusTable> => Promise.resolve(this.table)
  problem = (): string | null => null

  #forgotten: (connector: string) => void = () => undefined

  watchTopics(listener: (connector: string) => void): void {
    this.#forgotten = listener
  }

  put(record: StatusRecord): void {
    this.said.push(record)
    this.table.apply(record)
    if (record.kind === 'topic' && record.status === null) this.#forgotten(record.connector)
  }

  putSafe(record: StatusRecord): void {
    if (record.kind !== 'topic' && record.status !== null) {
      const { connector } = record
      const known =
        record.kind === 'connector'
          ? this.table.connector(connector)
          : this.table.task(connector, record.task)
      if (!mayReplace(known, record.status)) return
    }
    this.put(record)
  }
}
