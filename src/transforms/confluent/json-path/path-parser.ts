import { invalidValue } from '../../../api/index.ts'
import { readCondition } from './condition-parser.ts'
import { JsonPath } from './json-path.ts'
import type { Step } from './json-path.ts'
import { Scanner } from './scanner.ts'
import { bracketStep, dotStep } from './step-parser.ts'

/**
 * The path that a key holds: names behind dots or in brackets, indexes, `*`, and filters; `$` may be left out. A ConfigError for
 * what is none, and for what of the language is not supported: `..`, functions, ranges, lists of names.
 */
export function jsonPath(key: string, text: unknown): JsonPath {
  if (typeof text !== 'string' || text.trim() === '') {
    throw invalidValue(key, text, 'expected a JSON path, like $.a.b')
  }
  const trimmed = text.trim()
  const scanner = new Scanner(key, trimmed)
  const steps: Step[] = []
  const hasRoot = scanner.take('$') || scanner.take('@')
  if (!hasRoot && scanner.next !== '[') steps.push(nameOrAll(scanner))
  while (!scanner.atEnd) steps.push(readStep(scanner))
  return new JsonPath(steps)
}

/** As {@link jsonPath}, one that leads to one place at most. */
export function definitePath(key: string, text: string): JsonPath {
  const path = jsonPath(key, text)
  if (path.isDefinite) return path
  throw invalidValue(key, text, 'expected a path to one field, without * and filters')
}

function readStep(scanner: Scanner): Step {
  if (scanner.take('.')) {
    if (scanner.next === '.') throw scanner.unsupported('a search through all levels (..)')
    if (!scanner.take('[')) return nameOrAll(scanner)
  } else if (!scanner.take('[')) {
    throw scanner.error('expected "." or "["')
  }
  return bracketStep(scanner) ?? branch(scanner)
}

function nameOrAll(scanner: Scanner): Step {
  return scanner.take('*') ? { all: true } : dotStep(scanner, false)
}

/** `*` or a filter, within brackets that are open. */
function branch(scanner: Scanner): Step {
  if (scanner.skipSpace().take('*')) {
    scanner.require(']')
    return { all: true }
  }
  if (!scanner.take('?')) throw scanner.error('expected a name in quotes, an index, * or a filter')
  scanner.require('(')
  const condition = readCondition(scanner)
  scanner.require(')')
  scanner.require(']')
  return { condition }
}
