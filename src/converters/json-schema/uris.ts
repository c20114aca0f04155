/** References between schemas (RFC 3986), as far as names that are no URIs allow: a registry's reference may be called anything. */

export interface SplitUri {
  readonly document: string
  /** What follows the `#`; empty where nothing does. */
  readonly fragment: string
}

export function splitUri(uri: string): SplitUri {
  const hash = uri.indexOf('#')
  if (hash < 0) return { document: uri, fragment: '' }
  return { document: uri.slice(0, hash), fragment: uri.slice(hash + 1) }
}

/** `ref` as it is meant where the base is `base`, which may be empty. */
export function resolveUri(base: string, ref: string): string {
  const { document } = splitUri(base)
  if (ref === '' || ref === '#') return document
  if (ref.startsWith('#')) return document + ref
  if (/^[a-z][a-z\d+.-]*:/i.test(ref)) return ref.endsWith('#') ? ref.slice(0, -1) : ref
  if (URL.canParse(ref, document)) return new URL(ref, document).href
  return ref.startsWith('./') ? ref.slice(2) : ref
}
