import { unitsBefore } from './code-points.ts'
import { anchorTests } from './match-anchors.ts'
import {
  charStep,
  charsStep,
  graphemeStep,
  lineEndingStep,
  referenceStep,
  textStep,
} from './match-chars.ts'
import { loopSteps, optionalAtom, repeatedAtom, repeatedGroup } from './match-repeats.ts'
import type { Step } from './match-run.ts'
import { UNBOUNDED } from './pattern-tree.ts'
import type { BehindNode, PatternNode, PatternTree, RepeatNode } from './pattern-tree.ts'
import { isGreedyChar, lengthsOf } from './tree-lengths.ts'

/** A pattern ready to match: its first step, and what a match must hold. */
export interface CompiledTree {
  readonly start: Step
  readonly locals: number
}

/** Each node becomes a step that is given the step behind it. */
export function compileTree({ root, hasReferences }: PatternTree): CompiledTree {
  const counts: Counts = { locals: 0, futile: 0 }
  const end: Step = (run, at) => {
    if (run.isWhole && at !== run.text.length) return false
    run.end = at
    return true
  }
  const start = compile(root, end, { counts, remembers: !hasReferences })
  return { start, locals: counts.locals }
}

interface Counts {
  locals: number
  futile: number
}

interface Context {
  readonly counts: Counts
  /** Whether what follows a repetition here is always the same, so that it may remember where it led to nothing. */
  readonly remembers: boolean
}

/** What is matched by itself ends here. */
const accept: Step = (run, at) => {
  run.end = at
  return true
}

function compile(node: PatternNode, next: Step, context: Context): Step {
  switch (node.kind) {
    case 'sequence':
      return node.parts.reduceRight((rest, part) => compile(part, rest, context), next)
    case 'choice':
      return choiceStep(node.options.map((option) => compile(option, next, context)))
    case 'char':
      return charStep(node.set, next)
    case 'text':
      return textStep(node.codes, node.fold, next)
    case 'anchor': {
      const isThere = anchorTests[node.anchor]
      return (run, at) => isThere(run, at) && next(run, at)
    }
    case 'lineEnding':
      return lineEndingStep(next)
    case 'grapheme':
      return graphemeStep(next)
    case 'reference':
      return referenceStep(node.group, node.fold, next)
    case 'group':
      if (node.index === null) return compile(node.body, next, context)
      return groupStep(node.index, null, node.body, next, context)
    case 'ahead': {
      const ahead = compile(node.body, accept, context)
      if (node.isNegative) return (run, at) => !ahead(run, at) && next(run, at)
      return (run, at) => ahead(run, at) && next(run, at)
    }
    case 'behind':
      return behindStep(node, next, context)
    case 'atomic': {
      const body = compile(node.body, accept, context)
      return (run, at) => body(run, at) && next(run, run.end)
    }
    case 'repeat':
      return repeatStep(node, next, context)
  }
}

function choiceStep(options: readonly Step[]): Step {
  return (run, at) => {
    run.spend(1)
    for (const option of options) if (option(run, at)) return true
    return false
  }
}

/** A group that captures, or tells a repetition where its turn began. `begin` is null where one is to be found for it. */
function groupStep(
  index: number | null,
  begin: number | null,
  body: PatternNode,
  next: Step,
  context: Context,
): Step {
  const local = begin ?? context.counts.locals++
  const tail: Step =
    index === null
      ? next
      : (run, at) => {
          const [start, end] = [run.startOf(index), run.endOf(index)]
          run.setGroup(index, run.local(local), at)
          if (next(run, at)) return true
          run.setGroup(index, start, end)
          return false
        }
  const inner = compile(body, tail, context)
  return (run, at) => {
    const saved = run.local(local)
    run.locals[local] = at
    const isMatch = inner(run, at)
    run.locals[local] = saved
    return isMatch
  }
}

function behindStep({ body, isNegative, ...node }: BehindNode, next: Step, context: Context): Step {
  const behind = compile(body, (run, at) => at === run.behindEnd, { ...context, remembers: false })
  const { isByCode } = node
  return (run, at) => {
    const unitsOf = (count: number): number => (isByCode ? unitsBefore(run.text, at, count) : count)
    const from = Math.max((at - unitsOf(node.max)) | 0, 0)
    const saved = run.behindEnd
    run.behindEnd = at
    let isFound = false
    for (let start = at - unitsOf(node.min); !isFound && start >= from;) {
      run.spend(1)
      isFound = behind(run, start)
      start -= isByCode && start > from ? unitsBefore(run.text, start, 1) : 1
    }
    run.behindEnd = saved
    return isFound !== isNegative && next(run, at)
  }
}

function repeatStep(node: RepeatNode, next: Step, context: Context): Step {
  const { body, mode, min, max, isOptional } = node
  if (body.kind === 'char' && isGreedyChar(node)) return charsStep(body.set, min, next)
  const inside: Context = body.kind === 'group' ? { ...context, remembers: false } : context
  if (body.kind !== 'group' || mode === 'possessive') {
    const atom = compile(body, accept, inside)
    return isOptional
      ? optionalAtom(atom, mode, next)
      : repeatedAtom(atom, { min, max }, mode, next)
  }
  if (isOptional) {
    const once = compile(body, next, inside)
    return choiceStep(mode === 'greedy' ? [once, next] : [next, once])
  }
  if (lengthsOf(body).isDeterministic) {
    const turn = compile(body.body, accept, inside)
    return repeatedGroup({ body: turn, group: body.index, min, max, next }, mode)
  }
  return loopStep(node, body, next, context)
}

function loopStep(
  { min, max, mode }: RepeatNode,
  group: { readonly index: number | null; readonly body: PatternNode },
  next: Step,
  { counts, remembers }: Context,
): Step {
  const beginLocal = counts.locals++
  const countLocal = counts.locals++
  const futile = remembers && mode === 'greedy' && max === UNBOUNDED ? counts.futile++ : null
  const loop = { min, max, mode, countLocal, beginLocal, futile, next }
  const body: Step = (run, at) => turnBody(run, at)
  const { enter, turn } = loopSteps(loop, body)
  const turnBody = groupStep(group.index, beginLocal, group.body, turn, {
    counts,
    remembers: false,
  })
  return enter
}
