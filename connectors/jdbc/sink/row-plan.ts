import { ConnectError } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'
import type { TableDescription } from '../core/dialect.ts'
import { tableName } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Column } from '../core/types.ts'
import type { Cell, CellFactory } from './cells.ts'
import type { RecordFields, SinkField } from './fields.ts'
import { valueOf } from './fields.ts'

/** One column that records are written to. */
export interface PlannedColumn {
  readonly field: SinkField
  /** Its name as the table spells it. */
  readonly name: string
  readonly column: Column
  readonly cell: Cell
  /** Whether the database may take two of its texts for one that differ in case, accents or spaces. */
  readonly isFolded: boolean
}

/** How records of one key and value schema become rows of one table. */
export interface RowPlan {
  readonly table: TableId
  /** For messages. */
  readonly tableText: string
  /** Keys first. */
  readonly columns: readonly PlannedColumn[]
  readonly keyCount: number
  readonly withDefaults: boolean
  /** Whether rows are copied into it, which views refuse. */
  readonly takesCopies: boolean
}

/** Joins the fields of records with the columns of the table; throws where a field has none. */
export function rowPlanOf(
  description: TableDescription,
  fields: RecordFields,
  cells: CellFactory,
  withDefaults: boolean,
): RowPlan {
  const { columns: there, id, type } = description
  const columns = [...fields.keys, ...fields.nonKeys].map((field): PlannedColumn => {
    const column = columnOf(there, field.name)
    if (column === null) {
      throw new ConnectError(
        `Table ${tableName(id)} has several columns that "${field.name}" may mean, as they differ in case alone. Rename the field so that it is one of them.`,
      )
    }
    const typeName = column.castType ?? column.typeName
    const cell = cells.cell({ name: field.name, schema: field.schema, typeName })
    const isFolded = cell.form === 'text' && cells.foldsTexts(typeName)
    return { field, name: column.name, column, cell, isFolded }
  })
  const keyCount = fields.keys.length
  const takesCopies = type === 'TABLE' || type === 'PARTITIONED TABLE'
  return { table: id, tableText: tableName(id), columns, keyCount, withDefaults, takesCopies }
}

/** The column of a field: the one spelled alike, else the only one that differs in case alone. */
export function columnOf(columns: readonly Column[], name: string): Column | null {
  const exact = columns.find((column) => column.name === name)
  if (exact !== undefined) return exact
  const alike = columns.filter((column) => column.name.toLowerCase() === name.toLowerCase())
  return alike.length === 1 ? (alike[0] ?? null) : null
}

/** The fields that no column of the table matches, in whatever case. */
export function missingFields(
  columns: readonly Column[],
  fields: readonly SinkField[],
): SinkField[] {
  const there = new Set(columns.map(({ name }) => name.toLowerCase()))
  return fields.filter(({ name }) => !there.has(name.toLowerCase()))
}

/** Hot: what a record has for a column. */
export function cellValue(plan: RowPlan, column: PlannedColumn, record: SinkRecord): unknown {
  return valueOf(record, column.field, plan.withDefaults)
}

/** Hot: the key of a record as a text that no other key has; `folded`: that all have which the database may take for it. */
export function keyText(plan: RowPlan, record: SinkRecord, folded = false): string {
  const { columns, keyCount } = plan
  let text = ''
  for (let at = 0; at < keyCount; at++) {
    const column = columns[at]
    if (column === undefined) continue
    const value = cellValue(plan, column, record)
    const exact = value === null || value === undefined ? '' : column.cell.text(value)
    const part = folded && column.isFolded ? foldedText(exact) : exact
    text += keyCount === 1 ? part : `${part.length}:${part}`
  }
  return text
}

const plainText = /^[!-~]*$/

/** Coarser than any collation is meant to be: whatever is alike for one is alike here. */
function foldedText(text: string): string {
  if (plainText.test(text)) return text.toLowerCase()
  const bare = text.normalize('NFKD').replace(/[\p{M}\p{C}]/gu, '')
  return bare.toUpperCase().toLowerCase().trimEnd()
}
