import { workKinds, workSet } from './work.ts'
import type { WorkKind, WorkSet } from './work.ts'

/** What each member has, in the order in which Java goes through them. */
export type Loads = ReadonlyMap<string, WorkSet>

/**
 * What is to be taken from members that have more than their share, so that those with less can have it in the round that follows; empty where
 * the loads are even. Where the work cannot be shared out evenly, the first who have too much keep one more.
 */
export function excess(configured: WorkSet, loads: Loads): Map<string, WorkSet> {
  const revoked = new Map<string, WorkSet>()
  for (const kind of workKinds) {
    const total = configured[kind].size
    if (total === 0) continue
    const surplus = excessOf(
      total,
      Array.from(loads, ([, load]) => load[kind].size),
    )
    for (const [index, [member, load]] of [...loads].entries()) {
      const count = surplus[index] ?? 0
      if (count === 0) continue
      const taken = revoked.get(member) ?? workSet()
      for (const each of [...load[kind]].slice(0, count)) taken[kind].add(each)
      revoked.set(member, taken)
    }
  }
  return revoked
}

/** How many each is to give up, by what each has. */
function excessOf(total: number, sizes: readonly number[]): readonly number[] {
  const least = Math.floor(total / sizes.length)
  const remainder = total % sizes.length
  const withOneMore = sizes.filter((size) => size === least + 1).length
  const isEven = sizes.every((size) => size === least || size === least + 1)
  if (isEven && withOneMore === remainder) return []
  let granted = 0
  return sizes.map((size) => {
    if (size <= least) return 0
    if (granted === remainder) return size - least
    granted++
    return size - least - 1
  })
}

/** Gives work to those who have least of its kind, one each in turn, in the order of their ids. */
export function distribute(kind: WorkKind, work: Iterable<string>, loads: Loads): void {
  const members = [...loads].sort(
    ([a, x], [b, y]) => x[kind].size - y[kind].size || (a < b ? -1 : 1),
  )
  // All are drained.
  if (members.length === 0) return
  const rest = [...work]
  while (rest.length > 0) {
    const level = members[0]?.[1][kind].size ?? 0
    for (const [, load] of members) {
      if (load[kind].size > level) break
      const each = rest.shift()
      if (each === undefined) return
      load[kind].add(each)
    }
  }
}
