import { DataError } from '../../api/index.ts'

const valid = /^[\p{L}_][\p{L}\p{Nd}_]*$/u
const validStart = /^[\p{L}_]/u

/** Throws a DataError unless every segment of `name` is one that Avro accepts. */
export function requireValidName(name: string): void {
  for (const segment of name.split('.')) {
    if (valid.test(segment)) continue
    throw new DataError(
      `${problemOf(segment)}. Avro's names are letters, digits and underscores; with scrub.invalid.names=true the converter replaces the others.`,
    )
  }
}

function problemOf(segment: string): string {
  if (segment === '') return 'Empty name'
  return validStart.test(segment)
    ? `Illegal character in: ${segment}`
    : `Illegal initial character: ${segment}`
}
