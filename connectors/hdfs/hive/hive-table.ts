import { ConnectError } from 'sluice/api'
import type { Schema } from 'sluice/api'
import type { SchemaCompatibility } from 'sluice/storage'
import { HiveRefusedError } from './hive-session.ts'
import type { HiveRow } from './hive-session.ts'
import { addPartitions, createDatabase, createTable, identifier, tableText } from './statements.ts'
import type { HiveColumn, HivePartition, HiveTableName } from './statements.ts'
import { withoutFields } from './table-format.ts'
import type { TableFormat } from './table-format.ts'
import type { TableLayout } from './table-layout.ts'

/** Hive's numbers for a table, and a database, that there is not. */
const missing = [10_001, 10_072]
/** In one statement. */
const partitionsAtOnce = 100
/** Directories that wait, or are known to be partitions: beyond it they are looked up anew. */
const mostDirectories = 10_000

export interface HiveTableOptions {
  readonly name: HiveTableName
  readonly topic: string
  /** The directory of the topic, as a URL. */
  readonly location: string
  readonly layout: TableLayout
  readonly format: TableFormat
  readonly compatibility: SchemaCompatibility
  /** The directories of the topic with files, as the partitioner names them. */
  listDirectories(signal: AbortSignal): Promise<readonly string[]>
}

/** Runs a statement. */
export type Execute = (statement: string) => Promise<readonly HiveRow[]>

/**
 * The table of a topic: what it ought to be, by the files that were completed, and what Hive is known to have. {@link update} brings the second to the
 * first; all its statements may be run again.
 */
export class HiveTable {
  readonly #options: HiveTableOptions
  #wanted: Schema | null = null
  #applied: Schema | null = null
  /** Null where Hive was not asked yet. */
  #exists: boolean | null = null
  /** Whether the directories there are have to be looked up: those of a run before. */
  #stale = true
  readonly #pending = new Set<string>()
  readonly #added = new Set<string>()

  constructor(options: HiveTableOptions) {
    this.#options = options
  }

  /** Whether there is anything to do. A topic without files has no table. */
  get hasWork(): boolean {
    if (this.#wanted !== this.#applied || this.#pending.size > 0) return true
    return this.#stale && this.#exists !== false
  }

  get topic(): string {
    return this.#options.topic
  }

  /** A file was completed in a directory. */
  completed(directory: string, schema: Schema): void {
    if (!this.#isOlder(schema)) this.#wanted = schema
    if (this.#added.has(directory)) return
    this.#pending.add(directory)
    if (this.#pending.size <= mostDirectories) return
    this.#pending.clear()
    this.#stale = true
  }

  /** Files were completed that nobody has told of. */
  lookUp(): void {
    this.#stale = true
  }

  /** Rejects where Hive is away, or refuses something: then it is to be called again. */
  async update(execute: Execute, signal: AbortSignal): Promise<void> {
    let refused: HiveRefusedError | null = null
    if (this.#exists !== true || this.#wanted !== this.#applied) {
      refused = await this.#ensure(execute)
    }
    try {
      if (this.#exists === true) await this.#addPartitions(execute, signal)
    } catch (error) {
      // Somebody may have dropped it: Hive is asked anew.
      if (error instanceof HiveRefusedError) this.#exists = null
      throw error
    }
    if (refused !== null) throw refused
  }

  /** A schema that Hive refuses keeps no partition out: it answers with the error. */
  async #ensure(execute: Execute): Promise<HiveRefusedError | null> {
    const { name, format } = this.#options
    const wanted = this.#wanted
    const columns = await this.#columns(execute)
    this.#exists = columns !== null
    if (wanted === null) return null
    if (columns === null) {
      await this.#create(execute, wanted)
      return null
    }
    try {
      for (const statement of format.evolve(name, columns, this.#tableSchema(wanted))) {
        await execute(statement)
      }
      this.#applied = wanted
      return null
    } catch (error) {
      if (error instanceof HiveRefusedError) return error
      throw error
    }
  }

  async #create(execute: Execute, schema: Schema): Promise<void> {
    const { name, layout, location, format } = this.#options
    const { database } = name
    if (database !== 'default') await execute(createDatabase(database))
    const partitionColumns = layout.columns
    const described = format.describe(this.#tableSchema(schema))
    await execute(createTable({ name, partitionColumns, location, ...described }))
    this.#applied = schema
    this.#exists = true
    this.#stale = true
    this.#added.clear()
  }

  /** Those of the table as it is, without those of its partitions; null where there is no table. */
  async #columns(execute: Execute): Promise<readonly HiveColumn[] | null> {
    try {
      const rows = await execute(`DESCRIBE ${tableText(this.#options.name)}`)
      const columns: HiveColumn[] = []
      for (const [name, type] of rows) {
        // What follows tells of the partitions.
        if (typeof name !== 'string' || name === '' || name.startsWith('#')) break
        columns.push({ name, type: String(type) })
      }
      return columns
    } catch (error) {
      if (error instanceof HiveRefusedError && missing.includes(error.code ?? 0)) return null
      throw error
    }
  }

  async #addPartitions(execute: Execute, signal: AbortSignal): Promise<void> {
    if (this.#stale) await this.#findMissing(execute, signal)
    while (this.#pending.size > 0) {
      const directories = [...this.#pending].slice(0, partitionsAtOnce)
      const partitions = directories.flatMap((directory) => this.#partitionOf(directory) ?? [])
      const { name, layout } = this.#options
      if (partitions.length > 0) await execute(addPartitions(name, layout.columns, partitions))
      for (const directory of directories) this.#isAdded(directory)
    }
  }

  /** Those that Hive does not have of the directories there are. */
  async #findMissing(execute: Execute, signal: AbortSignal): Promise<void> {
    this.#stale = false
    try {
      const rows = await execute(`SHOW PARTITIONS ${tableText(this.#options.name)}`)
      const present = new Set(rows.map(([name]) => keyOf(valuesOf(String(name)))))
      for (const directory of await this.#options.listDirectories(signal)) {
        const values = this.#options.layout.valuesOf(directory)
        if (values === null) continue
        if (present.has(keyOf(values))) this.#isAdded(directory)
        else this.#pending.add(directory)
      }
    } catch (error) {
      this.#stale = true
      throw error
    }
  }

  #isAdded(directory: string): void {
    this.#pending.delete(directory)
    if (this.#added.size >= mostDirectories) this.#added.clear()
    this.#added.add(directory)
  }

  #partitionOf(directory: string): HivePartition | null {
    const { layout, location } = this.#options
    const values = layout.valuesOf(directory)
    return values === null ? null : { values, location: `${location}/${directory}` }
  }

  /** Columns of partitions are none of the files', though these hold them. */
  #tableSchema(schema: Schema): Schema {
    const { layout, name, topic } = this.#options
    const left = withoutFields(schema, layout.columns)
    if (left.fields?.length !== 0) return left
    throw new ConnectError(
      `The records of ${topic} have no field besides those of the partitioner: Hive has no table ${identifier(name.table)} without columns.`,
    )
  }

  /** Where schemas only grow, a partition of the topic that is behind takes nothing back. */
  #isOlder({ version }: Schema): boolean {
    const { compatibility } = this.#options
    const before = this.#wanted?.version ?? null
    const grows = compatibility === 'BACKWARD' || compatibility === 'FULL'
    return grows && before !== null && version !== null && version < before
  }
}

/** `year=2024/month=05`, as Hive writes it, with `%2F` and the like for what it does not put into a directory. */
function valuesOf(name: string): string[] {
  return name
    .split('/')
    .map((part) => part.slice(part.indexOf('=') + 1))
    .map((value) =>
      value.replace(/%([0-9A-Fa-f]{2})/g, (_whole, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    )
}

function keyOf(values: readonly string[]): string {
  return JSON.stringify(values)
}
