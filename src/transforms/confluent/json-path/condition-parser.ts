import { JavaPattern, PatternSyntaxError } from '../../../api/index.ts'
import { All, Any, Equal, Exists, In, Matches, Not, Ordered } from './conditions.ts'
import type { Condition, OrderOperator } from './conditions.ts'
import { Literal, PathOperand, numberLiteral } from './operands.ts'
import type { Operand } from './operands.ts'
import type { Scanner } from './scanner.ts'
import { operandSteps, quotedText } from './step-parser.ts'

/** Deeper than anybody writes, and well below the end of the stack. */
const deepest = 100

/**
 * What stands between the parentheses of a filter:
 *
 *     or         = and { '||' and }
 *     and        = term { '&&' term }
 *     term       = '!' term | '(' or ')' | comparison
 *     comparison = operand [ operator operand ]
 */
export function readCondition(scanner: Scanner, depth = 0): Condition {
  if (depth > deepest) throw scanner.error(`expected at most ${deepest} conditions within another`)
  const parts = [readAnd(scanner, depth)]
  while (scanner.skipSpace().take('||')) parts.push(readAnd(scanner, depth))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : new Any(parts)
}

function readAnd(scanner: Scanner, depth: number): Condition {
  const parts = [readTerm(scanner, depth)]
  while (scanner.skipSpace().take('&&')) parts.push(readTerm(scanner, depth))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : new All(parts)
}

function readTerm(scanner: Scanner, depth: number): Condition {
  if (depth > deepest) throw scanner.error(`expected at most ${deepest} conditions within another`)
  if (scanner.skipSpace().take('!')) return new Not(readTerm(scanner, depth + 1))
  if (!scanner.take('(')) return readComparison(scanner)
  const condition = readCondition(scanner, depth + 1)
  scanner.require(')')
  return condition
}

function readComparison(scanner: Scanner): Condition {
  const left = readOperand(scanner)
  const operator = scanner
    .skipSpace()
    .match(/[<>=~!]+|[A-Za-z]+/y)?.[0]
    .toLowerCase()
  switch (operator) {
    case undefined:
      if (left instanceof PathOperand) return new Exists(left)
      throw scanner.error('expected a comparison')
    case '==':
      return new Equal(left, readOperand(scanner))
    case '!=':
      return new Not(new Equal(left, readOperand(scanner)))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return readOrdered(scanner, left, operator)
    case '=~':
      return new Matches(left, readPattern(scanner))
    case 'in':
      return new In(left, readList(scanner))
    case 'nin':
      return new Not(new In(left, readList(scanner)))
    default:
      throw scanner.unsupported(`the operator ${operator}`)
  }
}

function readOrdered(scanner: Scanner, left: Operand, operator: OrderOperator): Condition {
  return new Ordered(left, operator, readOperand(scanner))
}

function readOperand(scanner: Scanner): Operand {
  if (scanner.skipSpace().take('@')) return new PathOperand(operandSteps(scanner))
  const literal = readLiteral(scanner)
  if (literal !== null) return literal
  if (scanner.next === '$') throw scanner.unsupported('a path from $ within a filter')
  throw scanner.error(
    'expected a path that begins with @, a text in quotes, a number, true, false or null',
  )
}

function readLiteral(scanner: Scanner): Operand | null {
  const text = quotedText(scanner)
  if (text !== null) return new Literal(text)
  const number = scanner.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?/y)?.[0]
  if (number !== undefined) return numberLiteral(number)
  const word = scanner.match(/(?:true|false|null)(?!\w)/y)?.[0]
  if (word === undefined) return null
  return new Literal(word === 'null' ? null : word === 'true')
}

/** Values in brackets, or a path to an array. */
function readList(scanner: Scanner): Operand | readonly Operand[] {
  if (!scanner.skipSpace().take('[')) return readOperand(scanner)
  const list: Operand[] = []
  if (scanner.skipSpace().take(']')) return list
  do {
    const literal = readLiteral(scanner.skipSpace())
    if (literal === null)
      throw scanner.error('expected a text in quotes, a number, true, false or null')
    list.push(literal)
  } while (scanner.skipSpace().take(','))
  scanner.require(']')
  return list
}

/** `/pattern/`, with flags of Java's. */
function readPattern(scanner: Scanner): JavaPattern {
  const found = scanner.skipSpace().match(/\/((?:[^/\\]|\\[^])*)\/([a-zA-Z]*)/y)
  const [, pattern = '', flags = ''] = found ?? []
  if (found === null) throw scanner.error('expected a pattern between slashes')
  if (!/^[dimsuxU]*$/.test(flags)) throw scanner.unsupported(`the flags ${flags}`)
  try {
    return new JavaPattern(flags === '' ? pattern : `(?${flags})${pattern}`)
  } catch (error) {
    if (error instanceof PatternSyntaxError) throw scanner.error(error.message)
    throw error
  }
}
