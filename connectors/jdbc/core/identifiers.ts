import { ConfigError } from 'sluice/api'

/** A table as the database finds it. A part that is null is left to the connection's defaults. */
export interface TableId {
  readonly catalog: string | null
  readonly schema: string | null
  readonly table: string
}

/** How a dialect writes identifiers. */
export interface IdentifierRules {
  /** What stands before and after a quoted identifier. */
  readonly open: string
  readonly close: string
  /** What `a.b` means: a schema and its table, or a catalog (a database) and its table. */
  readonly twoParts: 'schema' | 'catalog'
  /** The schema that `catalog.table` means, where the database has one between the two. */
  readonly defaultSchema?: string
}

/** Splits `catalog.schema.table` at its dots, those within quotes apart; throws a ConfigError where there are more. */
export function parseTableId(text: string, rules: IdentifierRules): TableId {
  const parts = splitIdentifier(text, rules)
  const [first = '', second, third] = parts
  if (parts.length > 3) {
    throw new ConfigError(
      `"${text}" has ${parts.length} parts; a table is named by at most three, catalog.schema.table. Quote a name that holds a dot.`,
    )
  }
  if (parts.some((part) => part === '')) {
    throw new ConfigError(`"${text}" does not name a table: a part of it is empty.`)
  }
  if (third !== undefined) return { catalog: first, schema: second ?? null, table: third }
  if (second === undefined) return { catalog: null, schema: null, table: first }
  if (rules.twoParts === 'schema') return { catalog: null, schema: first, table: second }
  return { catalog: first, schema: rules.defaultSchema ?? null, table: second }
}

/** The parts between dots, unquoted. Both `"` and the dialect's own quotes count; a doubled closing one stands for itself. */
export function splitIdentifier(text: string, rules: IdentifierRules): string[] {
  const parts: string[] = []
  let part = ''
  let close: string | null = null
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (close !== null) {
      if (char !== close) part += char
      else if (text.charAt(at + 1) === close) part += text.charAt(++at)
      else close = null
    } else if (char === '.') {
      parts.push(part)
      part = ''
    } else if (part === '' && (char === '"' || char === rules.open)) {
      close = char === '"' ? '"' : rules.close
    } else {
      part += char
    }
  }
  if (close !== null) throw new ConfigError(`"${text}" has a quote ${close} that is not closed.`)
  return [...parts, part]
}

/** The names of a list, still quoted, between commas that stand in no quotes. */
export function splitIdentifiers(text: string, { open, close }: IdentifierRules): string[] {
  const names: string[] = []
  let from = 0
  let end: string | null = null
  for (let at = 0; at <= text.length; at++) {
    const char = text.charAt(at)
    if (end !== null && char !== '') end = char === end ? null : end
    else if (char === '"' || char === open) end = char === '"' ? '"' : close
    else if (char === ',' || at === text.length) {
      names.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return names.filter((name) => name !== '')
}

/** `name` between the dialect's quotes; a closing quote within is doubled, so that no name ends its quotation. */
export function quoteIdentifier(name: string, { open, close }: IdentifierRules): string {
  return open + name.replaceAll(close, close + close) + close
}

/** `name` without quotes, unless it can only stand between them: what no database reads as a name is not read as SQL either. */
export function bareIdentifier(name: string, rules: IdentifierRules): string {
  return /^[\p{L}_][\p{L}\p{M}\p{N}_$#@]*$/u.test(name) ? name : quoteIdentifier(name, rules)
}

/** `catalog.schema.table` as SQL has it; bare where `quote` is false. */
export function tableSql(id: TableId, rules: IdentifierRules, quote: boolean): string {
  const parts = partsOf(id)
  const written = quote ? quoteIdentifier : bareIdentifier
  return parts.map((part) => written(part, rules)).join('.')
}

/** `catalog.schema.table` without quotes: what offsets are kept under and filters look at. */
export function tableName(id: TableId): string {
  return partsOf(id).join('.')
}

function partsOf({ catalog, schema, table }: TableId): string[] {
  return [catalog, schema, table].filter((part) => part !== null)
}

/** `text` cut to at most `maxBytes` of UTF-8, between characters; null is no limit. */
export function cutToBytes(text: string, maxBytes: number | null): string {
  if (maxBytes === null || Buffer.byteLength(text) <= maxBytes) return text
  let kept = ''
  let bytes = 0
  for (const char of text) {
    bytes += Buffer.byteLength(char)
    if (bytes > maxBytes) break
    kept += char
  }
  return kept
}
