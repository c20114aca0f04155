import { Decimal } from '../../api/index.ts'
import { jsonNumber, jsonText } from '../json/json-node.ts'
import type { ChoiceNode, Members, NumberNode } from './schema-node.ts'

/** Problems of a reader whose schema allows less than the writer's. */

export function compareStrings(writer: Members, reader: Members, at: string): string[] {
  return [
    ...compareLimit({ writer, reader, at }, 'maxLength', 'most'),
    ...compareLimit({ writer, reader, at }, 'minLength', 'least'),
    ...comparePattern(writer.get('pattern'), reader.get('pattern'), at),
  ]
}

export function compareNumbers(writer: NumberNode, reader: NumberNode, at: string): string[] {
  const both = { writer: writer.keywords, reader: reader.keywords, at }
  return [
    ...compareLimit(both, 'maximum', 'most'),
    ...compareLimit(both, 'minimum', 'least'),
    ...compareLimit(both, 'exclusiveMaximum', 'most'),
    ...compareLimit(both, 'exclusiveMinimum', 'least'),
    ...compareMultiples(both),
    ...(reader.integer && !writer.integer ? [`${at}: TYPE_NARROWED from number to integer`] : []),
  ]
}

export function compareChoices(writer: ChoiceNode, reader: ChoiceNode, at: string): string[] {
  const allowed = new Set(reader.values.map(jsonText))
  const missing = writer.values.map(jsonText).filter((value) => !allowed.has(value))
  return missing.length === 0 ? [] : [`${at}: ENUM_ARRAY_NARROWED, without ${missing.join(', ')}`]
}

interface Both {
  readonly writer: Members
  readonly reader: Members
  readonly at: string
}

/** A limit that the writer has not, or a narrower one. */
export function compareLimit(
  { writer, reader, at }: Both,
  name: string,
  kind: 'most' | 'least',
): string[] {
  const to = jsonNumber(reader.get(name))
  if (to === null) return []
  const from = jsonNumber(writer.get(name))
  const word = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  if (from === null) return [`${at}/${name}: ${word}_ADDED`]
  if (kind === 'most' && to < from) return [`${at}/${name}: ${word}_DECREASED`]
  return kind === 'least' && to > from ? [`${at}/${name}: ${word}_INCREASED`] : []
}

function comparePattern(from: unknown, to: unknown, at: string): string[] {
  if (typeof to !== 'string' || from === to) return []
  return [`${at}/pattern: PATTERN_${typeof from === 'string' ? 'CHANGED' : 'ADDED'}`]
}

/** Multiples of 4 are multiples of 2, and not the other way round. */
function compareMultiples({ writer, reader, at }: Both): string[] {
  const to = jsonNumber(reader.get('multipleOf'))
  if (to === null) return []
  const from = jsonNumber(writer.get('multipleOf'))
  if (from === null) return [`${at}/multipleOf: MULTIPLE_OF_ADDED`]
  return isMultiple(from, to) ? [] : [`${at}/multipleOf: MULTIPLE_OF_CHANGED`]
}

function isMultiple(value: number | bigint, of: number | bigint): boolean {
  const [a, b] = [Decimal.parse(String(value)), Decimal.parse(String(of))]
  const scale = Math.max(a.scale, b.scale)
  const whole = ({ unscaled, scale: own }: Decimal): bigint => unscaled * 10n ** BigInt(scale - own)
  const divisor = whole(b)
  return divisor !== 0n && whole(a) % divisor === 0n
}
