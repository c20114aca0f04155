/** Names that Avro accepts, and how `scrub.invalid.names` makes them so. */

const valid = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * One segment of a name without what Avro forbids: form-encoded, a leading digit put behind an `x`, and whatever is then
 * still invalid made an underscore: `abc+def` becomes `abc_2Bdef`.
 */
export function scrubName(name: string): string {
  if (name === '' || valid.test(name)) return name
  const encoded = formEncode(name)
  const prefixed = /^[0-9]/.test(encoded) ? `x${encoded}` : encoded
  return prefixed.replace(/[^A-Za-z0-9_]/g, '_')
}

/** Every segment of a full name. */
export function scrubFullName(name: string): string {
  return javaSegments(name).map(scrubName).join('.')
}

/** As Java's `split("\\.")`: segments that are empty at the end do not count. */
export function javaSegments(name: string): string[] {
  const segments = name.split('.')
  while (segments.length > 1 && segments.at(-1) === '') segments.pop()
  return segments
}

/** Java's `URLEncoder`: a blank is `+`, and of the rest only `.-*_` stay. A lone surrogate is a question mark. */
function formEncode(text: string): string {
  const wellFormed = text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '?',
  )
  return encodeURIComponent(wellFormed)
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
