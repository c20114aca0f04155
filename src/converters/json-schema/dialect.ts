import { objectMember } from '../json/json-node.ts'

/** A version of JSON Schema. What does not say which it is of is of draft 7. */
export type Dialect = 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'

const dialects: readonly Dialect[] = ['draft-04', 'draft-06', 'draft-07', '2019-09', '2020-12']

/** The dialect that the `$schema` of a document names; null where it names none that is known. */
export function namedDialect(document: unknown): Dialect | null {
  const name = objectMember(document, '$schema')
  if (typeof name !== 'string') return null
  return dialects.find((dialect) => name.includes(`json-schema.org/${pathOf(dialect)}`)) ?? null
}

/** From 2019-09 on, keywords beside `$ref` count. */
export function isModern(dialect: Dialect): boolean {
  return dialect.startsWith('20')
}

function pathOf(dialect: Dialect): string {
  return isModern(dialect) ? `draft/${dialect}/` : `${dialect}/`
}
