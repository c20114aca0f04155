import { inHashOrder, hashOfText } from '../../util/java-hash-order.ts'
import { distribute, excess } from './balance.ts'
import { LostWork } from './lost-work.ts'
import {
  addAll,
  intersection,
  isEmpty,
  removeAll,
  sorted,
  union,
  without,
  workKinds,
  workOf,
  workSet,
} from './work.ts'
import type { Work, WorkSet } from './work.ts'

export interface IncrementalAssignorOptions {
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number
  /** The time in ms. */
  readonly now: () => number
}

/** What the leader knows when it decides. */
export interface AssignmentRound {
  /** All there is to do. */
  readonly configured: Work
  /** What each member runs, by its id. */
  readonly members: ReadonlyMap<string, Work>
  /** The generation that is being made. */
  readonly generation: number
  /** The last one that this member has joined; -1 for none. */
  readonly lastCompletedGeneration: number
  /** Members that are to have nothing; ours. */
  readonly drained?: ReadonlySet<string>
}

/** What the leader decided. Every member is in each of the maps. */
export interface IncrementalAssignment {
  /** What to start besides what runs. */
  readonly assigned: ReadonlyMap<string, Work>
  /** What to stop at once. */
  readonly revoked: ReadonlyMap<string, Work>
  /** What each has then. */
  readonly allocated: ReadonlyMap<string, Work>
  /** When to join again, in ms; 0 for not at all. */
  readonly delayMs: number
}

/**
 * Incremental cooperative assignment (KIP-415), with Java's results on the same input: who runs something keeps it; what is
 * deleted or runs twice is stopped; what is new goes to those with least; what is lost waits ({@link LostWork}); and where loads are uneven, work
 * is taken in one round and given in the next, which follows at once. Rounds that take come at growing distances
 * (40 ms, 1.6 s, 64 s, then the longest delay), so that a group in unrest does not stop its tasks without end.
 *
 * Of a drained member everything is taken, and given to the others in the next round: it is not lost, and waits for nobody.
 *
 * It is kept by the leader from round to round, and is new when another one leads.
 */
export class IncrementalAssignor {
  readonly #maxDelayMs: number
  readonly #lostWork: LostWork
  #previous = workSet()
  #previousRevocation = workSet()
  #previousMembers: ReadonlySet<string> = new Set()
  #previousGeneration = -1
  #revokedInPrevious = false
  #successiveRevocations = 0

  constructor({ maxDelayMs, now }: IncrementalAssignorOptions) {
    this.#maxDelayMs = maxDelayMs
    this.#lostWork = new LostWork(maxDelayMs, now)
  }

  assign(round: AssignmentRound): IncrementalAssignment {
    const held = heldInJavaOrder(round.members)
    const configured = workSet(round.configured)
    const active = union(...held.values())
    this.#recall(active, round.lastCompletedGeneration)
    const deleted = without(this.#previous, configured)
    const lost = sorted(without(this.#previous, active, deleted))
    const created = sorted(without(configured, this.#previous, active))
    const { drained = nobody } = round
    const revoked = mapValues(held, (load, member) =>
      drained.has(member) ? load : intersection(load, union(deleted, duplicated(held))),
    )
    const next = mapValues(held, (load, member) => without(load, revoked.get(member) ?? workSet()))
    const takers = new Map([...next].filter(([member]) => !drained.has(member)))
    const free = this.#settleLost(lost, takers, held)
    this.#balance(configured, takers, revoked)
    const toAssign = union(created, free)
    for (const kind of workKinds) distribute(kind, toAssign[kind], takers)
    this.#remember(next, revoked, lost, round)
    return {
      assigned: mapValues(next, (load, member) =>
        workOf(without(load, without(held.get(member) ?? workSet(), deleted))),
      ),
      revoked: mapValues(revoked, workOf),
      allocated: mapValues(next, workOf),
      delayMs: this.#lostWork.delayMs,
    }
  }

  /** What was decided last counts only where the group has heard it. */
  #recall(active: WorkSet, lastCompletedGeneration: number): void {
    if (this.#previousGeneration !== lastCompletedGeneration) this.#previous = workSet()
    // Somebody still runs what was to be stopped.
    if (!isEmpty(intersection(this.#previousRevocation, active))) this.#previous = active
    this.#previousRevocation = workSet()
  }

  #settleLost(
    lost: WorkSet,
    loads: ReadonlyMap<string, WorkSet>,
    members: ReadonlyMap<string, WorkSet>,
  ): WorkSet {
    const { free, waitIsOver } = this.#lostWork.settle({
      lost,
      loads,
      members,
      previousMembers: this.#previousMembers,
      revokedInPrevious: this.#revokedInPrevious,
    })
    if (waitIsOver) this.#revokedInPrevious = false
    return free
  }

  /** Takes from those who have too much, unless lost work waits: its worker would come back to a group that was balanced without it. */
  #balance(
    configured: WorkSet,
    next: ReadonlyMap<string, WorkSet>,
    revoked: ReadonlyMap<string, WorkSet>,
  ): void {
    if (this.#lostWork.delayMs > 0) {
      this.#revokedInPrevious = false
      return
    }
    const isIdle = [...next.values()].every(isEmpty)
    const taken = isIdle ? new Map<string, WorkSet>() : excess(configured, next)
    if (taken.size === 0) {
      if (this.#revokedInPrevious) this.#successiveRevocations = 0
      this.#revokedInPrevious = false
      return
    }
    if (this.#revokedInPrevious) {
      this.#successiveRevocations++
      const delayMs = Math.min(40 ** this.#successiveRevocations, this.#maxDelayMs)
      if (delayMs > 0) {
        this.#lostWork.waitFor(delayMs)
        return
      }
    } else this.#revokedInPrevious = true
    for (const [member, work] of taken) {
      addAll(revoked.get(member) ?? workSet(), work)
      removeAll(next.get(member) ?? workSet(), work)
    }
  }

  #remember(
    next: ReadonlyMap<string, WorkSet>,
    revoked: ReadonlyMap<string, WorkSet>,
    lost: WorkSet,
    { generation, members }: AssignmentRound,
  ): void {
    this.#previousRevocation = union(...revoked.values())
    this.#previous = union(without(union(...next.values()), this.#previousRevocation), lost)
    this.#previousGeneration = generation
    this.#previousMembers = new Set(members.keys())
  }
}

const nobody: ReadonlySet<string> = new Set()

/** What more than one member runs. */
function duplicated(held: ReadonlyMap<string, WorkSet>): WorkSet {
  const seen = workSet()
  const twice = workSet()
  for (const load of held.values()) {
    addAll(twice, intersection(load, seen))
    addAll(seen, load)
  }
  return twice
}

/** Who is first to keep one more depends on the order in which Java's maps have them. */
function heldInJavaOrder(members: ReadonlyMap<string, Work>): Map<string, WorkSet> {
  const ordered = inHashOrder([...members], ([member]) => hashOfText(member))
  return new Map(ordered.map(([member, work]) => [member, workSet(work)]))
}

function mapValues<V, R>(
  map: ReadonlyMap<string, V>,
  of: (value: V, key: string) => R,
): Map<string, R> {
  return new Map(Array.from(map, ([key, value]) => [key, of(value, key)]))
}
