/**
 * The rotations of a block in their order, each by where it begins: by twice as many bytes in each round, until all differ (Manber and Myers). Of a
 * block that repeats itself, equal rotations stand in any order.
 */
export function sortedRotations(block: Uint8Array): Int32Array {
  const { length } = block
  const starts = new Int32Array(length)
  let [ranks, next] = [new Int32Array(length), new Int32Array(length)]
  for (let at = 0; at < length; at++) {
    starts[at] = at
    ranks[at] = block[at] ?? 0
  }
  const order = new Int32Array(length)
  const counts = new Int32Array(Math.max(256, length) + 1)
  sortByRank(starts, order, ranks, counts)
  let different = rankAgain(order, ranks, next, 0)
  ;[ranks, next] = [next, ranks]
  for (let width = 1; different < length && width < length; width *= 2) {
    // Sorted by what comes behind the first bytes already: what is left is a stable sort by these.
    for (let at = 0; at < length; at++) {
      const start = (order[at] ?? 0) - width
      starts[at] = start < 0 ? start + length : start
    }
    sortByRank(starts, order, ranks, counts)
    different = rankAgain(order, ranks, next, width)
    ;[ranks, next] = [next, ranks]
  }
  return order
}

/** Stable. */
function sortByRank(from: Int32Array, to: Int32Array, ranks: Int32Array, counts: Int32Array): void {
  counts.fill(0)
  for (const rank of ranks) counts[rank + 1] = (counts[rank + 1] ?? 0) + 1
  for (let at = 1; at < counts.length; at++) {
    counts[at] = (counts[at] ?? 0) + (counts[at - 1] ?? 0)
  }
  for (const start of from) {
    const rank = ranks[start] ?? 0
    const place = counts[rank] ?? 0
    counts[rank] = place + 1
    to[place] = start
  }
}

/** Numbers rotations anew by the ranks of themselves and of what comes `width` bytes later; answers with how many differ. */
function rankAgain(order: Int32Array, ranks: Int32Array, next: Int32Array, width: number): number {
  const { length } = order
  let rank = -1
  let [first, second] = [-1, -1]
  for (const start of order) {
    const own = ranks[start] ?? 0
    const later = ranks[(start + width) % length] ?? 0
    if (own !== first || later !== second) rank++
    ;[first, second] = [own, later]
    next[start] = rank
  }
  return rank + 1
}
