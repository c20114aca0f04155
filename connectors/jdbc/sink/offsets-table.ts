import { ConnectError } from 'sluice/api'
import type { Connection, DialectKind } from '../core/dialect.ts'
import { parseTableId, tableSql } from '../core/identifiers.ts'
import { SqlError } from '../core/sql-error.ts'
import type { PgStep } from '../drivers/pg-flight.ts'
import { quotedElement } from './cells.ts'
import type { SqlStyle } from './ddl.ts'
import { nameSql } from './ddl.ts'
import { placeholder } from './dml.ts'
import type { OffsetClaim } from './offset-claims.ts'

/** What the server's message says where a claim was refused; see {@link OffsetsTable.claimStep}. */
const refusal = 'sluice-claims-refused'

/** What a text of a key is, two of which differ where they differ in case. SQL Server's keys have 900 bytes at most, two a character. */
const keyTexts: Readonly<Record<DialectKind, string>> = {
  postgresql: 'TEXT',
  mysql: 'VARCHAR(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  sqlite: 'TEXT',
  sqlserver: 'NVARCHAR(300) COLLATE Latin1_General_BIN2',
}
/** Topics have letters of ASCII alone, and there a byte less. */
const topicTexts: Readonly<Partial<Record<DialectKind, string>>> = {
  sqlserver: 'VARCHAR(249) COLLATE Latin1_General_BIN2',
}

/** Of records that are not written, because the table says that they were. */
export class RefusedClaim extends ConnectError {}

/**
 * The table in which an exactly-once sink keeps, in the transaction of the rows, which offset of a partition comes next. Its row
 * is also the lock: of two tasks that take a partition for theirs, the one that comes second finds that the offset has moved on.
 */
export class OffsetsTable {
  readonly #style: SqlStyle
  readonly #name: string
  readonly #table: string
  readonly #connector: string

  constructor(style: SqlStyle, name: string, connector: string) {
    this.#style = style
    this.#name = name
    this.#connector = connector
    this.#table = tableSql(parseTableId(name, style.rules), style.rules, true)
  }

  /** Creates the table where it is not there. */
  async ensure(connection: Connection): Promise<void> {
    const id = parseTableId(this.#name, this.#style.rules)
    if ((await connection.describeTable(id)) !== null) return
    const { dialect } = this.#style
    const text = keyTexts[dialect]
    const topicText = topicTexts[dialect] ?? text
    const [connector, topic, partition, next] = this.#columns()
    const ifMissing = dialect === 'sqlserver' ? '' : 'IF NOT EXISTS '
    const sql = `CREATE TABLE ${ifMissing}${this.#table} (${connector} ${text} NOT NULL, ${topic} ${topicText} NOT NULL, ${partition} INT NOT NULL, ${next} BIGINT NOT NULL, PRIMARY KEY(${connector},${topic},${partition}))`
    try {
      await connection.query(sql)
    } catch (error) {
      // Of two that create it at once, one is told that it is there.
      if ((await connection.describeTable(id)) === null) throw error
    }
  }

  /** The next offset of each partition that has one, by topic. */
  async read(connection: Connection): Promise<readonly Omit<OffsetClaim, 'first'>[]> {
    const [connector, topic, partition, next] = this.#columns()
    const { rows } = await connection.query(
      `SELECT ${topic}, ${partition}, ${next} FROM ${this.#table} WHERE ${connector} = ${this.#at(1)}`,
      [this.#connector],
    )
    return rows.map((row) => ({
      topic: String(row[0]),
      partition: Number(row[1]),
      next: Number(row[2]),
    }))
  }

  /** Forgets a partition, or sets what comes next in it; for offsets that are altered from outside. */
  async set(
    connection: Connection,
    topic: string,
    partition: number,
    next: number | null,
  ): Promise<void> {
    await this.#remove(connection, topic, partition)
    if (next === null) return
    await this.#insert(connection, { topic, partition, first: next, next })
  }

  /** Within the transaction of the rows; a ConnectError where another task has written some of them. */
  async claim(connection: Connection, claims: readonly OffsetClaim[]): Promise<void> {
    const [connector, topic, partition, next] = this.#columns()
    const { dialect } = this.#style
    const lock = dialect === 'mysql' ? ' FOR UPDATE' : ''
    const hint = dialect === 'sqlserver' ? ' WITH (UPDLOCK, HOLDLOCK)' : ''
    for (const claim of claims) {
      const { rows } = await connection.query(
        `SELECT ${next} FROM ${this.#table}${hint} WHERE ${connector} = ${this.#at(1)} AND ${topic} = ${this.#at(2)} AND ${partition} = ${this.#at(3)}${lock}`,
        [this.#connector, claim.topic, claim.partition],
      )
      const stored = Number(rows[0]?.[0] ?? 0)
      if (stored > claim.first) throw this.#refused(claim, stored)
      await this.#remove(connection, claim.topic, claim.partition)
      await this.#insert(connection, claim)
    }
  }

  /**
   * The same as one statement for PostgreSQL, which fails where a partition has moved on: it then makes a number of a text that
   * is none, as there is no plainer way to end a transaction from within a statement.
   */
  claimStep(claims: readonly OffsetClaim[]): PgStep {
    const [connector, topic, partition, next] = this.#columns()
    const sql = `WITH claimed AS (
      INSERT INTO ${this.#table} AS stored (${connector},${topic},${partition},${next})
      SELECT $1::text, c.topic, c.partition, c.next FROM unnest($2::text[],$3::int[],$4::bigint[],$5::bigint[]) AS c(topic,partition,next,first)
      WHERE true ORDER BY 2, 3
      ON CONFLICT (${connector},${topic},${partition}) DO UPDATE SET ${next}=EXCLUDED.${next}
      WHERE stored.${next} <= (SELECT f.first FROM unnest($2::text[],$3::int[],$5::bigint[]) AS f(topic,partition,first)
        WHERE f.topic = stored.${topic} AND f.partition = stored.${partition})
      RETURNING 1)
      SELECT CASE WHEN count(*) = ${claims.length} THEN 0 ELSE ('${refusal}:' || count(*))::int END FROM claimed`
    const list = (text: (claim: OffsetClaim) => string): string => `{${claims.map(text).join(',')}}`
    return {
      sql,
      parameters: [
        this.#connector,
        list((claim) => quotedElement(claim.topic)),
        list((claim) => String(claim.partition)),
        list((claim) => String(claim.next)),
        list((claim) => String(claim.first)),
      ],
    }
  }

  /** What to say of a failed {@link claimStep}; any other error as it is. */
  translate(error: unknown, claims: readonly OffsetClaim[]): unknown {
    if (!(error instanceof SqlError) || !error.message.includes(refusal)) return error
    const [first] = claims
    return first === undefined ? error : this.#refused(first, null)
  }

  #refused({ topic, partition, first }: OffsetClaim, stored: number | null): RefusedClaim {
    const moved = stored === null ? 'beyond that already' : `at ${stored} already`
    return new RefusedClaim(
      `Records of topic '${topic}', partition ${partition} from offset ${first} on are not written: table ${this.#name} says that connector ${this.#connector} is ${moved}. Another task has the partition by now; restart this one to have it look again.`,
    )
  }

  async #remove(connection: Connection, topicName: string, partitionNumber: number): Promise<void> {
    const [connector, topic, partition] = this.#columns()
    await connection.query(
      `DELETE FROM ${this.#table} WHERE ${connector} = ${this.#at(1)} AND ${topic} = ${this.#at(2)} AND ${partition} = ${this.#at(3)}`,
      [this.#connector, topicName, partitionNumber],
    )
  }

  async #insert(connection: Connection, claim: OffsetClaim): Promise<void> {
    const places = [1, 2, 3, 4].map((number) => this.#at(number)).join(',')
    await connection.query(
      `INSERT INTO ${this.#table} (${this.#columns().join(',')}) VALUES (${places})`,
      [this.#connector, claim.topic, claim.partition, claim.next],
    )
  }

  #columns(): readonly [string, string, string, string] {
    const quote = (name: string): string => nameSql({ ...this.#style, quote: true }, name)
    return [quote('connector'), quote('topic'), quote('partition'), quote('next_offset')]
  }

  #at(number: number): string {
    return placeholder(this.#style.dialect, number)
  }
}
