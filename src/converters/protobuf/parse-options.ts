import { DataError } from '../../api/index.ts'
import type { Tokens } from './tokens.ts'

/** The value of an option: a text, a number or a name as it stands, or what brackets or braces hold. */
type OptionValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly OptionValue[] }
  | { readonly kind: 'message'; readonly members: Options }

/** Options by their names, `(confluent.field_meta)` or `packed`; of those given more than once all values. */
export type Options = Map<string, OptionValue[]>

const deepest = 50

/** `name = value`, which is added to `options`. */
export function parseOption(tokens: Tokens, options: Options): void {
  const name = optionName(tokens)
  tokens.expect('=')
  add(options, name, optionValue(tokens, 0))
}

/** The options of a field or a value, in brackets, where there are some. */
export function parseOptions(tokens: Tokens): Options {
  const options: Options = new Map()
  if (!tokens.skip('[')) return options
  do parseOption(tokens, options)
  while (tokens.skip(','))
  tokens.expect(']')
  return options
}

/** The last value of an option, where that is a text. */
export function optionText(options: Options, name: string): string | null {
  const value = options.get(name)?.at(-1)
  return value?.kind === 'text' ? value.text : null
}

/** The parameters of `(confluent.field_meta)`, in any of the ways in which they may be written. */
export function metaParams(options: Options): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  const entries = [...(options.get('(confluent.field_meta).params') ?? [])]
  for (const meta of options.get('(confluent.field_meta)') ?? []) {
    if (meta.kind === 'message') entries.push(...(meta.members.get('params') ?? []))
  }
  for (const entry of entries.flatMap((one) => (one.kind === 'list' ? one.items : [one]))) {
    if (entry.kind !== 'message') continue
    const key = optionText(entry.members, 'key')
    if (key !== null) params.set(key, optionText(entry.members, 'value') ?? '')
  }
  return params
}

function optionName(tokens: Tokens): string {
  let name = ''
  do {
    if (tokens.skip('(')) {
      name += `${name === '' ? '' : '.'}(${tokens.fullName().replace(/^\./, '')})`
      tokens.expect(')')
    } else name += `${name === '' ? '' : '.'}${tokens.name()}`
  } while (tokens.skip('.'))
  return name
}

function optionValue(tokens: Tokens, depth: number): OptionValue {
  if (depth > deepest) {
    throw new DataError('Invalid Protobuf schema: the value of an option nests too deeply.')
  }
  if (tokens.skip('{')) return optionMessage(tokens, '}', depth)
  if (tokens.skip('<')) return optionMessage(tokens, '>', depth)
  if (tokens.skip('[')) return optionList(tokens, depth)
  return { kind: 'text', text: optionScalar(tokens) }
}

function optionScalar(tokens: Tokens): string {
  const sign = tokens.skip('-') ? '-' : ''
  if (sign === '') tokens.skip('+')
  const { kind } = tokens.peek()
  if (kind === 'number') return sign + tokens.take().text
  if (kind === 'name') return sign + tokens.fullName()
  if (kind === 'string' && sign === '') return tokens.string()
  throw tokens.unexpected('the value of an option')
}

function optionList(tokens: Tokens, depth: number): OptionValue {
  const items: OptionValue[] = []
  while (!tokens.skip(']')) {
    if (items.length > 0) tokens.expect(',')
    items.push(optionValue(tokens, depth + 1))
  }
  return { kind: 'list', items }
}

/** Members in the text format: `name: value`, or `name { … }`, with commas, semicolons or nothing between them. */
function optionMessage(tokens: Tokens, end: string, depth: number): OptionValue {
  const members: Options = new Map()
  while (!tokens.skip(end)) {
    const name = memberName(tokens)
    if (!tokens.skip(':') && !tokens.isNext('{') && !tokens.isNext('<')) {
      throw tokens.unexpected('":"')
    }
    add(members, name, optionValue(tokens, depth + 1))
    if (!tokens.skip(',')) tokens.skip(';')
  }
  return { kind: 'message', members }
}

/** A name, or that of an extension or a type in brackets. */
function memberName(tokens: Tokens): string {
  if (!tokens.skip('[')) return tokens.name()
  let name = tokens.fullName()
  while (tokens.skip('/')) name += `/${tokens.fullName()}`
  tokens.expect(']')
  return `[${name}]`
}

function add(options: Options, name: string, value: OptionValue): void {
  const before = options.get(name)
  if (before === undefined) options.set(name, [value])
  else before.push(value)
}
