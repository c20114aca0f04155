/** In UTF-16 units. */
export function widthOf(code: number): number {
  return code > 0xffff ? 2 : 1
}

/** The code point that ends at `at`. */
export function codeBefore(text: string, at: number): number {
  const pair = at > 1 ? (text.codePointAt(at - 2) ?? 0) : 0
  return pair > 0xffff ? pair : text.charCodeAt(at - 1)
}

/** How many units before `at` the `count` code points before it begin; as many as there are. */
export function unitsBefore(text: string, at: number, count: number): number {
  let start = at
  for (let i = 0; i < count && start > 0; i++) start -= widthOf(codeBefore(text, start))
  return at - start
}
