import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startMariaDb } from '../../services/databases/mariadb.ts'
import { startPostgres } from '../../services/databases/postgres.ts'
import type { Address } from './sink-harness.ts'

export type Database = Address & AsyncDisposable

/** A database of each kind that the sink is tested on, its own for whoever asks. */
export const databases = {
  PostgreSQL: (): Promise<Database> => startPostgres(),
  MariaDB: (): Promise<Database> => startMariaDb(),
  SQLite: async (): Promise<Database> => {
    const dir = await mkdtemp(path.join(tmpdir(), 'sluice-sqlite-'))
    return {
      jdbcUrl: `jdbc:sqlite:${path.join(dir, 'test.db')}`,
      user: null,
      password: null,
      [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
    }
  },
} as const

export type DatabaseName = keyof typeof databases
