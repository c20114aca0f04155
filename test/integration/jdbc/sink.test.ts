import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INT32_SCHEMA, INT64_SCHEMA, STRING_SCHEMA, Struct } from '../../../src/api/index.ts'
import type { SinkRecord } from '../../../src/api/index.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { quoteIdentifier } from '../../../connectors/jdbc/core/identifiers.ts'
import { databases } from './sink-databases.ts'
import type { Database, DatabaseName } from './sink-databases.ts'
import {
  SinkHarness,
  connectTo,
  optionalText,
  recordOf,
  rowsOf,
  structOf,
  structRecord,
} from './sink-harness.ts'
import { describeFaults } from './sink-faults.ts'
import { describeOrder } from './sink-order.ts'
import { describePostgresTypes, describeValues } from './sink-types.ts'
import { grown, keyed, personOf, upserts } from './sink-people.ts'

describe.each(Object.keys(databases) as DatabaseName[])('the sink on %s', (name) => {
  let database: Database
  let connection: Connection
  let tables = 0

  beforeAll(async () => {
    database = await databases[name]()
    connection = await connectTo(database)
  }, 300_000)

  afterAll(async () => {
    await connection.close()
    await database[Symbol.asyncDispose]()
  })

  function nextTopic(): string {
    return `People_${++tables}`
  }

  /** Rows of the table of a topic, in the order of its first column, as texts. */
  async function rowsIn(topic: string): Promise<readonly (readonly (string | null)[])[]> {
    const table = quoteIdentifier(topic, connection.dialect.identifiers)
    const rows = await rowsOf(connection, `SELECT * FROM ${table} ORDER BY 1`)
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))))
  }

  test('creates the table and inserts', async () => {
    const topic = nextTopic()
    await using sink = await SinkHarness.start(database, { 'auto.create': 'true' })
    await sink.put([personOf(topic, 0, 1, 'Ada'), personOf(topic, 1, 2, null)])
    await sink.drain()
    expect(await rowsIn(topic)).toEqual([
      ['1', 'Ada'],
      ['2', null],
    ])
    expect(await sink.preCommit()).toEqual([{ topic, partition: 0, offset: 2 }])
  })

  test('inserts many rows with texts that every format has to escape', async () => {
    const topic = nextTopic()
    const texts = [
      '',
      'a\tb',
      'new\nline',
      "quo'te",
      'back\\slash',
      '\\N',
      'ü€😀',
      '{"x",}',
      'NULL',
    ]
    const records = Array.from({ length: 450 }, (_, at) =>
      personOf(topic, at, at, texts[at % texts.length] ?? ''),
    )
    await using sink = await SinkHarness.start(database, { 'auto.create': 'true' })
    await sink.put(records)
    await sink.drain()
    const rows = await rowsIn(topic)
    expect(rows).toEqual(records.map((_, at) => [String(at), texts[at % texts.length]]))
  })

  test('upserts: the last record of a key wins, within a batch and between them', async () => {
    const topic = nextTopic()
    await using sink = await SinkHarness.start(database, upserts)
    await sink.put([
      personOf(topic, 0, 1, 'a'),
      personOf(topic, 1, 1, 'b'),
      personOf(topic, 2, 2, 'c'),
    ])
    await sink.put([personOf(topic, 3, 2, "d'\\")])
    await sink.drain()
    expect(await rowsIn(topic)).toEqual([
      ['1', 'b'],
      ['2', "d'\\"],
    ])
  })

  test('updates rows that are there, and makes none', async () => {
    const topic = nextTopic()
    {
      await using sink = await SinkHarness.start(database, upserts)
      await sink.put([personOf(topic, 0, 1, 'a'), personOf(topic, 1, 2, 'b')])
      await sink.drain()
    }
    await using sink = await SinkHarness.start(database, { ...upserts, 'insert.mode': 'update' })
    await sink.put([personOf(topic, 2, 2, 'x'), personOf(topic, 3, 3, 'y')])
    await sink.drain()
    expect(await rowsIn(topic)).toEqual([
      ['1', 'a'],
      ['2', 'x'],
    ])
  })

  describe('deletes', () => {
    const value = structOf({ name: optionalText })
    const write = (topic: string, offset: number, key: number, text: string): SinkRecord =>
      recordOf({
        ...{ topic, offset, key, keySchema: INT64_SCHEMA, valueSchema: value },
        value: new Struct(value).put('name', text),
      })
    const remove = (topic: string, offset: number, key: number): SinkRecord =>
      recordOf({ topic, offset, key, keySchema: INT64_SCHEMA })

    test.each<[string, (topic: string) => SinkRecord[], readonly string[]]>([
      ['of a key that was written', (t) => [write(t, 0, 1, 'a'), remove(t, 1, 1)], []],
      [
        'of a key that is not there, twice',
        (t) => [write(t, 0, 2, 'a'), remove(t, 1, 1), remove(t, 2, 1)],
        ['a'],
      ],
      [
        'of a key that comes again',
        (t) => [write(t, 0, 1, 'a'), remove(t, 1, 1), write(t, 2, 1, 'b')],
        ['b'],
      ],
      [
        'among other keys',
        (t) => [write(t, 0, 1, 'a'), write(t, 1, 2, 'b'), remove(t, 2, 1), write(t, 3, 3, 'c')],
        ['b', 'c'],
      ],
    ])('%s', async (_, recordsOf, left) => {
      const topic = nextTopic()
      await using sink = await SinkHarness.start(database, keyed)
      const [first, ...rest] = recordsOf(topic)
      if (first !== undefined) await sink.put([first])
      await sink.put([write(topic, 10, 99, 'z'), ...rest])
      await sink.put([remove(topic, 20, 99)])
      await sink.drain()
      const table = quoteIdentifier(topic, connection.dialect.identifiers)
      const rows = await rowsOf(connection, `SELECT name FROM ${table} ORDER BY id`)
      expect(rows.map(([text]) => text)).toEqual(left)
    })

    test('create a table of the key alone where they come first', async () => {
      const topic = nextTopic()
      await using sink = await SinkHarness.start(database, { ...keyed, 'auto.evolve': 'true' })
      await sink.put([remove(topic, 0, 1)])
      await sink.put([write(topic, 1, 1, 'late')])
      await sink.drain()
      expect(await rowsIn(topic)).toEqual([['1', 'late']])
    })

    test('are an error, or passed over, where they are off', async () => {
      const topic = nextTopic()
      const off = { ...keyed, 'delete.enabled': 'false' }
      await using failing = await SinkHarness.start(database, off)
      await failing.put([remove(topic, 0, 1), write(topic, 1, 2, 'b')])
      await failing.drain()
      expect(failing.letters.map(({ error }) => error.message)).toEqual([
        expect.stringMatching(/requires records with a non-null Struct.*partition=0,offset=0/),
      ])
      await using passing = await SinkHarness.start(database, {
        ...off,
        'tombstone.handling': 'ignore',
      })
      await passing.put([remove(topic, 2, 1)])
      await passing.drain()
      expect(passing.letters).toEqual([])
      expect(await rowsIn(topic)).toEqual([['b', '2']])
    })
  })

  test('adds columns where that is allowed, and says which are missing where it is not', async () => {
    const topic = nextTopic()
    const later = structRecord(
      topic,
      1,
      new Struct(grown).put('id', 2).put('name', 'b').put('city', 'Rome'),
    )
    {
      await using strict = await SinkHarness.start(database, { 'auto.create': 'true' }, false)
      await strict.put([personOf(topic, 0, 1, 'a')])
      await expect(strict.put([later]).then(() => strict.drain())).rejects.toThrow(
        /is missing fields \(city\) and auto-evolution is disabled/,
      )
    }
    await using sink = await SinkHarness.start(database, { 'auto.evolve': 'true' })
    await sink.put([later, personOf(topic, 2, 3, 'c')])
    await sink.drain()
    expect(await rowsIn(topic)).toEqual([
      ['1', 'a', null],
      ['2', 'b', 'Rome'],
      ['3', 'c', null],
    ])
  })

  test('names the table that is missing and the record that cannot go to it', async () => {
    const topic = nextTopic()
    await using sink = await SinkHarness.start(database)
    await sink.put([personOf(topic, 7, 1, 'a'), personOf(topic, 8, 2, 'b')])
    await sink.drain()
    expect(sink.letters.map(({ record }) => record.kafkaOffset)).toEqual([7, 8])
    expect(sink.letters[0]?.error.message).toMatch(
      /partition 0, offset 7.*Table People_\d+ is missing and auto-creation is disabled/,
    )
  })

  test('writes all of a batch but the record that the table cannot take', async () => {
    const topic = nextTopic()
    const table = quoteIdentifier(topic, connection.dialect.identifiers)
    const key = name === 'MariaDB' ? 'VARCHAR(20)' : 'TEXT'
    await connection.query(
      `CREATE TABLE ${table} (id INT NOT NULL PRIMARY KEY, name ${key} NOT NULL)`,
    )
    const records = Array.from({ length: 3000 }, (_, at) =>
      personOf(topic, at, at, at === 1234 ? null : 'x'),
    )
    await using sink = await SinkHarness.start(database)
    await sink.put(records)
    await sink.drain()
    expect(sink.letters).toHaveLength(1)
    expect(sink.letters[0]?.record.kafkaOffset).toBe(1234)
    expect(sink.letters[0]?.error.message).toMatch(/partition 0, offset 1234.*table .*name/i)
    expect(await rowsIn(topic)).toHaveLength(2999)
    expect(await sink.preCommit()).toEqual([{ topic, partition: 0, offset: 3000 }])
    expect(sink.retries).toBe(0)
  })

  test('fails with the place of the record where nobody keeps letters, and has written nothing', async () => {
    const topic = nextTopic()
    {
      await using sink = await SinkHarness.start(database, upserts)
      await sink.put([personOf(topic, 0, 1, 'a')])
      await sink.drain()
    }
    const props = { ...upserts, 'insert.mode': 'insert' }
    await using sink = await SinkHarness.start(database, props, false)
    const put = sink.put([personOf(topic, 1, 5, 'x'), personOf(topic, 2, 1, 'again')])
    await expect(put.then(() => sink.drain())).rejects.toThrow(
      /topic 'People_\d+', partition 0, offset 2 cannot be written to table .*People_/,
    )
    expect(await rowsIn(topic)).toEqual([['1', 'a']])
    expect(await sink.preCommit()).toEqual([{ topic, partition: 0, offset: 1 }])
  })

  test('keeps offsets in the table of its transaction, and goes on from there', async () => {
    const topic = nextTopic()
    const props = { 'auto.create': 'true', 'exactly.once': 'on', 'offsets.table': `off_${tables}` }
    {
      await using sink = await SinkHarness.start(database, props)
      await sink.open(topic)
      expect(sink.rewinds).toEqual([])
      await sink.put([personOf(topic, 0, 1, 'a'), personOf(topic, 1, 2, 'b')])
      await sink.drain()
    }
    await using again = await SinkHarness.start(database, props)
    await again.open(topic)
    expect(again.rewinds).toEqual([{ topic, partition: 0, offset: 2 }])
    await again.put([personOf(topic, 2, 3, 'c')])
    // What Kafka gives once more, as its offsets lie behind, is known to be there.
    await again.put([personOf(topic, 1, 2, 'b')])
    await again.drain()
    expect(await rowsIn(topic)).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ])
  })

  test('writes nothing of a partition that another task has gone on with', async () => {
    const topic = nextTopic()
    const props = { 'auto.create': 'true', 'exactly.once': 'on', 'offsets.table': `off_${tables}` }
    await using zombie = await SinkHarness.start(database, props)
    await zombie.open(topic)
    {
      await using heir = await SinkHarness.start(database, props)
      await heir.open(topic)
      await heir.put([personOf(topic, 0, 1, 'a'), personOf(topic, 1, 2, 'b')])
      await heir.drain()
    }
    const put = zombie.put([personOf(topic, 0, 1, 'zombie'), personOf(topic, 1, 2, 'zombie')])
    await expect(put.then(() => zombie.drain())).rejects.toThrow(/Another task has the partition/)
    expect(await rowsIn(topic)).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ])
  })

  test('writes to names that hold quotes, spaces and reserved words', async () => {
    const topic = `se"lec't \`x\` ${++tables}`
    const schema = structOf({ 'or"der': INT32_SCHEMA, 'a`b': STRING_SCHEMA, select: STRING_SCHEMA })
    const value = new Struct(schema).put('or"der', 1).put('a`b', 'x').put('select', 'y')
    await using sink = await SinkHarness.start(database, {
      ...{ 'auto.create': 'true', 'insert.mode': 'upsert', 'pk.mode': 'record_value' },
      'pk.fields': 'or"der',
      'table.name.format':
        connection.dialect.kind === 'postgresql'
          ? `"${topic.replaceAll('"', '""')}"`
          : `\`${topic.replaceAll('`', '``')}\``,
    })
    await sink.put([structRecord('any', 0, value)])
    await sink.put([structRecord('any', 1, value)])
    await sink.drain()
    expect(await rowsIn(topic)).toEqual([['1', 'x', 'y']])
  })

  describeValues(name, () => database)
  describeOrder(() => database)
  if (name === 'PostgreSQL') describePostgresTypes(() => database)
  if (name !== 'SQLite') describeFaults(() => database)
})
