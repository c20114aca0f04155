/** The parts of `text` between separators, as Java's `String.split` gives them: without empty ones at the end. */
export function javaSplit(text: string, separator: string): readonly string[] {
  const parts = text.split(separator)
  while (parts.length > 0 && parts.at(-1) === '') parts.pop()
  return parts
}
