import { describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from '../../../../src/api/index.ts'
import type { Schema } from '../../../../src/api/index.ts'
import { sqlServerDialect } from '../../../../connectors/jdbc/drivers/sqlserver.ts'
import { BatchStore } from '../../../../connectors/jdbc/sink/batch-store.ts'
import type { Rejection } from '../../../../connectors/jdbc/sink/isolation.ts'
import { settingsOf } from '../sink/support.ts'
import { FakeTds, connectionOf, serverError, tdsColumn } from './fake-tds.ts'
import type { Asked, Reply } from './fake-tds.ts'

const schema = SchemaBuilder.struct()
  .field('id', INT32_SCHEMA)
  .field('name', STRING_SCHEMA)
  .field('at', SchemaBuilder.bytes().optional().build())
  .build()

/** A server with the table `people`, which loses its transaction at an error, as SQL Server does for some. */
class FakeServer {
  readonly tds = new FakeTds((asked) => this.#answer(asked))
  readonly committed: unknown[] = []
  readonly statements: Asked[] = []
  /** Changes of tables that were tried: whether in a transaction. */
  readonly altered: boolean[] = []
  #open: unknown[] | null = null

  #answer(asked: Asked): Reply {
    const { sql } = asked
    if (sql.includes('sys.columns')) return described
    if (sql === 'BEGIN TRANSACTION') this.#open = []
    else if (sql.startsWith('ALTER')) {
      this.altered.push(this.#open !== null)
      return { error: serverError(245, 'no such change') }
    } else if (sql === 'COMMIT TRANSACTION') {
      if (this.#open === null) return { error: serverError(3902) }
      this.committed.push(...this.#open)
      this.#open = null
    } else if (sql.startsWith('IF @@TRANCOUNT')) this.#open = null
    else {
      this.statements.push(asked)
      const values = asked.parameters.map(({ value }) => value)
      if (values.includes('bad')) {
        this.#open = null
        return { error: serverError(245, 'Conversion failed') }
      }
      this.#open?.push(...values.filter((_, at) => at % 3 === 0))
    }
    return { affected: 1 }
  }
}

const described: Reply = {
  columns: Array.from({ length: 14 }, (_, at) => tdsColumn(`c${at}`, 'NVarChar')),
  rows: [
    ['db', 'dbo', 'people', 'U', 'id', 'int', 0, 10, 0, 4, 0, 0, 0, 1],
    ['db', 'dbo', 'people', 'U', 'name', 'varchar', 1, 0, 0, 50, 0, 0, 0, null],
    ['db', 'dbo', 'people', 'U', 'at', 'varbinary', 1, 0, 0, -1, 0, 0, 0, null],
  ],
}

function storeOf(server: FakeServer, props: Readonly<Record<string, string>>): BatchStore {
  return new BatchStore({
    settings: settingsOf({ 'connection.url': 'jdbc:sqlserver://h', ...props }),
    dialect: sqlServerDialect,
    connect: () => Promise.resolve(connectionOf(server.tds)),
  })
}

function person(id: number, name = 'n', at: Buffer | null = null): SinkRecord {
  const value = new Struct(schema, [id, name, at])
  return new SinkRecord('people', 0, null, null, value.schema, value, id)
}

const byKey = { 'pk.mode': 'record_value', 'pk.fields': 'id' }

describe('the sink on SQL Server', () => {
  test('inserts many rows a statement, within 2,100 parameters', async () => {
    const server = new FakeServer()
    const people = Array.from({ length: 2000 }, (_, id) => person(id))
    await storeOf(server, {}).commit(people)
    expect(server.statements.map(({ parameters }) => parameters.length)).toEqual([
      ...[2097, 2097, 1806],
    ])
    expect(server.committed).toEqual(people.map((_, id) => String(id)))
  })

  test('upserts by one MERGE of many rows, each made what its column is', async () => {
    const server = new FakeServer()
    await storeOf(server, { 'insert.mode': 'upsert', ...byKey }).commit([
      person(1, "O'Neill", Buffer.from([1, 255])),
      person(2),
    ])
    const [{ sql, parameters } = { sql: '', parameters: [] }] = server.statements
    expect(sql).toBe(
      'merge into [db].[dbo].[people] with (HOLDLOCK) AS target using (select convert(int,v.[id]) AS [id], ' +
        'convert(varchar(max),v.[name]) AS [name], convert(varbinary(max),v.[at],1) AS [at] ' +
        'from (values (@p1,@p2,@p3),(@p4,@p5,@p6)) AS v([id],[name],[at])) AS incoming on (target.[id]=incoming.[id]) ' +
        'when matched then update set [name]=incoming.[name],[at]=incoming.[at] ' +
        'when not matched then insert ([name], [at], [id]) values (incoming.[name],incoming.[at],incoming.[id]);',
    )
    expect(parameters.map(({ value }) => value)).toEqual(['1', "O'Neill", '0x01ff', '2', 'n', null])
  })

  test('updates and deletes by a join with many rows', async () => {
    const server = new FakeServer()
    await storeOf(server, { 'insert.mode': 'update', ...byKey }).commit([person(1)])
    const key = keyRecord()
    const deletes = { 'pk.mode': 'record_key', 'pk.fields': 'id', 'delete.enabled': 'true' }
    await storeOf(server, { 'insert.mode': 'upsert', ...deletes }).commit([key])
    expect(server.statements.map(({ sql }) => sql)).toEqual([
      'UPDATE target SET [name]=incoming.[name],[at]=incoming.[at] FROM [db].[dbo].[people] AS target ' +
        'JOIN (select convert(int,v.[id]) AS [id], convert(varchar(max),v.[name]) AS [name], ' +
        'convert(varbinary(max),v.[at],1) AS [at] from (values (@p1,@p2,@p3)) AS v([id],[name],[at])) AS incoming ON target.[id]=incoming.[id]',
      'DELETE target FROM [db].[dbo].[people] AS target JOIN (select convert(int,v.[id]) AS [id] ' +
        'from (values (@p1)) AS v([id])) AS incoming ON target.[id]=incoming.[id]',
    ])
  })

  test('rejects the bad rows alone, though each of them ends the transaction', async () => {
    const server = new FakeServer()
    const people = Array.from({ length: 100 }, (_, id) =>
      person(id, id === 17 || id === 80 ? 'bad' : 'n'),
    )
    const rejected: Rejection[] = []
    await storeOf(server, {}).commitWhatCan(people, (rejections) => {
      rejected.push(...rejections)
      return Promise.resolve()
    })
    expect(rejected.map(({ record }) => Number(record.kafkaOffset))).toEqual([17, 80])
    expect(String(rejected[0]?.error)).toMatch(
      /topic 'people', partition 0, offset 17 .*table db\.dbo\.people.*Conversion failed/,
    )
    const others = people.filter((_, id) => id !== 17 && id !== 80)
    expect(server.committed).toEqual(others.map(({ kafkaOffset }) => String(kafkaOffset)))
  })

  test('tries to change a table before the transaction, and not again within it', async () => {
    const server = new FakeServer()
    const grown = SchemaBuilder.struct()
      .field('id', INT32_SCHEMA)
      .field('extra', SchemaBuilder.int32().optional().build())
      .build()
    const grownRecord = (id: number): SinkRecord =>
      new SinkRecord('people', 0, null, null, grown, new Struct(grown, [id, null]), id)
    const rejected: unknown[] = []
    const records = [person(1), grownRecord(2), person(3), grownRecord(4)]
    await storeOf(server, { 'auto.evolve': 'true' }).commitWhatCan(records, (rejections) => {
      rejected.push(...rejections.map(({ record }) => record.kafkaOffset))
      return Promise.resolve()
    })
    expect(server.altered.length).toBeGreaterThan(0)
    expect(server.altered).not.toContain(true)
    expect(rejected).toEqual([2, 4])
    expect(server.committed).toEqual(['1', '3'])
  })

  test('keeps its offsets in a table whose keys differ by case and fit', async () => {
    const server = new FakeServer()
    const created: string[] = []
    const tds = new FakeTds(({ sql }) => {
      if (sql.startsWith('CREATE')) created.push(sql)
      return sql.includes('sys.columns') && created.length === 0 ? {} : described
    })
    const store = new BatchStore({
      settings: settingsOf({ 'connection.url': 'jdbc:sqlserver://h', 'exactly.once': 'on' }),
      dialect: sqlServerDialect,
      connect: () => Promise.resolve(connectionOf(tds)),
    })
    await store.start()
    expect(created).toEqual([
      'CREATE TABLE [__connect_offsets] ([connector] NVARCHAR(300) COLLATE Latin1_General_BIN2 NOT NULL, ' +
        '[topic] VARCHAR(249) COLLATE Latin1_General_BIN2 NOT NULL, [partition] INT NOT NULL, ' +
        '[next_offset] BIGINT NOT NULL, PRIMARY KEY([connector],[topic],[partition]))',
    ])
    expect(server.committed).toEqual([])
  })
})

function keyRecord(): SinkRecord {
  const keySchema: Schema = INT32_SCHEMA
  return new SinkRecord('people', 0, keySchema, 1, null, null, 0)
}
