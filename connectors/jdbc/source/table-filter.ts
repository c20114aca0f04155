import { ConfigError, ConnectError } from 'sluice/api'
import type { Dialect } from '../core/dialect.ts'
import { tableName, tableSql } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import type { SourceValues } from '../config/source-config.ts'
import { patternOf } from './column-mappings.ts'

type FilterValues = Pick<
  SourceValues,
  'table.whitelist' | 'table.blacklist' | 'table.include.list' | 'table.exclude.list'
>

/** The tables to copy, of those that are there, in the order of their names. */
export function selectTables(
  tables: readonly TableId[],
  values: FilterValues,
  { identifiers }: Dialect,
): TableId[] {
  const names = (id: TableId): string[] => [
    id.table,
    tableName(id),
    tableSql(id, identifiers, true),
  ]
  const listed = (id: TableId, list: readonly string[]): boolean =>
    names(id).some((name) => list.includes(name))
  const include = values['table.include.list'].map((text) => patternOf(text, 'table.include.list'))
  const exclude = values['table.exclude.list'].map((text) => patternOf(text, 'table.exclude.list'))
  const white = values['table.whitelist']
  const black = values['table.blacklist']
  return tables
    .filter((id) => white.length === 0 || listed(id, white))
    .filter((id) => !listed(id, black))
    .filter((id) => include.length === 0 || include.some((one) => one.matches(tableName(id))))
    .filter((id) => !exclude.some((one) => one.matches(tableName(id))))
    .sort((a, b) => (tableName(a) < tableName(b) ? -1 : 1))
}

/** Two tables of one name would share a topic; a ConnectError names them. */
export function rejectSameNames(tables: readonly TableId[]): void {
  const byName = new Map<string, TableId>()
  for (const id of tables) {
    const other = byName.get(id.table)
    if (other !== undefined) {
      throw new ConnectError(
        `The connector uses the unqualified table name as the topic name, and there are two tables of one name: ${tableName(other)} and ${tableName(id)}. Use table.whitelist with schema.name, or schema.pattern, to have one of them.`,
      )
    }
    byName.set(id.table, id)
  }
}

/** Contiguous groups whose sizes differ by one at most, the larger ones first (Java's `ConnectorUtils.groupPartitions`). */
export function groupTables<T>(tables: readonly T[], groups: number): T[][] {
  const count = Math.min(groups, tables.length)
  const size = Math.floor(tables.length / Math.max(count, 1))
  const larger = tables.length - size * count
  let from = 0
  return Array.from({ length: count }, (_, group) => {
    const to = from + size + (group < larger ? 1 : 0)
    const part = tables.slice(from, to)
    from = to
    return part
  })
}

/** What the filters say together; a ConfigError where they exclude each other. */
export function hasFilter(values: FilterValues): boolean {
  const isGiven = (key: keyof FilterValues): boolean => values[key].length > 0
  if (isGiven('table.whitelist') && isGiven('table.blacklist')) {
    throw new ConfigError('table.whitelist and table.blacklist are exclusive: give one of them.')
  }
  return isGiven('table.whitelist') || isGiven('table.blacklist') || isGiven('table.include.list')
}
