/** Whether no two elements are equal as JSON values; the members of objects may stand in any order. */
export function areUnique(elements: readonly unknown[]): boolean {
  const seen = new Set<string>()
  for (const element of elements) {
    const key = JSON.stringify(element, sortedMembers)
    if (seen.has(key)) return false
    seen.add(key)
  }
  return true
}

function sortedMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // Pairs in a list keep apart what an object would bring together, as `__proto__`.
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { object: pairs }
}
