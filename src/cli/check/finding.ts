/** `missing`: it is not here. `different`: it is, and does not do all that it does in Java. */
export type Verdict = 'supported' | 'different' | 'missing'

/** What was found out about one key. */
export interface Finding {
  readonly key: string
  readonly verdict: Verdict
  /** The class that the key names. Nothing else of a value is kept (invariant 8). */
  readonly className?: string
  /** What is to be known or done, sentences. */
  readonly note?: string
  /** Where that is explained: a page of this package. */
  readonly link?: string
}

/** The findings of one file, or of one connector of a running worker. */
export interface Subject {
  readonly name: string
  readonly findings: readonly Finding[]
}

const shown = /^[\w.$ -]{1,200}$/

/** A class name as it may be printed; null for what is none, such as a secret that stands behind the wrong key. */
export function printable(className: string): string | null {
  return shown.test(className) ? className : null
}
