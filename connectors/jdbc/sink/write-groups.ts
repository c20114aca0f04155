import type { SinkRecord } from 'sluice/api'
import { cellValue, keyText } from './row-plan.ts'
import type { RowPlan } from './row-plan.ts'

/** `truncate` is of a whole table, and of no row. */
export type WriteKind = 'insert' | 'upsert' | 'update' | 'delete' | 'truncate'

/** A record and the row it becomes; `kind` is what happens to that row. */
export interface PlannedRecord {
  readonly record: SinkRecord
  readonly plan: RowPlan
  readonly kind: WriteKind
}

/** Records that one statement writes, or a few. */
export interface WriteGroup {
  readonly plan: RowPlan
  readonly kind: WriteKind
  readonly records: readonly SinkRecord[]
}

/**
 * Records in groups that are to be written in the order given, with the same outcome as one by one in the order of Kafka. Of
 * the operations on one key of a table the last one counts, as far as its row has the same columns as the one before.
 */
export function groupsOf(rows: readonly PlannedRecord[]): readonly WriteGroup[] {
  const tables = new Map<string, TableGroups>()
  for (const row of rows) {
    const name = row.plan.tableText
    let table = tables.get(name)
    if (table === undefined) {
      table = new TableGroups()
      tables.set(name, table)
    }
    table.add(row)
  }
  return [...tables.values()].flatMap((table) => table.finish())
}

interface OpenGroup {
  readonly plan: RowPlan
  readonly kind: WriteKind
  /** Undefined where another operation has taken the place of one. */
  readonly records: (SinkRecord | undefined)[]
}

interface Slot {
  readonly group: OpenGroup
  readonly index: number
  /** The key itself, of which slots have what the database may take for it. */
  readonly key: string
}

/** The groups of one table. */
class TableGroups {
  readonly #finished: OpenGroup[] = []
  /** Of keys that are all different: deletes are written first, so that a row may be deleted and come again. */
  #deletes: OpenGroup[] = []
  #writes: OpenGroup[] = []
  #slots = new Map<string, Slot>()
  readonly #keyShapes = new Map<RowPlan, string>()
  #lastPlan: RowPlan | null = null
  #lastShape = ''

  add(row: PlannedRecord): void {
    if (row.plan !== this.#lastPlan) this.#changePlan(row.plan)
    if (row.kind === 'truncate') this.#truncate(row)
    else if (row.kind === 'insert') this.#insert(row)
    else if (row.kind === 'delete') this.#delete(row)
    else this.#write(row)
  }

  finish(): readonly WriteGroup[] {
    this.#close()
    return this.#finished.flatMap(({ plan, kind, records }) => {
      const left = records.filter((record) => record !== undefined)
      return left.length === 0 ? [] : [{ plan, kind, records: inKeyOrder(plan, kind, left) }]
    })
  }

  /** Two inserts of one key are an error of the database's, and stay one. */
  #insert({ plan, record }: PlannedRecord): void {
    if (this.#deletes.length > 0) this.#close()
    groupOf(this.#writes, plan, 'insert').records.push(record)
  }

  #delete({ plan, record }: PlannedRecord): void {
    // Inserts have no slots: what was inserted before is written before.
    if (this.#writes.some(({ kind }) => kind === 'insert')) this.#close()
    const key = keyText(plan, record)
    const place = isFolded(plan) ? keyText(plan, record, true) : key
    const slot = this.#slotOf(place, key)
    if (slot !== undefined) slot.group.records[slot.index] = undefined
    this.#slots.set(place, append(groupOf(this.#deletes, plan, 'delete'), record, key))
  }

  #write({ plan, kind, record }: PlannedRecord): void {
    const key = keyText(plan, record)
    const place = isFolded(plan) ? keyText(plan, record, true) : key
    const slot = this.#slotOf(place, key)
    const isOfOther = slot !== undefined && slot.group.kind !== 'delete' && slot.group.plan !== plan
    // A row of other columns that was there before is not replaced by this one but changed.
    if (isOfOther) this.#close()
    if (slot !== undefined && !isOfOther && slot.group.kind !== 'delete') {
      slot.group.records[slot.index] = record
      return
    }
    this.#slots.set(place, append(groupOf(this.#writes, plan, kind), record, key))
  }

  /** What has this place. Where that is another key, which may be the same row to the database, it is written before. */
  #slotOf(place: string, key: string): Slot | undefined {
    const slot = this.#slots.get(place)
    if (slot === undefined || slot.key === key) return slot
    this.#close()
    return undefined
  }

  /** Texts of keys tell keys apart as long as they are of the same columns. */
  #changePlan(plan: RowPlan): void {
    const shape = this.#keyShapes.get(plan) ?? keyShape(plan)
    this.#keyShapes.set(plan, shape)
    if (shape !== this.#lastShape) this.#close()
    this.#lastPlan = plan
    this.#lastShape = shape
  }

  /** What comes before it is written before it: that too may be wrong. */
  #truncate({ plan, record }: PlannedRecord): void {
    this.#close()
    this.#finished.push({ plan, kind: 'truncate', records: [record] })
  }

  #close(): void {
    this.#finished.push(...this.#deletes, ...this.#writes)
    this.#deletes = []
    this.#writes = []
    this.#slots = new Map()
  }
}

function groupOf(groups: OpenGroup[], plan: RowPlan, kind: WriteKind): OpenGroup {
  for (const group of groups) if (group.plan === plan) return group
  const group: OpenGroup = { plan, kind, records: [] }
  groups.push(group)
  return group
}

function append(group: OpenGroup, record: SinkRecord, key: string): Slot {
  group.records.push(record)
  return { group, index: group.records.length - 1, key }
}

/** Hot. */
function isFolded({ columns, keyCount }: RowPlan): boolean {
  for (let at = 0; at < keyCount; at++) if (columns[at]?.isFolded === true) return true
  return false
}

function keyShape({ columns, keyCount }: RowPlan): string {
  return JSON.stringify(columns.slice(0, keyCount).map(({ name, isFolded }) => [name, isFolded]))
}

/** Tasks that take the locks of rows in the same order do not wait for each other in a circle. */
function inKeyOrder(
  plan: RowPlan,
  kind: WriteKind,
  records: readonly SinkRecord[],
): readonly SinkRecord[] {
  if (kind === 'insert' || isInOrder(plan, records)) return records
  return [...records].sort((a, b) => compareKeys(plan, a, b))
}

function isInOrder(plan: RowPlan, records: readonly SinkRecord[]): boolean {
  for (let at = 1; at < records.length; at++) {
    const before = records[at - 1]
    const record = records[at]
    if (before && record && compareKeys(plan, before, record) > 0) return false
  }
  return true
}

function compareKeys(plan: RowPlan, a: SinkRecord, b: SinkRecord): number {
  for (let at = 0; at < plan.keyCount; at++) {
    const column = plan.columns[at]
    if (column === undefined) continue
    const left = comparable(cellValue(plan, column, a))
    const right = comparable(cellValue(plan, column, b))
    if (left < right) return -1
    if (left > right) return 1
  }
  return 0
}

function comparable(value: unknown): number | bigint | string {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  return value instanceof Date ? value.getTime() : String(value)
}
