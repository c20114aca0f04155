import { ConfigError } from 'sluice/api'
import { cutToBytes, parseTableId } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Dialect } from '../core/dialect.ts'
import type { SinkSettings } from './settings.ts'

type Naming = Pick<
  SinkSettings,
  | 'tableNameFormat'
  | 'normalizeTableName'
  | 'topicsToTables'
  | 'quoteIdentifiers'
  | 'dotsToUnderscores'
>

/** The table that records of a topic go to; a ConfigError where the settings name none. */
export function tableOfTopic(
  topic: string,
  naming: Naming,
  dialect: Pick<Dialect, 'kind' | 'identifiers' | 'maxNameBytes'>,
): TableId {
  const text = nameOf(topic, naming)
  const id = parseTableId(text, dialect.identifiers)
  const cut = { ...id, table: cutToBytes(id.table, dialect.maxNameBytes) }
  // What is not quoted PostgreSQL takes for lower case, and that is how it has to be looked for.
  return naming.quoteIdentifiers || dialect.kind !== 'postgresql' ? cut : lowerCase(cut)
}

function nameOf(topic: string, naming: Naming): string {
  const { topicsToTables, tableNameFormat, normalizeTableName, dotsToUnderscores } = naming
  if (topicsToTables !== null) {
    const table = topicsToTables.get(topic)
    if (table !== undefined) return table
    throw new ConfigError(
      `Topic "${topic}" has no table in topics.to.tables.mapping, which names ${[...topicsToTables.keys()].join(', ')}. Add ${topic}:<table> to it.`,
    )
  }
  const name = tableNameFormat.replaceAll('${topic}', () =>
    dotsToUnderscores ? topic.replaceAll('.', '_') : topic,
  )
  if (name.trim() === '') {
    throw new ConfigError(
      `Destination table name for topic '${topic}' is empty using the format string '${tableNameFormat}'.`,
    )
  }
  return normalizeTableName ? name.replace(/[^a-zA-Z0-9_]/g, '_') : name
}

function lowerCase({ catalog, schema, table }: TableId): TableId {
  return {
    catalog: catalog?.toLowerCase() ?? null,
    schema: schema?.toLowerCase() ?? null,
    table: table.toLowerCase(),
  }
}
