const masked = '****'

/** Names of properties whose values nobody is to read, as a pattern's alternatives. */
const secretNames =
  '[a-z0-9_.-]*(?:password|passwd|pwd|secret|gsscredential|token|passphrase)[a-z0-9_.-]*'

/** `?password=x&`, `;password={x};`, `(password=x,…)`: up to what ends a value there. */
const secretProperty = new RegExp(
  `\\b(${secretNames})=(\\{(?:[^}]|\\}\\})*\\}|[^&;,)\\s"']*)`,
  'gi',
)

/** `//user:secret@`, in the first host and in those after commas; a secret may hold an `@`. */
const userInfo = /(\/\/|,)([^/@:,?;()\s]*):((?:[^/?;()\s,]|\/(?!\/))*)@/g

/** `(host=…,password=…)` is covered by its property; `jdbc:` and `scheme://` begin what is a URL. */
const url = /(?:jdbc:|[a-z][a-z0-9+.-]*:\/\/)\S*/gi

/** A connection URL with every secret replaced by `****`, for logs and messages (invariant 8). */
export function maskUrl(text: string): string {
  return text
    .replace(userInfo, (_, before: string, user: string) => `${before}${user}:${masked}@`)
    .replace(secretProperty, (_, name: string) => `${name}=${masked}`)
}

/** `text` with what looks like a connection URL in it masked: drivers like to quote them. */
export function maskUrls(text: string): string {
  return text.replace(url, (found) => maskUrl(found))
}
