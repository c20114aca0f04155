import { UNBOUNDED } from './pattern-tree.ts'
import type { PatternNode, RepeatNode } from './pattern-tree.ts'

/** What Java knows of a part of a pattern before it matches: with 32 bits, which overflow as Java's do. */
export interface Lengths {
  min: number
  max: number
  /** Whether there is a longest. */
  isBounded: boolean
  /** Whether it can match in one way only at each place. */
  isDeterministic: boolean
}

/** What stands behind a node. It is looked at together with it, since that is where Java's sums overflow or do not. */
type Rest = (lengths: Lengths) => void

export function lengthsOf(node: PatternNode): Lengths {
  const lengths = none()
  study(node, lengths, () => undefined)
  return lengths
}

function none(): Lengths {
  return { min: 0, max: 0, isBounded: true, isDeterministic: true }
}

function study(node: PatternNode, lengths: Lengths, rest: Rest): void {
  switch (node.kind) {
    case 'sequence':
      node.parts.reduceRight<Rest>((next, part) => (all) => study(part, all, next), rest)(lengths)
      return
    case 'choice':
      studyChoice(node.options, lengths, rest)
      return
    case 'group':
    case 'atomic':
      study(node.body, lengths, rest)
      return
    case 'repeat':
      studyRepeat(node, lengths, rest)
      return
    case 'ahead':
    case 'anchor':
    case 'behind':
    case 'char':
    case 'grapheme':
    case 'lineEnding':
    case 'reference':
    case 'text':
      addSimple(lengths, node)
      rest(lengths)
  }
}

function addSimple(lengths: Lengths, node: PatternNode): void {
  if (node.kind === 'char') add(lengths, 1, 1)
  else if (node.kind === 'text') add(lengths, node.codes.length, node.codes.length)
  else if (node.kind === 'lineEnding') add(lengths, 1, 2)
  else if (node.kind === 'reference') lengths.isBounded = false
  else if (node.kind === 'grapheme') {
    add(lengths, 1, 0)
    lengths.isDeterministic = false
  }
}

function add(lengths: Lengths, min: number, max: number): void {
  lengths.min = (lengths.min + min) | 0
  lengths.max = (lengths.max + max) | 0
}

function studyChoice(options: readonly PatternNode[], lengths: Lengths, rest: Rest): void {
  const all = options.map(lengthsOf)
  const behind = none()
  rest(behind)
  const min = Math.min(...all.map((one) => one.min))
  const max = Math.max(...all.map((one) => one.max))
  add(lengths, (min + behind.min) | 0, (max + behind.max) | 0)
  lengths.isBounded &&= behind.isBounded && all.every(({ isBounded }) => isBounded)
  lengths.isDeterministic = false
}

/** Whether Java repeats by a class of its own, for one character as often as one likes. */
export function isGreedyChar({ body, max, mode, isOptional }: RepeatNode): boolean {
  return body.kind === 'char' && max === UNBOUNDED && mode === 'greedy' && !isOptional
}

const nothing: PatternNode = { kind: 'sequence', parts: [] }

function studyRepeat(node: RepeatNode, lengths: Lengths, rest: Rest): void {
  const { body, min, mode, isOptional } = node
  const isPlainGroup = body.kind === 'group' && mode !== 'possessive'
  if (isOptional && isPlainGroup) {
    studyChoice([body, nothing], lengths, rest)
    return
  }
  if (isOptional) {
    const before = lengths.min
    study(body, lengths, () => undefined)
    lengths.min = before
    lengths.isDeterministic = false
  } else if (isGreedyChar(node)) {
    add(lengths, min, lengths.isBounded ? UNBOUNDED : 0)
    lengths.isDeterministic = false
  } else {
    const one = lengthsOf(body)
    if (isPlainGroup && !one.isDeterministic) {
      lengths.isBounded = false
      lengths.isDeterministic = false
      return
    }
    addCounted(lengths, one, node)
  }
  rest(lengths)
}

function addCounted(lengths: Lengths, one: Lengths, { min, max }: RepeatNode): void {
  const shortest = (Math.imul(one.min, min) + lengths.min) | 0
  lengths.min = shortest < lengths.min ? 0xfffffff : shortest
  const longest = (Math.imul(one.max, max) + lengths.max) | 0
  const wasBounded = lengths.isBounded && one.isBounded
  lengths.isBounded = wasBounded && longest >= lengths.max
  if (wasBounded) lengths.max = longest
  lengths.isDeterministic &&= one.isDeterministic && min === max
}
