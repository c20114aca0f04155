import type { JsonSchema, SchemaName } from './schemas.ts'

/** What one method of a resource takes and answers: stands beside it, and `GET /openapi.json` is made of it. */
export interface Operation {
  readonly summary: string
  /** Parameters behind the `?`; none of them is required. */
  readonly query?: Readonly<Record<string, JsonSchema>>
  /** What the body is to be. */
  readonly body?: SchemaName
  /** The body of each good answer by its status; null where it has none. */
  readonly answers: Readonly<Record<number, SchemaName | null>>
  /** Statuses of errors to reckon with, beside those that any request may have. */
  readonly errors?: readonly number[]
}

/** A parameter that is a text, with what it does. */
export function textParameter(description: string): JsonSchema {
  return { type: 'string', description }
}

export function flagParameter(description: string): JsonSchema {
  return { type: 'boolean', description }
}
