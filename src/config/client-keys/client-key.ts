import type { KeySpec } from '../config-def.ts'
import type { Validator } from '../types.ts'

/** What a key does here. */
export type KeyEffect =
  /** It does what it does in Java; `test` is the path of a test that shows it. */
  | { readonly kind: 'used'; readonly test: string; readonly note?: string }
  /** Nobody can tell that it does nothing. */
  | { readonly kind: 'accepted'; readonly why: string }
  /** It does nothing, and whoever sets it to anything but Java's default is told so. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** Values other than `allowed` are errors. */
  | { readonly kind: 'refused'; readonly why: string; readonly allowed: readonly string[] }

/** One key of Kafka's clients: what Java's classes say of it, and what it does here. */
export interface ClientKey {
  readonly name: string
  readonly type: KeySpec['type']
  /** Java's; a key without one is required. */
  readonly default?: KeySpec['default']
  readonly importance: KeySpec['importance']
  /** Java's rule for a value, with its text. */
  readonly validator?: Validator
  readonly doc: string
  readonly effect: KeyEffect
  /** Our default where it is another one than Java's. */
  readonly ours?: { readonly default: Exclude<KeySpec['default'], undefined>; readonly why: string }
}

export function used(test: string, note?: string): KeyEffect {
  return { kind: 'used', test, ...(note !== undefined && { note }) }
}

export function accepted(why: string): KeyEffect {
  return { kind: 'accepted', why }
}

export function ignored(why: string): KeyEffect {
  return { kind: 'ignored', why }
}

/** Every element counts where the key is a list. */
export function refused(why: string, ...allowed: readonly string[]): KeyEffect {
  return { kind: 'refused', why, allowed }
}
