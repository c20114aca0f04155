import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { INT64_SCHEMA, STRING_SCHEMA, Struct } from '../../../src/api/index.ts'
import { SinkHarness, connectTo, rowsOf, structOf, structRecord } from './sink-harness.ts'
import type { Database } from './sink-databases.ts'
import { SourceRun } from './source-run.ts'
import type { TestDatabase } from './source-run.ts'

/** What a run over many rows has moved, and what memory it took from its first fifth to its end. */
export interface Volume {
  readonly rows: number
  /** Of the numbers 1 to `rows`, once each. */
  readonly sum: number
  /** Bytes in use after a collection. */
  readonly heapGrowthMib: number
  /** The highest seen. */
  readonly residentGrowthMib: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const mib = 1024 * 1024

/** Watches the memory of this process while `total` rows go by. */
class MemoryWatch {
  readonly #total: number
  #heapBefore: number | null = null
  #residentBefore = 0
  #residentPeak = 0

  constructor(total: number) {
    this.#total = total
  }

  seen(rows: number): void {
    const { rss } = process.memoryUsage()
    this.#residentPeak = Math.max(this.#residentPeak, rss)
    if (this.#heapBefore !== null || rows < this.#total / 5) return
    this.#heapBefore = heapInUse()
    this.#residentBefore = rss
    this.#residentPeak = rss
  }

  growth(): Pick<Volume, 'heapGrowthMib' | 'residentGrowthMib'> {
    return {
      heapGrowthMib: (heapInUse() - (this.#heapBefore ?? 0)) / mib,
      residentGrowthMib: (this.#residentPeak - this.#residentBefore) / mib,
    }
  }
}

function heapInUse(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Reads a table of so many rows of some 250 bytes by a cursor. */
export async function readVolume(db: TestDatabase, total: number): Promise<Volume> {
  const isPg = db.sql.dialect.kind === 'postgresql'
  const numbers = isPg ? `generate_series(1, ${total}) AS n(seq)` : `seq_1_to_${total}`
  await db.sql.query('DROP TABLE IF EXISTS volume')
  await db.sql.query('CREATE TABLE volume (id bigint PRIMARY KEY, t varchar(300))')
  await db.sql.query(`INSERT INTO volume SELECT seq, repeat('x', 230) FROM ${numbers}`)
  const table = isPg ? '"public"."volume"' : '`sluice`.`volume`'
  const signal = new AbortController().signal
  const watch = new MemoryWatch(total)
  await using source = await SourceRun.start({
    ...db.props,
    ...{ 'topic.prefix': '', tables: table, mode: 'incrementing' },
    ...{ 'incrementing.column.name': 'id', 'poll.interval.ms': '3600000' },
  })
  let [rows, sum] = [0, 0]
  while (rows < total) {
    for (const { value } of (await source.task.poll(signal)) ?? []) {
      rows++
      sum += Number((value as Struct).values[0])
    }
    watch.seen(rows)
  }
  const growth = watch.growth()
  await db.sql.query('DROP TABLE volume')
  return { rows, sum, ...growth }
}

const schema = structOf({ id: INT64_SCHEMA, t: STRING_SCHEMA })
const text = 'x'.repeat(230)
/** As many as a consumer hands out at a time. */
const perPut = 500

/** Writes so many records of some 250 bytes. */
export async function writeVolume(
  database: Database,
  total: number,
  props: Readonly<Record<string, string>> = {},
): Promise<Volume> {
  const connection = await connectTo(database)
  await connection.query('DROP TABLE IF EXISTS volume')
  const watch = new MemoryWatch(total)
  await using sink = await SinkHarness.start(database, { 'auto.create': 'true', ...props })
  await sink.open('volume')
  for (let from = 0; from < total; from += perPut) {
    const records = Array.from({ length: Math.min(perPut, total - from) }, (_, at) => {
      const id = from + at + 1
      return structRecord('volume', id, new Struct(schema, [id, text]))
    })
    await sink.put(records)
    watch.seen(from + records.length)
  }
  await sink.drain()
  const growth = watch.growth()
  const [[rows, sum] = []] = await rowsOf(connection, 'SELECT count(*), sum(id) FROM volume')
  await connection.query('DROP TABLE volume')
  await connection.close()
  return { rows: Number(rows), sum: Number(sum), ...growth }
}
