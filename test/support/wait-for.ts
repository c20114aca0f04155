import { delay } from '../../src/util/abort.ts'

/** Waits for a condition, not for a time: until `condition` answers something else than false or undefined. */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, false | undefined | null>> {
  const { timeoutMs = 60_000, everyMs = 25 } = options
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const found = await condition()
    if (found !== false && found !== undefined && found !== null) {
      return found as Exclude<T, false | undefined | null>
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`)
    await delay(everyMs)
  }
}
