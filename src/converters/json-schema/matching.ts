/** How many of `left` can be paired with one of `right` each, where `fits` says which pairs may be (augmenting paths). */
export function largestMatching<T>(
  left: readonly T[],
  right: readonly T[],
  fits: (a: T, b: T) => boolean,
): number {
  const partners = left.map((a) => right.flatMap((b, at) => (fits(a, b) ? [at] : [])))
  const takenBy = new Map<number, number>()
  const place = (from: number, tried: Set<number>): boolean => {
    for (const to of partners[from] ?? []) {
      if (tried.has(to)) continue
      tried.add(to)
      const other = takenBy.get(to)
      if (other !== undefined && !place(other, tried)) continue
      takenBy.set(to, from)
      return true
    }
    return false
  }
  return left.filter((_, from) => place(from, new Set())).length
}
