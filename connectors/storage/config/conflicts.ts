import { ConfigError } from 'sluice/api'
import type { ConfigValue } from 'sluice/api'

/** What a key says against another, or asks for that is not to be had here. */
export interface Conflict {
  /** The key that it is shown at. */
  readonly name: string
  readonly message: string
}

/** What a connector answers a validation with: once each value is right by itself, each conflict stands at its key. */
export function withConflicts(
  values: readonly ConfigValue[],
  conflicts: () => readonly Conflict[],
): readonly ConfigValue[] {
  if (values.some(({ errorMessages }) => errorMessages.length > 0)) return values
  for (const { name, message } of conflicts()) {
    values.find((value) => value.name === name)?.errorMessages.push(message)
  }
  return values
}

/** Throws a ConfigError that says the first of them. */
export function refuseConflicts([first]: readonly Conflict[]): void {
  if (first === undefined) return
  throw new ConfigError(`Invalid value for configuration ${first.name}: ${first.message}`)
}
