import { HiveAwayError, HiveRefusedError } from '../../../connectors/hdfs/hive/hive-session.ts'
import type { HiveRow, HiveSession } from '../../../connectors/hdfs/hive/hive-session.ts'

/** HiveServer2 that remembers what it was told, and one table at most. */
export class FakeHive {
  /** Those that were run to their end, without questions. */
  readonly statements: string[] = []
  /** What DESCRIBE says of the table; null where there is none. */
  columns: HiveRow[] | null = null
  /** What SHOW PARTITIONS says. */
  partitions: string[] = []
  /** What a table has that is made. */
  made: HiveRow[] = []
  away = false
  /** Never answers. */
  silent = false
  /** How often it was asked for a session in vain. */
  knocks = 0
  sessions = 0
  refuses: (statement: string) => boolean = () => false

  readonly open = (): Promise<HiveSession> => {
    if (this.away) {
      this.knocks++
      return Promise.reject(new HiveAwayError('HiveServer2 at hive:10000 cannot be asked: gone'))
    }
    this.sessions++
    return Promise.resolve({
      execute: (statement, signal) => this.#execute(statement, signal),
      close: () => {
        this.sessions--
        return Promise.resolve()
      },
    })
  }

  async #execute(statement: string, signal: AbortSignal): Promise<readonly HiveRow[]> {
    if (this.silent) {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    }
    if (this.away) throw new HiveAwayError('HiveServer2 at hive:10000 cannot be asked: gone')
    if (this.refuses(statement)) throw new HiveRefusedError(`It will not ${statement}`, 40_000)
    if (statement.startsWith('DESCRIBE ')) {
      if (this.columns === null) throw new HiveRefusedError('Table not found', 10_001)
      return this.columns
    }
    if (statement.startsWith('SHOW ')) return this.partitions.map((name) => [name])
    if (statement.startsWith('CREATE EXTERNAL')) this.columns = this.made
    this.statements.push(statement)
    return []
  }
}
