import { ConnectError, createLogger } from 'sluice/api'
import type { Schema } from 'sluice/api'
import type { Connection, TableDescription } from '../core/dialect.ts'
import { tableName } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import { SqlError } from '../core/sql-error.ts'
import { CellFactory } from './cells.ts'
import { alterTableSql, checkAddable, createTableSql } from './ddl.ts'
import type { SqlStyle } from './ddl.ts'
import { tableOfTopic } from './destination.ts'
import { fieldsOf } from './fields.ts'
import type { SinkField } from './fields.ts'
import { missingFields, rowPlanOf } from './row-plan.ts'
import type { RowPlan } from './row-plan.ts'
import type { SinkSettings } from './settings.ts'

const log = createLogger('io.confluent.connect.jdbc.sink.DbStructure')
/** How often a table is looked at again after another task may have changed it at the same time. */
const alterAttempts = 3

/** Plans made for one topic and key schema, by value schema; null where records have none. */
type PlansOfTopic = Map<Schema | null, Map<Schema | null, RowPlan>>

/** What is known of the tables: each is looked at once, created or extended where the settings say so. */
export class Tables {
  readonly style: SqlStyle
  readonly #settings: SinkSettings
  readonly #cells: CellFactory
  readonly #known = new Map<string, TableDescription>()
  readonly #plans = new Map<string, PlansOfTopic>()

  constructor(style: SqlStyle, settings: SinkSettings) {
    this.style = style
    this.#settings = settings
    this.#cells = new CellFactory(style.dialect, settings.temporal, settings.semantics)
  }

  /** A plan that was made before, or undefined. */
  known(topic: string, keySchema: Schema | null, valueSchema: Schema | null): RowPlan | undefined {
    return this.#plans.get(topic)?.get(keySchema)?.get(valueSchema)
  }

  /** Looks at everything again when it is next asked for. */
  forget(): void {
    this.#known.clear()
    this.#plans.clear()
  }

  /** How records of a topic with these schemas become rows; changes the table first where that is needed and allowed. */
  async plan(
    connection: Connection,
    topic: string,
    keySchema: Schema | null,
    valueSchema: Schema | null,
  ): Promise<RowPlan> {
    const settings = this.#settingsFor(topic, valueSchema)
    const table = tableOfTopic(topic, settings, connection.dialect)
    const fields = fieldsOf(tableName(table), settings, keySchema, valueSchema)
    const description = await this.#ensure(connection, table, fields.created)
    const plan = rowPlanOf(description, fields, this.#cells, settings.replaceNullWithDefault)
    const ofTopic: PlansOfTopic = this.#plans.get(topic) ?? new Map<never, never>()
    const ofKey = ofTopic.get(keySchema) ?? new Map<Schema | null, RowPlan>()
    this.#plans.set(topic, ofTopic.set(keySchema, ofKey.set(valueSchema, plan)))
    return plan
  }

  /** The table of a topic as a whole; null where it is not there. */
  async planOfTable(connection: Connection, topic: string): Promise<RowPlan | null> {
    const table = tableOfTopic(topic, this.#settings, connection.dialect)
    const found = await connection.describeTable(table)
    if (found === null) return null
    this.#checkType(tableName(table), found)
    const { id } = found
    const whole = { columns: [], keyCount: 0, withDefaults: false, takesCopies: false }
    return { table: id, tableText: tableName(id), ...whole }
  }

  /** With the filter of fields as a whitelist of this topic's. */
  #settingsFor(topic: string, valueSchema: Schema | null): SinkSettings {
    const { fieldFilter, whitelist } = this.#settings
    if (fieldFilter === null || valueSchema?.type !== 'STRUCT') return this.#settings
    const names = (valueSchema.fields ?? []).map(({ name }) => name)
    const kept = names.filter((name) => fieldFilter(topic, name) && (whitelist?.has(name) ?? true))
    return { ...this.#settings, whitelist: new Set(kept) }
  }

  async #ensure(
    connection: Connection,
    table: TableId,
    fields: readonly SinkField[],
  ): Promise<TableDescription> {
    const name = tableName(table)
    const known = this.#known.get(name)
    const found =
      known ??
      (await connection.describeTable(table)) ??
      (await this.#create(connection, table, fields))
    this.#checkType(name, found)
    const ready = await this.#amend(connection, table, found, fields)
    this.#known.set(name, ready)
    return ready
  }

  async #create(
    connection: Connection,
    table: TableId,
    fields: readonly SinkField[],
  ): Promise<TableDescription> {
    const name = tableName(table)
    if (!this.#settings.autoCreate) {
      throw new ConnectError(
        `Table ${name} is missing and auto-creation is disabled. Create it, or set auto.create to true.`,
      )
    }
    const sql = createTableSql(this.style, table, fields, this.#cells)
    log.info(`Creating table ${name}: ${sql}`)
    let failure: SqlError | null = null
    try {
      await connection.query(sql)
    } catch (error) {
      if (!(error instanceof SqlError) || error.failure === 'retry') throw error
      failure = error
    }
    // Another task may have been quicker.
    const created = await connection.describeTable(table)
    if (created !== null) return created
    throw failure ?? new ConnectError(`Table ${name} was created and cannot be found.`)
  }

  #checkType(name: string, { type }: TableDescription): void {
    const { tableTypes } = this.#settings
    if (tableTypes.includes(type)) return
    throw new ConnectError(
      `${name} is a ${type}, and table.types allows ${tableTypes.join(', ')}. Add ${type} to table.types if it is to be written to.`,
    )
  }

  async #amend(
    connection: Connection,
    table: TableId,
    description: TableDescription,
    fields: readonly SinkField[],
  ): Promise<TableDescription> {
    let current = description
    for (let attempt = 1; ; attempt++) {
      const missing = missingFields(current.columns, fields)
      if (missing.length === 0) return current
      this.#checkMayAlter(table, current, missing)
      try {
        for (const sql of alterTableSql(this.style, table, missing, this.#cells)) {
          log.info(`Amending table ${tableName(table)}: ${sql}`)
          await connection.query(sql)
        }
      } catch (error) {
        const isLost = error instanceof SqlError && error.failure === 'retry'
        if (isLost || attempt === alterAttempts) throw error
      }
      const again = await connection.describeTable(table)
      if (again === null) {
        throw new ConnectError(`Table ${tableName(table)} was there a moment ago and is missing.`)
      }
      current = again
    }
  }

  #checkMayAlter(table: TableId, { type }: TableDescription, missing: readonly SinkField[]): void {
    const name = tableName(table)
    const fields = missing.map((field) => field.name).join(', ')
    if (!this.#settings.autoEvolve) {
      throw new ConnectError(
        `Table ${name} is missing fields (${fields}) and auto-evolution is disabled. Add the columns, set auto.evolve to true, or leave the fields out by fields.whitelist.`,
      )
    }
    if (type !== 'TABLE' && type !== 'PARTITIONED TABLE') {
      throw new ConnectError(
        `${name} is a ${type} and is missing fields (${fields}): columns can be added to tables alone.`,
      )
    }
    checkAddable(name, missing)
  }
}
