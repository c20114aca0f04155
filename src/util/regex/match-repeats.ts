import type { MatchRun, Step } from './match-run.ts'
import type { Mode } from './pattern-tree.ts'

/** Repetitions, in the ways of java.util.regex, which show in what groups hold and in what is tried again. */

export interface Times {
  readonly min: number
  readonly max: number
}

/** `?` after what is matched by itself, without regard to what follows. */
export function optionalAtom(atom: Step, mode: Mode, next: Step): Step {
  const once: Step = (run, at) => atom(run, at) && next(run, run.end)
  if (mode === 'greedy') return (run, at) => once(run, at) || next(run, at)
  if (mode === 'lazy') return (run, at) => next(run, at) || once(run, at)
  return (run, at) => next(run, atom(run, at) ? run.end : at)
}

/** Several times what is matched by itself, without regard to what follows. */
export function repeatedAtom(atom: Step, times: Times, mode: Mode, next: Step): Step {
  const rest = atomRests[mode]
  return (run, start) => {
    let at = start
    for (let count = 0; count < times.min; count++) {
      run.spend(1)
      if (!atom(run, at)) return false
      at = run.end
    }
    return rest({ run, atom, max: times.max, next }, at, times.min)
  }
}

interface AtomLoop {
  readonly run: MatchRun
  readonly atom: Step
  readonly max: number
  readonly next: Step
}

type AtomRest = (loop: AtomLoop, at: number, count: number) => boolean

const atomRests: Readonly<Record<Mode, AtomRest>> = {
  greedy: greedyAtoms,
  lazy: lazyAtoms,
  possessive: possessiveAtoms,
}

/** Goes on while each turn is as long as the first, and back by that length; turns of another length begin anew. */
function greedyAtoms(loop: AtomLoop, start: number, first: number): boolean {
  const { run, atom, max, next } = loop
  if (first >= max || !atom(run, start) || run.end === start) return next(run, start)
  const size = run.end - start
  let at = run.end
  let count = first + 1
  while (count < max && atom(run, at)) {
    run.spend(1)
    if (run.end !== at + size) {
      if (greedyAtoms(loop, run.end, count + 1)) return true
      break
    }
    at += size
    count++
  }
  for (; count >= first; count--) {
    run.spend(1)
    if (next(run, at)) return true
    at -= size
  }
  return false
}

function lazyAtoms({ run, atom, max, next }: AtomLoop, start: number, first: number): boolean {
  let at = start
  for (let count = first; ; count++) {
    run.spend(1)
    if (next(run, at)) return true
    if (count >= max || !atom(run, at) || run.end === at) return false
    at = run.end
  }
}

function possessiveAtoms(loop: AtomLoop, start: number, first: number): boolean {
  const { run, atom, max, next } = loop
  let at = start
  for (let count = first; count < max && atom(run, at); count++) {
    run.spend(1)
    if (run.end === at) break
    at = run.end
  }
  return next(run, at)
}

/** Several times a group that can match in one way only; `group` is null where it does not capture. */
export interface GroupLoop extends Times {
  readonly body: Step
  readonly group: number | null
  readonly next: Step
}

export function repeatedGroup(loop: GroupLoop, mode: Mode): Step {
  const rest = mode === 'greedy' ? greedyGroups : lazyGroups
  const { body, min, group } = loop
  return (run, start) => {
    const saved = heldBy(run, group)
    let at = start
    let count = 0
    for (; count < min && body(run, at); count++) {
      run.spend(1)
      hold(run, group, at, run.end)
      at = run.end
    }
    if (count === min && rest(loop, run, { at, count })) return true
    restore(run, group, saved)
    return false
  }
}

interface Turn {
  readonly at: number
  readonly count: number
}

function greedyGroups(loop: GroupLoop, run: MatchRun, turn: Turn): boolean {
  const { body, max, group, next } = loop
  const saved = heldBy(run, group)
  const { at, count } = turn
  if (count < max && body(run, at)) {
    const size = run.end - at
    if (size > 0 && greedySized(loop, run, { at, count, size })) return true
  }
  restore(run, group, saved)
  return next(run, at)
}

/** Turns of one size, the first of which has just matched, and back; at least one. */
function greedySized(
  loop: GroupLoop,
  run: MatchRun,
  { at: start, count: first, size }: Turn & { readonly size: number },
): boolean {
  const { body, max, group, next } = loop
  let at = start
  let count = first
  for (;;) {
    run.spend(1)
    hold(run, group, at, at + size)
    at += size
    count++
    if (count >= max || !body(run, at)) break
    if (run.end !== at + size) {
      if (greedyGroups(loop, run, { at, count })) return true
      break
    }
  }
  for (; count > first; count--) {
    run.spend(1)
    if (next(run, at)) {
      hold(run, group, at - size, at)
      return true
    }
    at -= size
    hold(run, group, at - size, at)
  }
  return false
}

function lazyGroups(loop: GroupLoop, run: MatchRun, turn: Turn): boolean {
  const { body, max, group, next } = loop
  let { at, count } = turn
  for (;;) {
    run.spend(1)
    if (next(run, at)) return true
    if (count >= max || !body(run, at) || run.end === at) return false
    hold(run, group, at, run.end)
    at = run.end
    count++
  }
}

type Held = readonly [start: number, end: number] | null

function heldBy(run: MatchRun, group: number | null): Held {
  return group === null ? null : [run.startOf(group), run.endOf(group)]
}

function hold(run: MatchRun, group: number | null, start: number, end: number): void {
  if (group !== null) run.setGroup(group, start, end)
}

function restore(run: MatchRun, group: number | null, held: Held): void {
  if (group !== null && held !== null) run.setGroup(group, ...held)
}

/** A repetition of what may match in several ways: each turn leads on to `turn`. */
export interface Loop extends Times {
  readonly mode: Mode
  /** Where the number of turns is counted, and where the place at which the turn has begun is found. */
  readonly countLocal: number
  readonly beginLocal: number
  /** Its place among those that remember where they led to nothing; null for one that may not. */
  readonly futile: number | null
  readonly next: Step
}

/** How a repetition begins, and what stands behind its body. The body is known only later: it leads on to `turn`. */
export function loopSteps(loop: Loop, body: Step): { readonly enter: Step; readonly turn: Step } {
  return {
    enter: (run, at) => enterLoop(loop, body, run, at),
    turn: (run, at) =>
      loop.mode === 'lazy' ? lazyTurn(loop, body, run, at) : greedyTurn(loop, body, run, at),
  }
}

function enterLoop(
  { min, max, mode, countLocal, next }: Loop,
  body: Step,
  run: MatchRun,
  at: number,
): boolean {
  const saved = run.local(countLocal)
  const once = (): boolean => {
    run.locals[countLocal] = 1
    return body(run, at)
  }
  let isMatch: boolean
  if (min > 0) isMatch = once()
  else if (mode === 'lazy') isMatch = next(run, at) || (max > 0 && once())
  else isMatch = (max > 0 && once()) || next(run, at)
  run.locals[countLocal] = saved
  return isMatch
}

/** Where the turn before took nothing, there is no other. */
function greedyTurn(loop: Loop, body: Step, run: MatchRun, at: number): boolean {
  const { min, max, next, futile } = loop
  run.spend(1)
  const count = run.local(loop.countLocal)
  if (at > run.local(loop.beginLocal) && count < max) {
    if (count < min) return another(loop, body, run, at)
    const failed = futile === null ? null : (run.futile[futile] ??= new Set())
    if (failed?.has(at) !== true) {
      if (another(loop, body, run, at)) return true
      failed?.add(at)
    }
  }
  return next(run, at)
}

function lazyTurn(loop: Loop, body: Step, run: MatchRun, at: number): boolean {
  const { min, max, next } = loop
  run.spend(1)
  if (at <= run.local(loop.beginLocal)) return next(run, at)
  const count = run.local(loop.countLocal)
  if (count < min) return another(loop, body, run, at)
  return next(run, at) || (count < max && another(loop, body, run, at))
}

function another({ countLocal }: Loop, body: Step, run: MatchRun, at: number): boolean {
  const count = run.local(countLocal)
  run.locals[countLocal] = count + 1
  if (body(run, at)) return true
  run.locals[countLocal] = count
  return false
}
