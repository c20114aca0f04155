/** `${provider:path:key}`, or `${provider:key}` with an empty path, as it stands in a value. */
export interface ConfigVariable {
  readonly text: string
  /** Where it begins in the value. */
  readonly at: number
  readonly provider: string
  readonly path: string
  readonly key: string
}

/**
 * The variables of a value, those that Java's `\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}` finds one after the other. That pattern takes
 * hours for some ten thousand colons, and values come from whoever may use the REST API: so this takes one pass.
 */
export function* variablesOf(value: string): Generator<ConfigVariable, undefined> {
  for (let at = value.indexOf('${'); at >= 0;) {
    const end = value.indexOf('}', at + 2)
    if (end < 0) return
    const inside = value.slice(at + 2, end)
    const first = inside.indexOf(':')
    if (first >= 0) {
      const second = inside.indexOf(':', first + 1)
      yield {
        text: value.slice(at, end + 1),
        at,
        provider: inside.slice(0, first),
        path: second < 0 ? '' : inside.slice(first + 1, second),
        key: inside.slice(Math.max(first, second) + 1),
      }
    }
    at = value.indexOf('${', end + 1)
  }
}

/** Whether a value holds anything that looks like a variable. */
export function hasVariable(value: string): boolean {
  return variablesOf(value).next().done === false
}
