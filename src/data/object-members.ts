/** An own member, whatever the prototype has under its name: `__proto__` is data too. */
export function defineMember(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

/** Whether a plain object would move the name to the front: the decimal text of an array index. */
export function isIndexName(name: string): boolean {
  const first = name.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39) || name.length > 10) return false
  return /^(?:0|[1-9]\d*)$/.test(name)
}
