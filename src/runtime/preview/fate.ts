import type { ErrorSettings } from '../../config/error-keys.ts'

/** What would become of a record that fails, by `errors.tolerance` and the dead letter queue. */
export function fateOf({ tolerateAll, deadLetters }: ErrorSettings): string {
  const kept = deadLetters === null ? null : `it is kept in ${deadLetters.topic}`
  if (tolerateAll) return kept === null ? 'it is skipped' : `${kept} and skipped`
  return kept === null ? 'the task fails' : `${kept}, and the task fails`
}
