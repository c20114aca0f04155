import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import {
  AivenJdbcSourceTask,
  JdbcSourceTask,
} from '../../../connectors/jdbc/source/jdbc-source-task.ts'
import type { SourceOffset, SourcePartition, SourceRecord } from '../../../src/api/index.ts'
import { startMariaDb } from '../../services/databases/mariadb.ts'
import { startPostgres } from '../../services/databases/postgres.ts'
import { scratchDir } from '../../support/sluice.ts'
import { waitFor } from '../../support/wait-for.ts'

const signal = new AbortController().signal

/** A database for a test file, and a connection to write with. */
export interface TestDatabase extends AsyncDisposable {
  readonly props: Readonly<Record<string, string>>
  readonly sql: Connection
}

async function testDatabase(
  url: string,
  user: string,
  password: string,
  stop: () => PromiseLike<void>,
): Promise<TestDatabase> {
  const database = databaseOf({
    ...{ url, user, password, dialectName: '', attempts: 1, backoffMs: 0, extras: new Map() },
    applicationName: 'test',
  })
  const sql = await database.connect(signal)
  return {
    props: {
      'connection.url': url,
      'connection.user': user,
      'connection.password': password,
    },
    sql,
    [Symbol.asyncDispose]: async () => {
      await sql.close()
      await stop()
    },
  }
}

export const databases = {
  PostgreSQL: async (): Promise<TestDatabase> => {
    const running = await startPostgres()
    const { jdbcUrl, user, password } = running
    return testDatabase(jdbcUrl, user, password, () => running[Symbol.asyncDispose]())
  },
  MariaDB: async (): Promise<TestDatabase> => {
    const running = await startMariaDb()
    const { jdbcUrl, user, password } = running
    return testDatabase(jdbcUrl, user, password, () => running[Symbol.asyncDispose]())
  },
  SQLite: async (): Promise<TestDatabase> => {
    const dir = await scratchDir()
    const url = `jdbc:sqlite:${dir.file('test.db')}?journal_mode=WAL`
    return testDatabase(url, '', '', () => dir[Symbol.asyncDispose]())
  },
} as const

/** Offsets as a worker keeps them, by the partition's text. */
export type StoredOffsets = Map<string, SourceOffset>

/** A task of the source, started, polled and stopped as a worker would. */
export class SourceRun implements AsyncDisposable {
  readonly task: JdbcSourceTask

  private constructor(task: JdbcSourceTask) {
    this.task = task
  }

  static async start(
    props: Readonly<Record<string, string>>,
    offsets: StoredOffsets = new Map(),
    vendor: 'confluent' | 'aiven' = 'confluent',
  ): Promise<SourceRun> {
    const task = vendor === 'aiven' ? new AivenJdbcSourceTask() : new JdbcSourceTask()
    const one = (partition: SourcePartition): SourceOffset | null =>
      offsets.get(JSON.stringify(partition)) ?? null
    task.initialize({
      configs: () => ({}),
      transactionContext: null,
      offsetStorageReader: {
        offset: (partition) => Promise.resolve(one(partition)),
        offsets: (partitions) => Promise.resolve(partitions.map(one)),
      },
    })
    const run = new SourceRun(task)
    try {
      await task.start(
        { name: 'test', 'poll.interval.ms': '20', 'poll.linger.ms': '20', ...props },
        signal,
      )
    } catch (error) {
      await run[Symbol.asyncDispose]()
      throw error
    }
    return run
  }

  /** Records of as many polls as it takes to have at least `count`. */
  async take(count: number): Promise<SourceRecord[]> {
    const records: SourceRecord[] = []
    await waitFor(`${count} records`, async () => {
      records.push(...((await this.task.poll(signal)) ?? []))
      return records.length >= count
    })
    return records
  }

  /** Records of the polls until `times` of them in a row have brought none. */
  async rest(times = 6): Promise<SourceRecord[]> {
    const records: SourceRecord[] = []
    for (let empty = 0; empty < times;) {
      const polled = (await this.task.poll(signal)) ?? []
      empty = polled.length === 0 ? empty + 1 : 0
      records.push(...polled)
    }
    return records
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.task.stop()
  }
}

/** What a worker has stored once it has committed the last of these records of each partition. */
export function committed(records: readonly SourceRecord[]): StoredOffsets {
  const offsets: StoredOffsets = new Map()
  for (const { sourcePartition, sourceOffset } of records) {
    if (sourceOffset !== null) offsets.set(JSON.stringify(sourcePartition), sourceOffset)
  }
  return offsets
}
