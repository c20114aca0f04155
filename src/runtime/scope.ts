import { AsyncLocalStorage } from 'node:async_hooks'

/** Whose code is running: everything a connector or task starts, timers and callbacks included, inherits it. */
export interface Scope {
  /** Java's log context, e.g. `[orders|task-0] `. */
  readonly context: string
  /** An error that no call returned: thrown in a callback, or a rejection nobody handled. */
  fail(error: Error): void
}

const scopes = new AsyncLocalStorage<Scope>()

export function runInScope<T>(scope: Scope, run: () => T): T {
  return scopes.run(scope, run)
}

export function currentScope(): Scope | undefined {
  return scopes.getStore()
}
