import { ConnectError } from 'sluice/api'
import type { Cell } from './cells.ts'
import type { DialectKind } from '../core/dialect.ts'

/** A value as a literal of SQL; quotes within are doubled, so that no default ends its literal. */
export function literalOf(dialect: DialectKind, cell: Cell, value: unknown): string {
  if (cell.kind === 'BOOLEAN') return booleanLiteral(dialect, value === true)
  const text = cell.text(value)
  if (cell.kind === 'BYTES') return bytesLiteral(dialect, text)
  switch (cell.form) {
    case 'number':
      return /^-?[0-9.]+(?:e[+-]?\d+)?$/i.test(text) ? text : quoted(dialect, text)
    case 'plain':
    case 'text':
      return quoted(dialect, text)
    case 'bytes':
      return bytesLiteral(dialect, text)
  }
}

function booleanLiteral(dialect: DialectKind, value: boolean): string {
  if (dialect === 'postgresql') return value ? 'TRUE' : 'FALSE'
  return value ? '1' : '0'
}

function bytesLiteral(dialect: DialectKind, hex: string): string {
  switch (dialect) {
    case 'postgresql':
      return `'${hex}'::bytea`
    case 'sqlserver':
      return `0x${hex}`
    case 'mysql':
    case 'sqlite':
      return `x'${hex}'`
  }
}

/** In a DEFAULT of MySQL a backslash escapes, unless the session says otherwise: neither reading may end the literal. */
function quoted(dialect: DialectKind, text: string): string {
  if (text.includes('\0')) {
    throw new ConnectError('A default value holds the character U+0000, which no literal can hold.')
  }
  if (dialect === 'mysql' && text.includes('\\')) {
    return `(CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4))`
  }
  return `'${text.replaceAll("'", "''")}'`
}
