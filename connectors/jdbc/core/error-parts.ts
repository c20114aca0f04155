/** What drivers put on their errors, each a string or null. */
export interface ErrorParts {
  readonly message: string
  readonly code: string | null
  readonly errno: number | null
  readonly sqlState: string | null
  readonly severity: string | null
  readonly detail: string | null
  readonly where: string | null
  readonly schema: string | null
  readonly table: string | null
  readonly column: string | null
}

/** The parts of anything that was thrown. An error of several attempts speaks for the last of them. */
export function asRecord(error: unknown): ErrorParts {
  const last: unknown = error instanceof AggregateError ? (error.errors.at(-1) ?? error) : error
  const parts: Readonly<Record<string, unknown>> =
    typeof last === 'object' && last !== null ? (last as Record<string, unknown>) : {}
  const text = (name: string): string | null => {
    const value = parts[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const { errno } = parts
  return {
    message: text('message') ?? text('code') ?? String(last),
    code: text('code'),
    errno: typeof errno === 'number' ? errno : null,
    sqlState: text('sqlState'),
    severity: text('severity'),
    detail: text('detail'),
    where: text('where'),
    schema: text('schema'),
    table: text('table'),
    column: text('column'),
  }
}
