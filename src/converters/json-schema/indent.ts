/**
 * JSON on several lines, as Jackson's default pretty printer has it: a member a line, two spaces a level, ` : ` behind names, and
 * the elements of arrays in a row. `compact` is JSON without spaces between.
 */
export function indented(compact: Buffer): Buffer {
  const out: string[] = []
  const inObject: boolean[] = []
  let depth = 0
  const line = (): string => `\n${'  '.repeat(depth)}`
  for (let at = 0; at < compact.length;) {
    const end = tokenEnd(compact, at)
    const token = compact.utf8Slice(at, end)
    at = end
    if (token === '{' || token === '[') {
      const isObject = token === '{'
      if (compact[at] === (isObject ? 0x7d : 0x5d)) {
        out.push(isObject ? '{ }' : '[ ]')
        at++
        continue
      }
      inObject.push(isObject)
      if (isObject) depth++
      out.push(isObject ? `{${line()}` : '[ ')
    } else if (token === '}' || token === ']') {
      inObject.pop()
      if (token === '}') depth--
      out.push(token === '}' ? `${line()}}` : ' ]')
    } else if (token === ',') out.push(inObject.at(-1) === true ? `,${line()}` : ', ')
    else out.push(token === ':' ? ' : ' : token)
  }
  return Buffer.from(out.join(''))
}

const marks: ReadonlySet<number> = new Set(Buffer.from('{}[],:'))

/** Behind a string, a single mark, or a number or word. */
function tokenEnd(bytes: Buffer, start: number): number {
  const first = bytes[start] ?? 0
  if (marks.has(first)) return start + 1
  let at = start + 1
  if (first === 0x22) {
    while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1
    return at + 1
  }
  while (at < bytes.length && !marks.has(bytes[at] ?? 0)) at++
  return at
}
